/**
 * The built-in macros as the build packs them, two files beside the bundled program: `builtins.json` tells what each macro
 * is, `builtins.code` has the compiled code of all of them, of which a start takes out what its project calls.
 */
import { readFileSync } from 'node:fs'
import type { Builtins, PreparedMacro } from '../project/builtins.ts'

interface PackedFacts extends Omit<Builtins, 'macros'> {
  readonly macros: readonly Omit<PreparedMacro, 'code'>[]
  /** Where the code of each macro ends, in bytes; it begins where the one before ends. */
  readonly codeEnds: readonly number[]
}

/** What the build writes. */
export function packBuiltins({ macros, docs }: Builtins): { readonly facts: string; readonly code: Buffer } {
  const pieces = macros.map(({ code }) => Buffer.from(code()))
  let end = 0
  const codeEnds = pieces.map(piece => (end += piece.length))
  const facts: PackedFacts = { macros: macros.map(({ code, ...facts }) => facts), codeEnds, docs }
  return { facts: JSON.stringify(facts), code: Buffer.concat(pieces) }
}

export function unpackBuiltins(facts: string, code: Buffer): Builtins {
  const { macros, codeEnds, docs } = JSON.parse(facts) as PackedFacts
  const codeOf = (index: number): string => code.toString('utf8', codeEnds[index - 1] ?? 0, codeEnds[index])
  // Every start does this: the records are nobody else's, so none is copied.
  return { macros: macros.map((macro, index) => Object.assign(macro, { code: () => codeOf(index) })), docs }
}

export function packedBuiltins(): Builtins {
  const beside = (name: string): Buffer => readFileSync(new URL(`./${name}`, import.meta.url))
  return unpackBuiltins(beside('builtins.json').toString(), beside('builtins.code'))
}

/** Another one for every build. */
export function buildStamp(): string {
  return readFileSync(new URL('./build-stamp', import.meta.url), 'utf8')
}
