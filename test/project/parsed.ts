/** Parses a project held in memory: files by path, a project file and a profile unless the test brings its own. */
import { type Diagnostic, Diagnostics } from '../../src/base/diagnostic.ts'
import { lineColumn } from '../../src/base/source-file.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import { memberJson } from '../../src/project/member-json.ts'
import type { Node } from '../../src/project/node.ts'
import { noFacts } from '../../src/project/node-json.ts'
import { parseProject } from '../../src/project/parse-project.ts'
import { plainJson } from '../../src/project/plain-json.ts'
import type { Project } from '../../src/project/project.ts'
import { memoryFiles } from '../../src/storage/memory-files.ts'
import { renderNative } from '../../src/template/template.ts'
import { sourceBuiltins } from '../rig/source-builtins.ts'

const projectFile = 'name: shop\nversion: "1.0"\nconfig-version: 2\nprofile: shop\n'
const profiles =
  'shop:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: shop.duckdb, schema: main, threads: 1}\n'

export interface Parsed {
  readonly project: Project
  readonly diagnostics: readonly Diagnostic[]
  /** `code file:line` of every diagnostic, in order. */
  readonly found: readonly string[]
  node(uniqueId: string): Node
  /** As in the manifest. */
  json(uniqueId: string): Record<string, unknown>
}

export function parsed(files: Readonly<Record<string, string>>, more = ''): Parsed {
  const diagnostics = new Diagnostics()
  const config = loadConfig(
    {
      which: 'parse',
      invocationCommand: 'eider parse',
      given: {},
      environment: {},
      files: memoryFiles({ 'dbt_project.yml': projectFile + more, 'profiles.yml': profiles, ...files }),
      home: '/home',
      clock: { now: () => 0, elapsedMs: () => 0 },
      ids: () => 'id',
      renderNative: (text, scope) => {
        const value = renderNative(text, scope)
        if (value instanceof Promise) throw new Error('a configuration file cannot wait')
        return value
      },
    },
    diagnostics,
  )
  if (!config) throw new Error(diagnostics.all.map(one => one.message).join('\n'))
  const project = parseProject(config, sourceBuiltins(), diagnostics)
  const member = (uniqueId: string) =>
    project.nodes.get(uniqueId) ??
    project.sources.get(uniqueId) ??
    project.exposures.get(uniqueId) ??
    project.unitTests.get(uniqueId) ??
    project.semantics.get(uniqueId)
  return {
    project,
    diagnostics: diagnostics.all,
    found: diagnostics.all.map(({ code, at }) =>
      at ? `${code} ${at.file.path}:${lineColumn(at.file, at.start).line}` : code,
    ),
    node(uniqueId) {
      const node = project.nodes.get(uniqueId)
      if (!node) throw new Error(`no ${uniqueId} among ${[...project.nodes.keys()].join(', ')}`)
      return node
    },
    json(uniqueId) {
      const found = member(uniqueId)
      if (!found) throw new Error(`no ${uniqueId}`)
      return plainJson(memberJson(found, noFacts)) as Record<string, unknown>
    },
  }
}
