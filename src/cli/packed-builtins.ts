/**
 * The built-in macros as the build packs them, two files beside the bundled program: `builtins.json` tells what each macro
 * is, `builtins.code` has the compiled code of all of them, of which a start takes out what its project calls.
 */
import { readFileSync } from 'node:fs'
import type { Builtins, PreparedMacro } from '../project/builtins.ts'

interface PackedMacro extends Omit<PreparedMacro, 'code'> {
  /** Bytes of the code, from and to. */
  readonly codeRange: readonly [number, number]
}

interface PackedFacts extends Omit<Builtins, 'macros'> {
  readonly macros: readonly PackedMacro[]
}

/** What the build writes. */
export function packBuiltins({ macros, docs }: Builtins): { readonly facts: string; readonly code: Buffer } {
  const pieces: Buffer[] = []
  let end = 0
  const packed = macros.map(({ code, ...facts }): PackedMacro => {
    const piece = Buffer.from(code())
    pieces.push(piece)
    end += piece.length
    return { ...facts, codeRange: [end - piece.length, end] }
  })
  const facts: PackedFacts = { macros: packed, docs }
  return { facts: JSON.stringify(facts), code: Buffer.concat(pieces) }
}

export function unpackBuiltins(facts: string, code: Buffer): Builtins {
  const { macros, docs } = JSON.parse(facts) as PackedFacts
  return {
    macros: macros.map(({ codeRange, ...macro }) => ({ ...macro, code: () => code.toString('utf8', ...codeRange) })),
    docs,
  }
}

export function packedBuiltins(): Builtins {
  const beside = (name: string): Buffer => readFileSync(new URL(`./${name}`, import.meta.url))
  return unpackBuiltins(beside('builtins.json').toString(), beside('builtins.code'))
}

/** Another one for every build. */
export function buildStamp(): string {
  return readFileSync(new URL('./build-stamp', import.meta.url), 'utf8')
}
