/** What nodes call: read off the text where that is certain, by rendering in parse mode where it is not. */
import { DiagnosticError, type Diagnostics } from '../base/diagnostic.ts'
import type { Config } from '../config/config.ts'
import { unmarked } from '../config/yaml-value.ts'
import type { MacroRecord } from '../context/macro-record.ts'
import type { Template } from '../template/ast.ts'
import { parseTemplate } from '../template/parse.ts'
import { hasMarks } from '../template/template.ts'
import { PyDict, type Value } from '../template/value.ts'
import { CapturedCalls } from './captured-calls.ts'
import type { Draft } from './draft.ts'
import { nodeModel } from './draft-model.ts'
import type { TestHolder } from './generic-test.ts'
import type { TestDefinition } from './generic-test-definition.ts'
import type { MacroRegistry } from './macro-registry.ts'
import type { Node } from './node.ts'
import type { ParseRenderer, ReadNode, TextPlace } from './parse-renderer.ts'
import { readPythonCalls } from './python-calls.ts'
import { readCallText } from './static-calls.ts'
import { readStatically, type StaticNames } from './static-reader.ts'
import { isReadWithoutRendering, writtenConfig } from './written-config.ts'

const looksLikeCall = /^\s*(?:env_var|ref|var|source|doc)\s*\(.+\)\s*$/
const whereMacro = 'get_where_subquery'

interface ConfigComparison {
  /** `state_modified_compare_more_unrendered_values`. */
  readonly asWritten: boolean
  /** Off under `--no-static-parser`. */
  readonly staticParser: boolean
}

export function configComparison({ projectFile, flags }: Config): ConfigComparison {
  const asWritten = projectFile.behaviour.stateModifiedCompareMoreUnrenderedValues
  return { asWritten, staticParser: flags.staticParser }
}

/** A node's own text and where it stands. */
export interface NodeCode extends Pick<Draft, 'resourceType' | 'rawCode' | 'file' | 'codeOffset'> {
  readonly owner: Pick<Draft['owner'], 'name'>
}

export class NodeCalls {
  private readonly renderer: ParseRenderer
  private readonly registry: MacroRegistry
  private readonly diagnostics: Diagnostics
  private readonly compared: ConfigComparison
  /** Packages in which `ref`, `source` or `config` is a macro of the project: their nodes have to be rendered. */
  private readonly overriding = new Map<string, boolean>()
  private readonly namesOf = new Map<string, StaticNames>()

  constructor(reading: {
    readonly renderer: ParseRenderer
    readonly registry: MacroRegistry
    readonly diagnostics: Diagnostics
    readonly compared: ConfigComparison
  }) {
    this.renderer = reading.renderer
    this.registry = reading.registry
    this.diagnostics = reading.diagnostics
    this.compared = reading.compared
  }

  /** Calls of a node's own text land in the draft; what fails is reported. */
  readCode(draft: Draft): void {
    const { rawCode } = draft
    if (draft.language === 'python' && draft.resourceType === 'model') readPythonCalls(rawCode, draft.calls)
    else if (hasMarks(rawCode)) this.reporting(draft, () => this.readTemplate(draft))
  }

  private readTemplate(draft: Draft): void {
    const template = parseTemplate(placeOf(draft))
    if (this.readCertain(draft, template, draft.calls)) return
    const isMomentary = this.renderer.readOwn(placeOf(draft), this.renderer.scope(draft))
    this.noteWrittenConfig(draft, template, draft.calls)
    if (isMomentary) this.renderer.noteMomentary(draft)
  }

  /** The calls of a text that has to be rendered. @throws DiagnosticError what rendering throws */
  renderedCalls(node: ReadNode & NodeCode, model: () => Value): CapturedCalls {
    this.renderer.readOwn(placeOf(node), this.renderer.scopeOf(node, { model }))
    this.noteRenderedConfig(node)
    return node.calls
  }

