/** The built-in packages, prepared from their sources once a test file: the build prepares the same and keeps it. */
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Builtins, prepareBuiltins } from '../../src/project/builtins.ts'

const folder = join(dirname(fileURLToPath(import.meta.url)), '../../src/global-project')
let prepared: Builtins | undefined

export function sourceBuiltins(): Builtins {
  prepared ??= prepareBuiltins(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name))
      .sort()
      .map(path => ({ path: relative(folder, path), text: readFileSync(path, 'utf8') })),
  )
  return prepared
}
