/**
 * A whole project in a folder of its own, driven through the entry of the command line in this process:
 *
 *   const p = project({ 'models/a.sql': 'select 1 as x' })
 *   await p.run('run --select a')
 *   expect(p.exitCode).toBe(0)
 *   expect(await p.rows('a')).toEqual([{ x: 1 }])
 *
 * The folder is real because DuckDB reads files. A project file and a profile stand there unless the test brings its own.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterAll } from 'vitest'
import { duckdbDatabase } from '../../src/adapter/duckdb.ts'
import { defaultDuckdbSettings } from '../../src/adapter/settings.ts'
import { type Clock, type IdSource, systemClock } from '../../src/base/clock.ts'
import type { Diagnostic } from '../../src/base/diagnostic.ts'
import type { SqlValue } from '../../src/base/sql-value.ts'
import { localWorld } from '../../src/cli/local-world.ts'
import { main } from '../../src/cli/main.ts'
import { localFiles } from '../../src/storage/local-files.ts'
import { sourceBuiltins } from './source-builtins.ts'

export const defaultProjectFile = `name: shop
version: '1.0'
profile: shop
`

export const defaultProfiles = `shop:
  target: dev
  outputs:
    dev:
      type: duckdb
      path: shop.duckdb
      schema: main
      threads: 2
`

export interface ProjectOptions {
  readonly environment?: Readonly<Record<string, string>>
  readonly clock?: Clock
  /** Ids that count up are not enough where several projects write to one place. */
  readonly ids?: IdSource
  /** Output claims to be a terminal of 120 columns. */
  readonly terminal?: boolean
}

export interface ProjectRig {
  readonly folder: string
  /** Runs one command line, as words in one text or as a list; gives the exit code. */
  run(commandLine: string | readonly string[], options?: { readonly signal?: AbortSignal }): Promise<number>
  /** Of the last run. */
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
  /** What the last run stopped on. */
  readonly diagnostics: readonly Diagnostic[]
  /** Rows of a relation or of a query, in the order DuckDB gives them. */
  rows(relationOrQuery: string): Promise<Record<string, unknown>[]>
  read(path: string): string
  json(path: string): unknown
  write(files: Readonly<Record<string, string>>): void
  remove(path: string): void
  /** Files under a folder, relative to it. */
  list(folder?: string): string[]
  exists(path: string): boolean
}

const folders: string[] = []
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

export function project(files: Readonly<Record<string, string>> = {}, options: ProjectOptions = {}): ProjectRig {
  const folder = mkdtempSync(join(tmpdir(), 'eider-'))
  folders.push(folder)
  const at = (path: string): string => join(folder, path)
  const write = (more: Readonly<Record<string, string>>): void => {
    for (const [path, text] of Object.entries(more)) {
      mkdirSync(dirname(at(path)), { recursive: true })
      writeFileSync(at(path), text)
    }
  }
  const isThere = (path: string): boolean => path in files
  if (!isThere('project.yml') && !isThere('dbt_project.yml')) write({ 'dbt_project.yml': defaultProjectFile })
  if (!isThere('profiles.yml')) write({ 'profiles.yml': defaultProfiles })
  write(files)

  const last = { exitCode: -1, stdout: '', stderr: '', diagnostics: [] as readonly Diagnostic[] }
  let ids = 0
  const output = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => {
      last[name] += text
    },
    isTerminal: options.terminal === true,
    columns: 120,
  })

  const listFiles = (start: string): string[] =>
    readdirSync(start, { withFileTypes: true }).flatMap(entry =>
      entry.isDirectory() ? listFiles(join(start, entry.name)) : [join(start, entry.name)],
    )

  return {
    folder,
    run: async (commandLine, { signal = new AbortController().signal } = {}) => {
      Object.assign(last, { stdout: '', stderr: '', diagnostics: [] })
      // DuckDB reads relative paths from the working directory of the process.
      const before = process.cwd()
      process.chdir(folder)
      last.exitCode = await main({
        argv: typeof commandLine === 'string' ? words(commandLine) : commandLine,
        version: '0.0.0-test',
        environment: { HOME: folder, ...options.environment },
        files: localFiles(folder),
        builtins: sourceBuiltins,
        buildStamp: 'test',
        outside: localWorld,
        stdout: output('stdout'),
        stderr: output('stderr'),
        clock: options.clock ?? systemClock,
        ids: options.ids ?? (() => `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`),
        signal,
        processId: 1,
        reserveThreads: () => {},
        onStopped: diagnostics => {
          last.diagnostics = diagnostics
        },
      }).finally(() => process.chdir(before))
      return last.exitCode
    },
    get exitCode() {
      return last.exitCode
    },
    get stdout() {
      return last.stdout
    },
    get stderr() {
      return last.stderr
    },
    get diagnostics() {
      return last.diagnostics
    },
    rows: relationOrQuery => queryRows(at('shop.duckdb'), relationOrQuery),
    read: path => readFileSync(at(path), 'utf8'),
    json: path => JSON.parse(readFileSync(at(path), 'utf8')),
    write,
    remove: path => rmSync(at(path), { recursive: true, force: true }),
    list: (start = '.') => {
      const root = at(start)
      return listFiles(root)
        .map(path => relative(root, path))
        .sort()
    },
    exists: path => localFiles(folder).exists(path),
  }
}

/** Words as a shell splits them, with single and double quotes. */
export function words(commandLine: string): string[] {
  const found = commandLine.match(/(?:[^\s'"]+|'[^']*'|"[^"]*")+/g) ?? []
  return found.map(word => word.replace(/'([^']*)'|"([^"]*)"/g, (_, single, double) => single ?? double ?? ''))
}

async function queryRows(path: string, relationOrQuery: string): Promise<Record<string, unknown>[]> {
  const query = /\s/.test(relationOrQuery) ? relationOrQuery : `select * from ${relationOrQuery}`
  const database = duckdbDatabase({ ...defaultDuckdbSettings, path })
  try {
    const connection = await database.connect()
    const { columns, rows } = await connection.execute(query)
    return rows.map(row => Object.fromEntries(columns.map(({ name }, index) => [name, plain(row[index] ?? null)])))
  } finally {
    await database.close()
  }
}

/** Values as a test writes them: numbers, texts, lists; dates and times as DuckDB prints them in UTC. */
function plain(value: SqlValue): unknown {
  if (value === null || typeof value !== 'object') return value
  switch (value.kind) {
    case 'float':
      return value.value
    case 'decimal':
    case 'uuid':
      return value.text
    case 'date':
      return new Date(value.days * 86_400_000).toISOString().slice(0, 10)
    case 'timestamp':
      return new Date(Number(value.micros / 1000n)).toISOString().slice(0, 19).replace('T', ' ')
    case 'list':
      return value.items.map(plain)
    case 'struct':
      return Object.fromEntries(value.fields.map(([name, inner]) => [name, plain(inner)]))
    default:
      return value
  }
}
