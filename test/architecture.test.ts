/** The rules of ARCHITECTURE.md as tests: floors, borders to the outside, names and sizes of files, codes and versions. */
import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { codes } from '../src/base/codes.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')

/** Folders of one floor do not see each other; every folder sees only lower floors. */
const floors: readonly (readonly string[])[] = [
  ['base'],
  ['template', 'storage', 'workbook'],
  ['delta', 'adapter', 'context'],
  ['config', 'lake'],
  ['project'],
  ['graph'],
  ['plan', 'compile', 'parse-cache'],
  ['materializations', 'data-tests'],
  ['execution'],
  ['artifacts'],
  ['commands'],
  ['cli'],
]

/** Which files may import a third party: all of its use stands behind them. */
const borders: readonly (readonly [thirdParty: RegExp, files: RegExp])[] = [
  [/^nunjucks/, /^template\/nunjucks\.ts$/],
  [/^@duckdb\//, /^adapter\/duckdb[a-z-]*\.ts$/],
  [/^yaml$/, /^base\/located-yaml\.ts$/],
  [/^@(aws-sdk|smithy)\//, /^storage\/s3-[a-z-]+\.ts$/],
  [/^yargs/, /^cli\/args\.ts$/],
  [/^fast-glob$/, /^storage\/local-files\.ts$/],
  [/^ignore$/, /^config\/dbt-ignore\.ts$/],
]

/** What reaches for the world, and who may. Entry files at the top of `src/` stand on the highest floor. */
const worldly: readonly (readonly [word: RegExp, name: string])[] = [
  [/(?<![.\w'"`/-])process\.(?!stdout\.columns)/, 'process'],
  [/(?<![.\w'"`])console\./, 'console'],
  [/\bDate\.now\(/, 'Date.now'],
  [/\bMath\.random\(/, 'Math.random'],
  [/from 'node:fs(\/promises)?'/, 'node:fs'],
]
const mayReachOut = /^(cli\/.*|storage\/local-[a-z-]+\.ts|base\/clock\.ts|[a-z-]+\.ts)$/

const forbiddenNames = /^(utils?|helpers?|common|misc|types|constants|manager|service|core|index)$/
const maxLines = 500

interface SourceText {
  /** Relative to `src/`. */
  readonly path: string
  readonly text: string
  readonly lines: number
}

const sources: readonly SourceText[] = filesUnder(join(root, 'src'))
  .filter(path => path.endsWith('.ts') && !path.endsWith('.d.ts'))
  .map(path => {
    const text = readFileSync(path, 'utf8')
    return { path: relative(join(root, 'src'), path), text, lines: text.split('\n').length }
  })

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name)
    return entry.isDirectory() ? filesUnder(path) : [path]
  })
}

/** Module names after `from`, `import(…)` and plain `import`. */
function importsOf(text: string): string[] {
  const found = text.matchAll(
    /(?:^|[;\n}])\s*(?:import|export)[^'"`;]*?from\s*'([^']+)'|\bimport\(\s*'([^']+)'|^import '([^']+)'/gm,
  )
  return [...found].map(match => match[1] ?? match[2] ?? match[3] ?? '')
}

function folderOf(path: string): string | undefined {
  return path.includes('/') ? path.slice(0, path.indexOf('/')) : undefined
}

function floorOf(folder: string | undefined): number {
  if (folder === undefined) return floors.length
  return floors.findIndex(one => one.includes(folder))
}

/** Imports of our own files, as paths relative to `src/`. */
function ownImports(source: SourceText): string[] {
  return importsOf(source.text)
    .filter(name => name.startsWith('.'))
    .map(name => join(dirname(source.path), name))
    .filter(path => !path.startsWith('..') && path.endsWith('.ts'))
}

describe('floors', () => {
  test('every folder has a floor', () => {
    const folders = new Set(sources.map(one => folderOf(one.path)).filter(one => one !== undefined))
    expect([...folders].filter(one => floorOf(one) === -1)).toEqual([])
  })

  test('a folder imports only from lower floors', () => {
    const wrong = sources.flatMap(source =>
      ownImports(source).flatMap(target => {
        const [from, to] = [folderOf(source.path), folderOf(target)]
        if (from === to || floorOf(to) < floorOf(from)) return []
        return [`${source.path} imports ${target}: floor ${floorOf(from)} may not see floor ${floorOf(to)}`]
      }),
    )
    expect(wrong).toEqual([])
  })

  test('imports form no cycle', () => {
    const graph = new Map(sources.map(source => [source.path, ownImports(source)]))
    expect(findCycle(graph)).toBeUndefined()
  })

  test('ARCHITECTURE.md shows the same table', () => {
    const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8')
    const rows = [...text.matchAll(/^\| (\d+) \| ([a-z -]+) \|/gm)].map(
      match => `${match[1]} ${(match[2] ?? '').trim()}`,
    )
    const table = floors.map((folders, floor) => `${floor} ${folders.join(' ')}`).reverse()
    expect(rows).toEqual(table)
  })
})

/** Names one cycle as the files in it, in order. */
function findCycle(graph: ReadonlyMap<string, readonly string[]>): string | undefined {
  const done = new Set<string>()
  const path: string[] = []
  const visit = (file: string): string | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file].join(' -> ')
    if (done.has(file)) return undefined
    path.push(file)
    for (const next of graph.get(file) ?? []) {
      const cycle = visit(next)
      if (cycle !== undefined) return cycle
    }
    path.pop()
    done.add(file)
    return undefined
  }
  for (const file of graph.keys()) {
    const cycle = visit(file)
    if (cycle !== undefined) return cycle
  }
  return undefined
}

describe('borders', () => {
  test('each third party stands behind its own file', () => {
    const wrong = sources.flatMap(source =>
      importsOf(source.text)
        .filter(name => !name.startsWith('.') && !name.startsWith('node:'))
        .flatMap(name => {
          const border = borders.find(([thirdParty]) => thirdParty.test(name))
          if (border?.[1].test(source.path)) return []
          return [
            `${source.path} imports ${name}: ${border ? `only ${border[1].source} may` : 'it is not a dependency'}`,
          ]
        }),
    )
    expect(wrong).toEqual([])
  })

  test('csv-parse and ignore are each imported by one file', () => {
    for (const name of ['csv-parse', 'ignore']) {
      const users = sources.filter(one =>
        importsOf(one.text).some(each => each === name || each.startsWith(`${name}/`)),
      )
      expect(users.map(one => one.path).length, `${name} is imported by ${users.map(one => one.path)}`).toBeLessThan(2)
    }
  })

  test('only the edges reach for the process, the console, the clock, chance and the disk', () => {
    const wrong = sources
      .filter(source => !mayReachOut.test(source.path))
      .flatMap(source => {
        const code = withoutComments(source.text)
        return worldly.filter(([word]) => word.test(code)).map(([, name]) => `${source.path} uses ${name}`)
      })
    expect(wrong).toEqual([])
  })
})

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')
}

describe('files', () => {
  test('no file is longer than 500 lines', () => {
    expect(sources.filter(one => one.lines > maxLines).map(one => `${one.path}: ${one.lines} lines`)).toEqual([])
  })

  test('no file has a name that says nothing', () => {
    const wrong = sources
      .filter(one => one.path !== 'index.ts')
      .filter(one => forbiddenNames.test(basename(one.path, '.ts')))
    expect(wrong.map(one => one.path)).toEqual([])
  })

  test('names of files and folders are in kebab case', () => {
    expect(sources.map(one => one.path).filter(path => !/^([a-z0-9-]+\/)*[a-z0-9-]+\.ts$/.test(path))).toEqual([])
  })

  test('every file begins with what it is for', () => {
    expect(sources.filter(one => !/^(#!.*\n)?\/\*\*/.test(one.text)).map(one => one.path)).toEqual([])
  })
})

describe('package', () => {
  test('every version is exact', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Record<string, object>
    const versions = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(String(version)))).toEqual([])
  })
})

describe('diagnostic codes', () => {
  const documented = new Set(
    [...readFileSync(join(root, 'docs/errors.md'), 'utf8').matchAll(/^### `([a-z0-9/-]+)`$/gm)].map(match => match[1]),
  )

  test('every code has a section in docs/errors.md', () => {
    expect(Object.keys(codes).filter(code => !documented.has(code))).toEqual([])
  })

  test('docs/errors.md describes no code that does not exist', () => {
    expect([...documented].filter(code => code === undefined || !(code in codes))).toEqual([])
  })

  test('the first part of a code is a folder', () => {
    const folders = new Set(floors.flat())
    expect(Object.keys(codes).filter(code => !folders.has(code.split('/')[0] ?? ''))).toEqual([])
  })
})