  /**
   * The calls of a text that are certain without rendering; undefined when it has to be rendered.
   * @throws `template/syntax`
   */
  certainCalls(code: NodeCode): CapturedCalls | undefined {
    const calls = new CapturedCalls()
    if (!hasMarks(code.rawCode)) return calls
    return this.readCertain(code, parseTemplate(placeOf(code)), calls) ? calls : undefined
  }

  private readCertain(code: NodeCode, template: Template, into: CapturedCalls): boolean {
    const names = this.staticNames(code.owner.name)
    // What is deprecated is told, and counted, each time that a text is rendered.
    if (/\bitertools\b/.test(code.rawCode)) return false
    if (!names || !readStatically(template, names, into)) return false
    this.noteWrittenConfig(code, template, into)
    return true
  }

  private noteWrittenConfig(code: NodeCode, template: Template, calls: CapturedCalls): void {
    const { asWritten, staticParser } = this.compared
    if (!asWritten || calls.config.size === 0) return
    const isStatic = staticParser && code.resourceType === 'model' && !this.overrides(code.owner.name)
    if (isStatic && isReadWithoutRendering(code.rawCode, template)) return
    calls.writtenConfig = writtenConfig(template)
  }

  /** @returns undefined when nothing can be read statically */
  private staticNames(packageName: string): StaticNames | undefined {
    if (this.overrides(packageName)) return undefined
    let names = this.namesOf.get(packageName)
    if (!names) {
      const { registry, renderer } = this
      names = {
        quietMacro(inPackage, name) {
          const { namespace } = registry
          const macro = inPackage === null ? namespace.find(name, packageName) : namespace.package(inPackage)?.get(name)
          return macro && registry.isQuiet(macro.uniqueId) ? macro.uniqueId : undefined
        },
        macro: name => registry.namespace.find(name, packageName)?.uniqueId,
        isPlainVar: name => renderer.varsOf(packageName).isPlain(name),
      }
      this.namesOf.set(packageName, names)
    }
    return names
  }

  readHook(draft: Draft, sql: string, configured?: () => Node): void {
    if (!hasMarks(sql)) return
    const file = { path: draft.originalFilePath, text: sql }
    const model = (node: Node): Value => {
      this.renderer.noteCodeSeen()
      return nodeModel(node)
    }
    const scope = this.renderer.scope(draft, configured && { model: () => model(configured()) })
    this.reporting(draft, () => this.renderer.read({ text: sql, file, base: 0 }, scope))
  }

  private overrides(packageName: string): boolean {
    let known = this.overriding.get(packageName)
    if (known === undefined) {
      const { packages, rootPackage } = this.registry.namespace
      known = [packageName, rootPackage].some(name =>
        ['ref', 'source', 'config'].some(macro => packages.get(name)?.has(macro)),
      )
      this.overriding.set(packageName, known)
    }
    return known
  }

  private reporting(draft: Draft, read: () => void): void {
    try {
      read()
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error
      const at = error.diagnostic.at ?? draft.place?.()
      this.diagnostics.add({ ...error.diagnostic, node: draft.uniqueId, ...(at && { at }) })
    }
  }

  /** A generic test: its macro comes first, then what its arguments and its text call. */
  readTest(draft: Draft, definition: TestDefinition, dependency: TestHolder['dependency']): void {
    const macro = this.registry.resolve(draft.owner.name, `test_${definition.testName}`)
    if (macro) draft.calls.macros.add(macro.uniqueId)
    const id = macro?.uniqueId
    if (id === 'macro.dbt.test_not_null' || id === 'macro.dbt.test_unique') {
      if ('ref' in dependency) draft.calls.refs.push(dependency.ref)
      else draft.calls.sources.push(dependency.source)
      return
    }
    if (id !== undefined && this.registry.isQuiet(id) && !this.overrides(draft.owner.name)) {
      const before = [...draft.calls.macros]
      if (this.readArguments(definition.kwargs, draft)) {
        // Rendering the test's text would call `config` a second time, which doubles what is appended.
        draft.calls.addConfig(definition.config)
        this.noteRenderedConfig(draft)
        return
      }
      this.forget(draft, before)
    }
    this.reporting(draft, () => {
      this.renderTest(draft, definition)
      this.noteRenderedConfig(draft)
    })
  }

