/** Renders templates with the names of a base context, or of a node over an in-memory DuckDB. */
import type { Connection } from '../../src/adapter/adapter.ts'
import { RelationCache } from '../../src/adapter/relation-cache.ts'
import type { AdapterPort } from '../../src/context/adapter-port.ts'
import { baseNames } from '../../src/context/base-names.ts'
import { FlagsValue } from '../../src/context/flags-value.ts'
import { MacroNamespace, type MacroNamespaceOptions } from '../../src/context/macro-namespace.ts'
import type { MacroRecord } from '../../src/context/macro-record.ts'
import { nodeNames } from '../../src/context/node-names.ts'
import type { NodeProviders } from '../../src/context/node-providers.ts'
import { PythonRecord } from '../../src/context/python-record.ts'
import { createRelation } from '../../src/context/relation.ts'
import { allParts } from '../../src/context/relation-fields.ts'
import type { RunFacts } from '../../src/context/run-facts.ts'
import { toPython } from '../../src/template/plain-data.ts'
import type { Scope } from '../../src/template/scope.ts'
import { compileMacro, compileTemplate } from '../../src/template/template.ts'
import { PyDict, type PyObject, type Value } from '../../src/template/value.ts'

export interface Heard {
  readonly logged: string[]
  readonly printed: string[]
  readonly warned: string[]
}

export function runFacts(heard: Heard, environment: Record<string, string> = {}): RunFacts {
  return {
    dbtVersion: '1.11.16',
    invocationId: 'invocation',
    runStartedAt: Date.UTC(2024, 0, 2, 3, 4, 5),
    environment,
    clock: { now: () => Date.UTC(2024, 5, 7, 8, 9, 10), elapsedMs: () => 0 },
    effects: {
      log: (message, level) => heard.logged.push(`${level} ${message}`),
      print: message => heard.printed.push(message),
      warn: message => heard.warned.push(message),
      deprecated: thing => heard.warned.push(`deprecated ${thing}`),
    },
    threadId: () => 'MainThread',
    render: (text, scope) => compileTemplate(text).render(scope),
    flags: new FlagsValue({ FULL_REFRESH: false, PRINT: true, WHICH: 'run' }),
    invocationArguments: PyDict.of({ which: 'run' }),
    metadataEnvironment: new PyDict(),
    target: PyDict.of({ name: 'dev', schema: 'main' }),
    projectName: 'shop',
  }
}

export function silence(): Heard {
  return { logged: [], printed: [], warned: [] }
}

function varLookup(vars: Record<string, unknown>): NodeProviders['vars'] {
  const values = toPython(vars) as PyDict
  return { get: name => values.get(name), all: () => values }
}

/** Renders with the names that every template has. */
export async function renderBase(
  template: string,
  options: { vars?: Record<string, unknown>; environment?: Record<string, string>; heard?: Heard } = {},
): Promise<string> {
  const facts = runFacts(options.heard ?? silence(), options.environment)
  return await compileTemplate(template).render(baseNames(facts, { vars: varLookup(options.vars ?? {}) }))
}

/** `{ 'package.name': body }` as macros; the arguments stand in the name: `shop.hello(x='w')`. */
export function macroRecords(macros: Record<string, string>): MacroRecord[] {
  return Object.entries(macros).map(([key, body]) => {
    const [, packageName = '', name = '', parameters = '()'] = /^(\w+)\.(\w+)(\(.*\))?$/.exec(key) ?? []
    const compiled = compileMacro(name, compileTemplate(`{% macro ${name}${parameters} %}${body}{% endmacro %}`))
    return {
      uniqueId: `macro.${packageName}.${name}`,
      packageName,
      name,
      file: `${packageName}/macros/${name}.sql`,
      bind: scope => compiled.bind(scope),
    }
  })
}

export interface NodeRenderingOptions {
  readonly macros?: Record<string, string>
  readonly dispatch?: MacroNamespaceOptions['dispatch']
  readonly providers?: Partial<NodeProviders>
  readonly connection?: Connection
  readonly heard?: Heard
  readonly vars?: Record<string, unknown>
  readonly overrides?: ReadonlyMap<string, Value>
}

