/**
 * Renders templates in parse mode: nothing is queried, `ref`, `source`, `config` and their like are captured, and every
 * macro that a node's own text calls is noted. Built once a parse; scopes are made per node, and only for nodes whose
 * text cannot be read without rendering.
 */

import { DiagnosticError } from '../base/diagnostic.ts'
import type { Config } from '../config/config.ts'
import { packageVars } from '../config/package-vars.ts'
import { baseNames } from '../context/base-names.ts'
import type { MacroRecord } from '../context/macro-record.ts'
import { MetricReference } from '../context/metric-reference.ts'
import { type NodeNames, nodeNames } from '../context/node-names.ts'
import type { NodeProviders } from '../context/node-providers.ts'
import { contextFunction } from '../context/python-object.ts'
import { createRelation } from '../context/relation.ts'
import type { RunFacts } from '../context/run-facts.ts'
import { compileTemplate, hasMarks, renderNative } from '../template/template.ts'
import { PyDict, type PyTuple, type Value } from '../template/value.ts'
import type { CapturedCalls } from './captured-calls.ts'
import type { Draft } from './draft.ts'
import type { MacroRegistry } from './macro-registry.ts'
import { hasFileOfItsOwn } from './own-file.ts'
import { parsePort } from './parse-port.ts'
import type { ParseWitness, WatchedVars } from './parse-witness.ts'
import type { ProjectPackage } from './project-package.ts'

export interface TextPlace {
  readonly text: string
  readonly file: Draft['file']
  readonly base: number
}

/** A node whose text is read. */
export interface ReadNode extends Pick<Draft, 'resourceType' | 'language' | 'name' | 'uniqueId' | 'calls'> {
  readonly owner: Pick<ProjectPackage, 'name'>
}

interface ScopeOptions {
  readonly extra?: ReadonlyMap<string, Value>
  /** Whether a called macro is noted; every one is when absent. */
  readonly notes?: (uniqueId: string) => boolean
  readonly model?: () => Value
}

export class ParseRenderer {
  private readonly config: Config
  private readonly facts: RunFacts
  private readonly registry: MacroRegistry
  private readonly witness: ParseWitness
  private readonly port
  private readonly draftModel: (draft: Draft) => Value
  private readonly vars = new Map<string, WatchedVars>()
  private readonly yamlScopes = new Map<string, ReturnType<typeof baseNames>>()
  private nameScope: NodeNames | undefined

  /** @param draftModel what `model` is in the file of a node that is not finished */
  constructor(
    config: Config,
    facts: RunFacts,
    registry: MacroRegistry,
    witness: ParseWitness,
    draftModel: (draft: Draft) => Value = () => new PyDict(),
  ) {
    this.config = config
    this.draftModel = draftModel
    this.facts = witness.facts(facts)
    this.registry = registry
    this.witness = witness
    this.port = witness.port(parsePort(config))
  }

  varsOf(packageName: string): WatchedVars {
    let vars = this.vars.get(packageName)
    if (!vars) {
      vars = this.witness.vars(packageName, packageVars(this.config, packageName))
      this.vars.set(packageName, vars)
    }
    return vars
  }

  /**
   * The names of a node in parse mode; calls of its own text land in the draft.
   */
  scope(draft: Draft, options: ScopeOptions = {}): NodeNames {
    return this.scopeOf(draft, { model: () => this.draftModel(draft), ...options })
  }

  /** The same for a node that is no draft. */
  scopeOf(node: ReadNode, { extra, notes, model }: ScopeOptions & Required<Pick<ScopeOptions, 'model'>>): NodeNames {
    const { calls } = node
    return nodeNames({
      facts: this.facts,
      macros: this.registry.namespace,
      providers: { ...this.providers(node, extra), model },
      recorder: {
        called(uniqueId, depth) {
          if (depth === 0 && (notes === undefined || notes(uniqueId))) calls.macros.add(uniqueId)
        },
      },
    })
  }

  /** Renders a text for what it calls. @throws DiagnosticError what rendering throws */
  read(place: TextPlace, scope: NodeNames): void {
    settled(compileTemplate(place.text, place).render(scope, { undefined: 'permissive' }))
  }

  /** Renders a node's own text. @returns whether it asked for what is never the same twice */
  readOwn(place: TextPlace, scope: NodeNames): boolean {
    return this.witness.readsMoment(() => this.read(place, scope))
  }

  /** A node's own text asked for what is never the same twice. */
  noteMomentary(draft: Draft): void {
    const { owner, originalFilePath, calls } = draft
    if (!hasFileOfItsOwn(draft)) this.witness.unrepeatable = 'a moment'
    else this.witness.momentary.push({ packageName: owner.name, originalFilePath, calls: calls.fingerprint() })
  }