  /** Of a text whose tree is not at hand: most projects do not compare what is written, and parse it for nothing else. */
  private noteRenderedConfig(node: ReadNode & NodeCode): void {
    if (this.compared.asWritten) this.noteWrittenConfig(node, parseTemplate(placeOf(node)), node.calls)
  }

  private forget(draft: Draft, macros: readonly string[]): void {
    const { calls } = draft
    calls.refs.length = 0
    calls.sources.length = 0
    calls.macros.clear()
    for (const macro of macros) calls.macros.add(macro)
  }

  /** @returns false when an argument has to be rendered */
  private readArguments(kwargs: PyDict, draft: Draft): boolean {
    for (const [key, value] of kwargs) {
      if (key === 'column_name') continue
      if (key === 'model') {
        const where = this.registry.namespace.find(whereMacro, draft.owner.name)
        if (!where || !this.registry.isQuiet(where.uniqueId)) return false
        draft.calls.macros.add(where.uniqueId)
        const model = typeof value === 'string' ? /^\{\{ get_where_subquery\((.*)\) \}\}$/s.exec(value)?.[1] : undefined
        if (model === undefined || !readCallText(model, draft.calls)) return false
      } else if (!this.readArgument(value, draft)) return false
    }
    return true
  }

  private readArgument(value: Value, draft: Draft): boolean {
    if (typeof value === 'string') {
      if (looksLikeCall.test(value)) return /^\s*(?:ref|source)\b/.test(value) && readCallText(value, draft.calls)
      return !hasMarks(value)
    }
    if (Array.isArray(value)) return value.every(item => this.readArgument(item, draft))
    if (value instanceof PyDict) return [...value.values()].every(item => this.readArgument(item, draft))
    return true
  }

  private renderTest(draft: Draft, { kwargs }: TestDefinition): void {
    const extra = new Map<string, Value>()
    const reached = this.reached(draft)
    const scope = this.renderer.scope(draft, { extra, notes: uniqueId => reached.has(uniqueId) })
    for (const record of reached.values()) {
      const isKnown = this.registry.namespace.find(record.name, draft.owner.name)
      if (!isKnown) extra.set(record.name, scope.macros.macro(record))
    }
    const render = (value: Value): Value => {
      if (typeof value === 'string') {
        const text = looksLikeCall.test(value) ? `{{ ${value} }}` : value
        const file = { path: draft.originalFilePath, text }
        return hasMarks(text) ? this.renderer.native({ text, file, base: 0 }, scope) : unmarked(text)
      }
      if (Array.isArray(value)) return value.map(render)
      if (value instanceof PyDict) return PyDict.of(Array.from(value, ([key, item]) => [key, render(item)] as const))
      return value
    }
    const rendered = PyDict.of(
      Array.from(kwargs, ([key, value]) => [key, key === 'column_name' ? value : render(value)] as const),
    )
    extra.set('_dbt_generic_test_kwargs', rendered)
    this.renderer.read({ text: draft.rawCode, file: draft.file, base: 0 }, scope)
  }

  /** What dbt lets a test see of the macros: those that its own macro and `get_where_subquery` reach, by plain name. */
  private reached(draft: Draft): ReadonlyMap<string, MacroRecord> {
    const { namespace, macros } = this.registry
    const where = namespace.find(whereMacro, draft.owner.name)
    const waiting = [...draft.calls.macros, ...(where ? [where.uniqueId] : [])]
    const records = new Map<string, MacroRecord>()
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      const macro = macros.get(id)
      if (!macro || records.has(id)) continue
      const record = namespace.package(macro.packageName)?.get(macro.name)
      if (record) records.set(id, record)
      waiting.push(...this.registry.dependencies(macro))
    }
    return records
  }
}

function placeOf({ rawCode, file, codeOffset }: NodeCode): TextPlace {
  return { text: rawCode, file, base: codeOffset }
}
