/**
 * Loads a bundled CommonJS file with the compiled code that the build has kept beside it (`<file>.cache`). V8 refuses the
 * code of another version of itself; then the file is compiled as usual.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Script } from 'node:vm'

type Wrapper = (exports: object, require: NodeJS.Require, module: object, file: string, folder: string) => void

export function loadCached(url: URL): unknown {
  const file = fileURLToPath(url)
  const require = createRequire(url)
  let cachedData: Buffer
  try {
    cachedData = readFileSync(`${file}.cache`)
  } catch {
    return require(file)
  }
  // The bundle is plain ASCII, which is read faster as Latin-1.
  const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'latin1')}\n})`
  const script = new Script(source, { filename: file, cachedData })
  const module = { exports: {} }
  const run = script.runInThisContext() as Wrapper
  run(module.exports, require, module, file, dirname(file))
  return module.exports
}
