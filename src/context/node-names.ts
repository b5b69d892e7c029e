/**
 * The names of a node's rendering: those of every template, the macros, and `ref`, `source`, `config`, `this`, `model`,
 * `adapter`, results of statements … Macros hide names of the context, names in `extra` hide macros.
 * Each name is made when it is first used, so a rendering that uses three names costs three.
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import { str } from '../template/repr.ts'
import type { Scope } from '../template/scope.ts'
import { PyDict, PyObject, type PyTuple, type Value } from '../template/value.ts'
import { AdapterObject } from './adapter-object.ts'
import { type BaseState, baseBuiltins, baseTable } from './base-names.ts'
import { BoundMacros, MacroStackValue } from './bound-macros.ts'
import { columnClass } from './column.ts'
import { ConfigValue } from './config-value.ts'
import { exceptionsValue } from './exceptions-value.ts'
import type { MacroNamespace } from './macro-namespace.ts'
import type { MacroRecorder } from './macro-record.ts'
import { NameScope, type NameTable, ScopeDict, WrittenScope } from './name-scope.ts'
import type { NodeProviders } from './node-providers.ts'
import { contextError, contextFunction } from './python-object.ts'
import { functionFunction, metricFunction, refFunction, sourceFunction } from './reference-functions.ts'
import { RelationClass } from './relation-class.ts'
import type { RunFacts } from './run-facts.ts'
import { AdapterResponse, StatementResults } from './statement-results.ts'
import { validation } from './validation.ts'

export interface NodeNamesOptions {
  readonly facts: RunFacts
  readonly macros: MacroNamespace
  readonly providers: NodeProviders
  readonly recorder?: MacroRecorder
  /** What a unit test puts in place of macros, by `name` or `package.name`. */
  readonly overrides?: ReadonlyMap<string, Value>
}

/** The scope of one rendering, and what the run reads from it afterwards. */
export interface NodeNames extends Scope {
  readonly macros: BoundMacros
  readonly results: StatementResults
  names(): Iterable<string>
}

interface NodeState extends BaseState {
  readonly providers: NodeProviders
  readonly macros: BoundMacros
  readonly results: StatementResults
}

export function nodeNames(options: NodeNamesOptions): NodeNames {
  return new NodeScope(options)
}

class NodeScope implements NodeNames {
  readonly macros: BoundMacros
  readonly results = new StatementResults()
  private readonly context: NameScope<NodeState>
  private readonly extra: ReadonlyMap<string, Value> | undefined
  private readonly overrides: ReadonlyMap<string, Value> | undefined

  constructor(options: NodeNamesOptions) {
    const { facts, providers, recorder, overrides } = options
    const { node, execute } = providers
    this.extra = providers.extra
    this.overrides = overrides
    const scope = new WrittenScope(this)
    this.macros = new BoundMacros(options.macros, scope, {
      packageName: node.packageName,
      dispatchesAnywhere: node.resourceType === 'test',
      ...(recorder && { recorder }),
      ...(overrides && { overrides }),
    })
    this.context = new NameScope<NodeState>(nodeTable, {
      facts,
      providers,
      macros: this.macros,
      results: this.results,
      vars: providers.vars,
      varsOptional: providers.varsOptional ?? !execute,
      varsRendered: true,
      secrets: 'refused',
      owner: node.name,
      scope,
      envVarRead: providers.envVarRead && ((name, value) => providers.envVarRead?.(name, value)),
    })
  }

  lookup(name: string): Value | undefined {
    const extra = this.extra?.get(name)
    if (extra !== undefined) return extra
    const macro = this.macros.lookup(name)
    if (macro !== undefined) return macro
    const overridden = this.overriddenName(name)
    return overridden === undefined ? this.context.lookup(name) : overridden
  }

  *names(): Iterable<string> {
    if (this.extra) yield* this.extra.keys()
    yield* this.macros.names()
    yield* this.context.names()
  }

  /** A unit test may also put a plain value in place of a name of the context. */
  private overriddenName(name: string): Value | undefined {
    const value = this.overrides?.get(name)
    return value !== undefined && this.context.lookup(name) !== undefined ? value : undefined
  }
}

const adapters = new WeakMap<NodeState, AdapterObject>()

function adapterOf(state: NodeState): AdapterObject {
  let adapter = adapters.get(state)
  if (!adapter) {
    adapter = new AdapterObject(state.providers.adapter, state.macros, { parsing: !state.providers.execute })
    adapters.set(state, adapter)
  }
  return adapter
}

function relationClassOf(state: NodeState): RelationClass {
  return new RelationClass(state.providers.adapter.facts.quoting)
}

function renderFunction(state: NodeState): Value {
  return contextFunction('render', ['string'], ([text = null]) => state.facts.render(str(text), state.scope))
}

