/**
 * Loads a bundled CommonJS file with its compiled code, so that V8 need not compile it. The build keeps code beside the file,
 * under the tag of the V8 that made it; what another V8, or one on another processor, has compiled is kept for its user when
 * the program ends, and found by the runs that follow.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { cachedDataVersionTag } from 'node:v8'
import { Script } from 'node:vm'

type Wrapper = (exports: object, require: NodeJS.Require, module: object, file: string, folder: string) => void

export function loadCached(url: URL): unknown {
  const file = fileURLToPath(url)
  // V8 takes code from nobody but itself, under the very flags that hold now.
  const tag = cachedDataVersionTag()
  const built = bytesOf(`${file}.${tag}.cache`)
  const kept = built === undefined ? usersFile(file, tag) : undefined
  const cachedData = built ?? (kept && bytesOf(kept))
  // The bundle is plain ASCII, which is read faster as Latin-1.
  const source = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, 'latin1')}\n})`
  const script = new Script(source, { filename: file, ...(cachedData && { cachedData }) })
  if (kept !== undefined && (cachedData === undefined || script.cachedDataRejected === true)) {
    process.once('exit', () => keep(script, { path: kept, tag }))
  }
  const module = { exports: {} }
  const run = script.runInThisContext() as Wrapper
  run(module.exports, createRequire(url), module, file, dirname(file))
  return module.exports
}

function bytesOf(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}

/** Under the stamp of the build: V8 would take code of another file of the same length. */
function usersFile(file: string, tag: number): string | undefined {
  const stamp = bytesOf(join(dirname(file), 'build-stamp'))?.toString()
  const caches = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache')
  return stamp && join(caches, 'eider', 'code', stamp, `${kindOfCommand()}-${basename(file)}.${tag}.cache`)
}

/** What only looks at a project compiles little of the program: its code must not be all that the others find. */
function kindOfCommand(): 'look' | 'work' {
  const works = /^(?:build|run|test|seed|snapshot|show|retry)$/
  return process.argv.some(word => works.test(word)) ? 'work' : 'look'
}

const leftoverMs = 30 * 24 * 3_600_000

/** For this build, and nothing any more for those that nobody has kept code of for a month. */
function keep(script: Script, { path, tag }: { readonly path: string; readonly tag: number }): void {
  if (cachedDataVersionTag() !== tag) return
  const folder = dirname(path)
  const temporary = `${path}.${process.pid}.tmp`
  try {
    mkdirSync(folder, { recursive: true })
    writeFileSync(temporary, script.createCachedData())
    renameSync(temporary, path)
    for (const name of readdirSync(dirname(folder))) {
      const other = join(dirname(folder), name)
      if (statSync(other).mtimeMs < Date.now() - leftoverMs) rmSync(other, { recursive: true, force: true })
    }
  } catch {
    // The program has done its work; the next one is as slow to start as this one was.
  }
}
