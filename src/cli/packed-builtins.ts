/**
 * The built-in macros as the build packs them, two files beside the bundled program: `builtins.json` tells what each macro
 * is, `builtins.code` has the compiled code of all of them, of which a start takes out what its project calls.
 */
import { openSync, readFileSync, readSync } from 'node:fs'
import { lazy } from '../base/lazy.ts'
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

/** @param code gives the text between two places of the code, in bytes */
export function unpackBuiltins(facts: string, code: (start: number, end: number) => string): Builtins {
  const { macros, codeEnds, docs } = JSON.parse(facts) as PackedFacts
  const codeOf = (index: number): string => code(codeEnds[index - 1] ?? 0, codeEnds[index] ?? 0)
  // Every start does this: the records are nobody else's, so none is copied.
  return { macros: macros.map((macro, index) => Object.assign(macro, { code: () => codeOf(index) })), docs }
}

export function packedBuiltins(): Builtins {
  return unpackBuiltins(readFileSync(beside('builtins.json'), 'utf8'), codeBetween)
}

/** Stays open: most of it is never wanted, and what is comes in small pieces. */
const codeFile = lazy(() => openSync(beside('builtins.code'), 'r'))

function codeBetween(start: number, end: number): string {
  const bytes = Buffer.allocUnsafe(end - start)
  readSync(codeFile(), bytes, 0, bytes.length, start)
  return bytes.toString()
}

function beside(name: string): URL {
  return new URL(`./${name}`, import.meta.url)
}

/** Another one for every build. */
export function buildStamp(): string {
  return readFileSync(beside('build-stamp'), 'utf8')
}