export interface NodeRendering {
  readonly calls: string[]
  readonly macrosCalled: string[]
  render(template: string): Promise<string>
}

const parsePort = 'the database is not for parsing'

/** A model `shop.b`, run over the connection if there is one. */
export function nodeRendering(options: NodeRenderingOptions = {}): NodeRendering {
  const calls: string[] = []
  const macrosCalled: string[] = []
  const facts = runFacts(options.heard ?? silence())
  const macros = new MacroNamespace({
    macros: macroRecords(options.macros ?? {}),
    rootPackage: 'shop',
    ...(options.dispatch && { dispatch: options.dispatch }),
  })
  const scopes: { current?: Scope } = {}
  const providers: NodeProviders = {
    node: { uniqueId: 'model.shop.b', packageName: 'shop', name: 'b', resourceType: 'model', language: 'sql' },
    execute: true,
    config: { kind: 'known', get: () => undefined, getMeta: () => undefined },
    vars: varLookup(options.vars ?? {}),
    adapter: testPort(options.connection, scopes, calls),
    ref: ({ name, packageName, version }) => {
      calls.push(`ref ${packageName ?? '-'} ${name} ${version ?? '-'}`)
      return createRelation({ database: 'memory', schema: 'main', identifier: name })
    },
    source: (source, table) => createRelation({ schema: source, identifier: table }),
    metric: name => name,
    function: name => name,
    database: 'memory',
    schema: 'main',
    this: () => createRelation({ database: 'memory', schema: 'main', identifier: 'bee' }),
    model: () => PyDict.of({ name: 'b' }),
    graph: () => new PyDict(),
    preHooks: () => [],
    postHooks: () => [],
    compiledCode: () => null,
    selectedResources: () => [],
    deferRelation: () => null,
    write: payload => calls.push(`write ${payload}`),
    loadAgateTable: () => null,
    ...options.providers,
  }
  const scope = nodeNames({
    facts,
    macros,
    providers,
    recorder: { called: (id, depth) => macrosCalled.push(`${depth} ${id}`) },
    ...(options.overrides && { overrides: options.overrides }),
  })
  scopes.current = scope
  const undefinedKind = providers.execute ? 'strict' : 'permissive'
  return {
    calls,
    macrosCalled,
    render: async template => await compileTemplate(template).render(scope, { undefined: undefinedKind }),
  }
}

function testPort(connection: Connection | undefined, scopes: { current?: Scope }, calls: string[]): AdapterPort {
  const cache = new RelationCache()
  const ask = async (sql: string) => {
    if (!connection) throw new Error(parsePort)
    return await connection.rows(sql)
  }
  return {
    facts: {
      projectName: 'shop',
      quoting: allParts,
      database: 'memory',
      schema: 'main',
      externalRoot: '.',
      disableTransactions: false,
      isMotherduck: false,
      ducklakeDatabases: new Set(['lake']),
      duckdbVersion: '1.5.6',
    },
    config: () => new PythonRecord('RuntimeConfig', { project_name: 'shop' }),
    async execute(sql, { autoBegin }) {
      if (!connection) throw new Error(parsePort)
      calls.push(sql)
      if (autoBegin) connection.begin()
      return await connection.execute(sql)
    },
    async ensureTransaction() {
      return true
    },
    async commit() {
      calls.push('commit')
      await connection?.commit()
    },
    callMacro(name, kwargs) {
      const macro = scopes.current?.lookup(name) as PyObject
      return macro.call?.([], kwargs) ?? null
    },
    async getRelation(database, schema, identifier) {
      return await cache.find({ database: database ?? 'memory', schema, identifier }, ask)
    },
    cacheAdded: relation => cache.added(relation),
    cacheDropped: relation => cache.dropped(relation),
    cacheRenamed: (from, to) => cache.renamed(from, to),
    cacheSchemaDropped: (database, schema) => cache.schemaDropped({ database, schema }),
    now: () => Date.UTC(2024, 5, 7, 8, 9, 10),
    warnOnce: message => calls.push(`warn ${message}`),
    temporaryId: () => 'abcdef123456',
    seedFilePath: () => '/project/seeds/sd.csv',
  }
}