  /** The value of a test's argument. */
  native(place: TextPlace, scope: NodeNames): Value {
    return settled(renderNative(place.text, scope, { ...place, undefined: 'permissive' }))
  }

  /** A template looked at the whole of a node, its text included. */
  noteCodeSeen(): void {
    this.witness.sawCode = true
  }

  /** A text of a properties file, with the names dbt gives to those. */
  yamlText(text: string, owner: ProjectPackage): Value {
    let scope = this.yamlScopes.get(owner.name)
    if (!scope) {
      scope = baseNames(this.facts, { vars: this.varsOf(owner.name), varsRendered: false, owner: '<Configuration>' })
      this.yamlScopes.set(owner.name, scope)
    }
    return settled(renderNative(text, scope))
  }

  /** A description; `doc` is the one name that it usually needs. */
  description(text: string, doc: (args: readonly Value[]) => Value, owner: string): string {
    if (!hasMarks(text)) return text
    const extra = new Map<string, Value>([
      ['doc', contextFunction('doc', ['*args'], ([args]) => doc((args as PyTuple).items))],
    ])
    const scope = baseNames(this.facts, { vars: this.varsOf(owner), varsRendered: false, extra })
    return settled(compileTemplate(text).render(scope))
  }

  /** Calls `generate_schema_name` and its like with the root project's names. */
  callNameMacro(macro: MacroRecord, args: readonly Value[]): Value {
    this.nameScope ??= this.macroScope()
    return settled(this.nameScope.macros.macro(macro).call(args, new Map()))
  }

  private macroScope(): NodeNames {
    const { target, projectFile } = this.config
    const { name } = projectFile
    const providers: NodeProviders = {
      ...this.emptyProviders(name),
      varsOptional: false,
      node: { uniqueId: 'macro', packageName: name, name: 'macro', resourceType: 'macro', language: 'sql' },
      config: { kind: 'known', get: () => undefined, getMeta: () => undefined },
      ref: () => null,
      source: () => null,
      metric: () => null,
      function: () => null,
      database: target.database,
      schema: target.schema,
      this: () => undefined,
      model: () => null,
    }
    return nodeNames({ facts: this.facts, macros: this.registry.namespace, providers })
  }

  private emptyProviders(
    packageName: string,
  ): Omit<
    NodeProviders,
    'node' | 'config' | 'ref' | 'source' | 'metric' | 'function' | 'database' | 'schema' | 'this' | 'model'
  > {
    return {
      execute: false,
      vars: this.varsOf(packageName),
      adapter: this.port,
      graph: () => new PyDict(),
      preHooks: () => [],
      postHooks: () => [],
      compiledCode: () => null,
      selectedResources: () => [],
      deferRelation: () => null,
      write: () => {},
      loadAgateTable() {
        throw new DiagnosticError({
          code: 'project/no-rows-while-parsing',
          message: 'can only load_agate_table for seeds',
        })
      },
    }
  }

  private providers(node: ReadNode, extra: ReadonlyMap<string, Value> | undefined): Omit<NodeProviders, 'model'> {
    const { target } = this.config
    const { calls, owner } = node
    const itself = (): Value =>
      createRelation({ database: target.database, schema: target.schema, identifier: node.name })
    return {
      ...this.emptyProviders(owner.name),
      node: {
        uniqueId: node.uniqueId,
        packageName: owner.name,
        name: node.name,
        resourceType: node.resourceType,
        language: node.language,
      },
      config: { kind: 'capture', add: options => calls.addConfig(options) },
      ...capturing(calls, itself),
      database: target.database,
      schema: target.schema,
      this: () => (node.resourceType === 'operation' ? null : itself()),
      ...(extra && { extra }),
    }
  }
}

/** While parsing, every reference prints the node itself. */
function capturing(
  calls: CapturedCalls,
  itself: () => Value,
): Pick<NodeProviders, 'ref' | 'source' | 'metric' | 'function'> {
  const written = (name: string, packageName: string | null): readonly string[] =>
    packageName === null ? [name] : [packageName, name]
  return {
    ref({ name, packageName, version }) {
      calls.refs.push({ name, package: packageName, version })
      return itself()
    },
    source(source, table) {
      calls.sources.push({ source, table })
      return itself()
    },
    metric(name, packageName) {
      calls.metrics.push(written(name, packageName))
      return new MetricReference(name, packageName)
    },
    function(name, packageName) {
      calls.functions.push(written(name, packageName))
      return itself()
    },
  }
}

/** @throws DiagnosticError when a template waits for something: nothing does while parsing */
function settled<T>(result: T | Promise<T>): T {
  if (!(result instanceof Promise)) return result
  result.catch(() => {})
  throw new DiagnosticError({
    code: 'project/query-while-parsing',
    message: 'The template asks the database for something while the project is parsed, which cannot be answered then',
    hint: 'put the query inside {% if execute %}',
  })
}