/** Any failure of the function becomes a compilation error with the given message. */
function tryOrCompilerError(state: NodeState): Value {
  const parameters = ['message_if_exception', 'func', '*args', '**kwargs']
  return contextFunction('try_or_compiler_error', parameters, ([message = null, body, args, kwargs]) => {
    const failed = (cause: unknown): Error => {
      if (!(cause instanceof DiagnosticError)) throw cause
      return contextError('context/raised', str(message), { node: state.providers.node.uniqueId, cause })
    }
    const named = new Map(Array.from(kwargs as PyDict, ([key, value]) => [String(key), value] as const))
    try {
      if (!(body instanceof PyObject) || !body.call) throw contextError('context/argument', 'not a function')
      const result = body.call((args as PyTuple).items, named)
      return result instanceof Promise
        ? result.catch((cause: unknown) => {
            throw failed(cause)
          })
        : result
    } catch (cause) {
      throw failed(cause)
    }
  })
}

const rawResultParameters = [
  'name',
  ['message', null],
  ['code', null],
  ['rows_affected', null],
  ['agate_table', null],
] as const

/** Names that `builtins` shows, too. */
const nodeBuiltins: NameTable<NodeState> = {
  ...baseBuiltins,
  ref: ({ providers }) => refFunction(providers),
  source: ({ providers }) => sourceFunction(providers),
  metric: ({ providers }) => metricFunction(providers),
  function: ({ providers }) => functionFunction(providers),
  config: ({ providers }) => new ConfigValue(providers.config, providers.node.uniqueId, providers.model),
  execute: ({ providers }) => providers.execute,
  exceptions: ({ facts, providers }) => exceptionsValue(facts.effects, providers.node.uniqueId),
  database: ({ providers }) => providers.database,
  schema: ({ providers }) => providers.schema,
  adapter: state => adapterOf(state),
  api: state => PyDict.of({ Relation: relationClassOf(state), Column: columnClass }),
  column: () => columnClass,
  env: ({ facts }) => facts.target,
  graph: ({ providers }) => providers.graph(),
  model: ({ providers }) => providers.model(),
  this: ({ providers }) => providers.this(),
  pre_hooks: ({ providers }) => providers.preHooks(),
  post_hooks: ({ providers }) => providers.postHooks(),
  compiled_code: ({ providers }) => providers.compiledCode(),
  sql: ({ providers }) => (providers.node.language === 'sql' ? (providers.compiledCode() ?? null) : null),
  sql_now: () => 'now()',
  defer_relation: ({ providers }) => providers.deferRelation(),
  selected_resources: ({ providers }) => providers.selectedResources(),
  dbt_metadata_envs: ({ facts }) => facts.metadataEnvironment,
  invocation_args_dict: ({ facts }) => facts.invocationArguments,
  validation: () => validation(),
  render: state => renderFunction(state),
  try_or_compiler_error: state => tryOrCompilerError(state),
  write: ({ providers }) =>
    contextFunction('write', ['payload'], ([payload = null]) => {
      providers.write(str(payload))
      return ''
    }),
  load_agate_table: ({ providers }) => contextFunction('load_agate_table', [], () => providers.loadAgateTable()),
  load_result: ({ results }) => contextFunction('load_result', ['name'], ([name = null]) => results.load(str(name))),
  store_result: ({ results }) =>
    contextFunction(
      'store_result',
      ['name', 'response', ['agate_table', null]],
      ([name = null, response = null, table = null]) => results.store(str(name), response, table),
    ),
  store_raw_result: ({ results }) =>
    contextFunction(
      'store_raw_result',
      rawResultParameters,
      ([name = null, message = null, code = null, rows = null, table = null]) =>
        results.store(str(name), new AdapterResponse(message, code, rows), table),
    ),
  submit_python_job: () =>
    contextFunction('submit_python_job', ['parsed_model', 'compiled_code'], () => {
      throw contextError('context/python-model', 'Python models cannot be run: there is no Python in this program', {
        hint: 'write the model in SQL, or run it with dbt',
      })
    }),
  adapter_macro: () =>
    contextFunction('adapter_macro', ['name', '*args', '**kwargs'], ([name = null]) => {
      throw contextError(
        'context/macro-not-found',
        `The "adapter_macro" macro has been deprecated. Instead, use the \`adapter.dispatch\` method to find a macro and call the result. adapter_macro was called for: ${str(name)}`,
      )
    }),
  context_macro_stack: ({ macros }) => new MacroStackValue(macros.stack),
}

const nodeTable: NameTable<NodeState> = {
  ...baseTable,
  ...nodeBuiltins,
  builtins: state => new ScopeDict(new NameScope(nodeBuiltins, state)),
}

/** Every name that a template of a node sees, beside macros. */
export const contextNames: readonly string[] = Object.keys(nodeTable)
