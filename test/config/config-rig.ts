/** Loading a configuration from files in memory. */
import { Diagnostics } from '../../src/base/diagnostic.ts'
import type { Config } from '../../src/config/config.ts'
import { type BareConfig, type LaunchRequest, loadBareConfig, loadConfig } from '../../src/config/load-config.ts'
import type { GivenFlag } from '../../src/config/read-flag.ts'
import { memoryFiles } from '../../src/storage/memory-files.ts'
import { renderNative } from '../../src/template/template.ts'

const profiles = `shop:
  target: dev
  outputs:
    dev: {type: duckdb, path: shop.duckdb, threads: 2}
    prod: {type: duckdb, path: prod.duckdb, schema: live}
`
export const projectFile = "name: shop\nversion: '1.0'\nprofile: shop\n"

export interface RigOptions {
  readonly which?: string
  readonly given?: Readonly<Record<string, GivenFlag>>
  readonly environment?: Readonly<Record<string, string>>
  readonly words?: readonly string[]
  /** Working directory; `/project` by default. */
  readonly cwd?: string
}

export function request(files: Readonly<Record<string, string>>, options: RigOptions = {}): LaunchRequest {
  let ids = 0
  const all = { 'profiles.yml': profiles, 'dbt_project.yml': projectFile, ...files }
  const kept = Object.fromEntries(Object.entries(all).filter(([, text]) => text !== ''))
  const memory = memoryFiles(
    Object.fromEntries(Object.entries(kept).map(([path, text]) => [absolute(path), text])),
    options.cwd ?? '/project',
  )
  return {
    which: options.which ?? 'run',
    invocationCommand: 'eider run',
    given: options.given ?? {},
    words: options.words ?? [],
    environment: options.environment ?? {},
    files: memory,
    home: '/home/me',
    clock: { now: () => Date.UTC(2024, 0, 31), elapsedMs: () => 0 },
    ids: () => `id-${++ids}`,
    renderNative: (text, scope) => {
      const value = renderNative(text, scope)
      if (value instanceof Promise) throw new Error('not at load time')
      return value
    },
  }
}

function absolute(path: string): string {
  return path.startsWith('/') ? path : `/project/${path}`
}

export interface Loaded<T> {
  readonly config: T | undefined
  readonly diagnostics: Diagnostics
  /** `severity code: message` of each. */
  readonly told: readonly string[]
}

export function load(files: Readonly<Record<string, string>> = {}, options: RigOptions = {}): Loaded<Config> {
  const diagnostics = new Diagnostics()
  const config = loadConfig(request(files, options), diagnostics)
  return { config, diagnostics, told: told(diagnostics) }
}

export function loadBare(files: Readonly<Record<string, string>> = {}, options: RigOptions = {}): Loaded<BareConfig> {
  const diagnostics = new Diagnostics()
  const config = loadBareConfig(request(files, options), diagnostics)
  return { config, diagnostics, told: told(diagnostics) }
}

export function told(diagnostics: Diagnostics): string[] {
  return diagnostics.all.map(one => `${one.severity} ${one.code}: ${one.message}`)
}
