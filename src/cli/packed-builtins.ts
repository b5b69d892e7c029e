/** The built-in macros as the build has prepared them: a file beside the bundled program. */
import { readFileSync } from 'node:fs'
import type { Builtins } from '../project/builtins.ts'

export function packedBuiltins(): Builtins {
  return JSON.parse(readFileSync(new URL('./builtins.json', import.meta.url), 'utf8')) as Builtins
}

/** Another one for every build. */
export function buildStamp(): string {
  return readFileSync(new URL('./build-stamp', import.meta.url), 'utf8')
}
