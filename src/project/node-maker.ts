/** What every reader of project files needs: configuration, names of relations, time, and where mistakes are told. */

import { DiagnosticError, type DiagnosticFields, type Diagnostics } from '../base/diagnostic.ts'
import type { Place } from '../base/source-file.ts'
import { configProblem } from '../config/check-config.ts'
import type { Config } from '../config/config.ts'
import type { ConfiguredType } from '../config/config-defaults.ts'
import { configTree, mergeConfig, mergeUnrenderedConfig, writtenTree } from '../config/merge-config.ts'
import { repr } from '../template/repr.ts'
import { PyDict } from '../template/value.ts'
import { CapturedCalls } from './captured-calls.ts'
import type { GenerateNames, NamedPlace } from './generate-names.ts'
import type { ProjectPackage } from './project-package.ts'
import type { PropertyEntry } from './property-entry.ts'
import { readCallText } from './static-calls.ts'

export interface MergedConfig {
  readonly config: PyDict
  readonly unrendered: PyDict
}

/** What stands in the files, where that is compared instead of what came of it. */
export interface WrittenLevels {
  readonly properties?: PyDict
  readonly call?: PyDict
}

const nothing = new PyDict()

export class NodeMaker {
  readonly diagnostics: Diagnostics
  readonly targetDatabase: string
  /** Of the root project, defaults filled in. */
  readonly quoting: { readonly database: boolean; readonly schema: boolean; readonly identifier: boolean }
  readonly run: Config
  readonly names: GenerateNames
  private readonly saidProblems = new Set<string>()
  /** Configurations by what decides them: many nodes are configured alike and share one. */
  private readonly merged = new Map<string, MergedConfig>()

  constructor(run: Config, names: GenerateNames, diagnostics: Diagnostics) {
    this.run = run
    this.names = names
    this.diagnostics = diagnostics
    this.targetDatabase = run.target.database
    const { quoting } = run.projectFile
    this.quoting = {
      database: quoting.database ?? true,
      schema: quoting.schema ?? true,
      identifier: quoting.identifier ?? true,
    }
  }

  createdAtMs(): number {
    return this.run.clock.now()
  }

  report(fields: DiagnosticFields): void {
    this.diagnostics.add(fields)
  }

  /** dbt's words for an entry that does not have the shape it should have. */
  invalidEntry(entry: PropertyEntry, problem: string, path: readonly (string | number)[] = []): DiagnosticFields {
    const { section, found } = entry
    return {
      code: 'project/invalid-entry',
      kind: 'Parsing',
      message: `Invalid ${section} config given in ${found.originalFilePath} @ ${section}: ${repr(entry.value)} - ${problem}`,
      at: entry.at(...path),
    }
  }

  /** The configuration of a node; what is wrong with it is reported at `at` and the defaults are given. */
  config(
    type: ConfiguredType,
    owner: ProjectPackage,
    fqn: readonly string[],
    properties: PyDict | null,
    call: PyDict = nothing,
    at?: () => Place,
    levels?: WrittenLevels,
  ): MergedConfig {
    const place = `${type}\0${owner.name}\0${this.configPath(type, owner, fqn)}`
    const key = `${place}\0${written(properties)}\0${written(call)}\0${written(levels?.properties ?? null)}\0${written(levels?.call ?? null)}`
    const known = this.merged.get(key)
    if (known) return known
    const made = this.merge(type, owner, fqn, properties, call, at, levels)
    this.merged.set(key, made)
    return made
  }

  private merge(
    type: ConfiguredType,
    owner: ProjectPackage,
    fqn: readonly string[],
    properties: PyDict | null,
    call: PyDict,
    at?: () => Place,
    writtenLevels?: WrittenLevels,
  ): MergedConfig {
    const { projectFile } = owner
    const root = owner.isRoot ? null : this.run.projectFile
    const levels = { resourceType: type, fqn, properties, call }
    try {
      const config = mergeConfig({
        ...levels,
        own: configTree(projectFile.trees, type),
        root: root && configTree(root.trees, type),
      })
      const unrendered = mergeUnrenderedConfig({
        ...levels,
        ...writtenLevels,
        own: writtenTree(projectFile.unrenderedTrees, type),
        root: root && writtenTree(root.unrenderedTrees, type),
      })
      this.checkConfig(type, config, at)
      return { config, unrendered }
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error
      const place = error.diagnostic.at ?? at?.()
      this.diagnostics.add({ ...error.diagnostic, ...(place && { at: place }) })
      const defaults = { ...levels, properties: null, call: nothing, own: nothing, root: null }
      return { config: mergeConfig(defaults), unrendered: new PyDict() }
    }
  }

  /** One wrong value of a section is a problem of every node below it, and told once. */
  private checkConfig(type: ConfiguredType, config: PyDict, at: (() => Place) | undefined): void {
    const problem = configProblem(type, config)
    if (!problem || this.saidProblems.has(problem.message)) return
    this.saidProblems.add(problem.message)
    const place = at?.()
    this.report({ code: 'config/bad-config', ...problem, ...(place && { at: place }) })
  }

  /** How deep the sections of the project files go along an fqn: nodes with the same answer are configured alike. */
  private configPath(type: ConfiguredType, owner: ProjectPackage, fqn: readonly string[]): string {
    const depth = Math.max(
      depthOf(configTree(owner.projectFile.trees, type), fqn),
      depthOf(writtenTree(owner.projectFile.unrenderedTrees, type), fqn),
      owner.isRoot ? 0 : depthOf(configTree(this.run.projectFile.trees, type), fqn),
    )
    return fqn.slice(0, depth).join('\0')
  }

  /** The calls in `depends_on: ["ref('a')"]` and `model: ref('a')`. */
  readDependencies(entry: PropertyEntry, expressions: readonly string[]): CapturedCalls {
    const calls = new CapturedCalls()
    for (const expression of expressions) {
      if (!readCallText(expression, calls)) {
        this.report(this.invalidEntry(entry, `Invalid ref or source expression: ${expression}`, ['depends_on']))
      }
    }
    return calls
  }

  /** Where an export of a saved query goes. */
  exportPlace(name: string, owner: ProjectPackage, custom: Parameters<GenerateNames['place']>[1]): NamedPlace {
    return this.names.place({ name, packageName: owner.name, version: null, record: () => ({ name }) }, custom)
  }
}

function written(config: PyDict | null): string {
  return config === null || config.size === 0 ? '' : repr(config)
}

function depthOf(tree: PyDict, fqn: readonly string[]): number {
  let level = tree
  let depth = 0
  for (const name of fqn) {
    const next = level.get(name)
    if (!(next instanceof PyDict)) break
    level = next
    depth++
  }
  return depth
}
