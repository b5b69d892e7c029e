/**
 * What a node's names need from the phases above. While a project is parsed, `ref` and its like capture their
 * arguments; when a node is compiled or run they resolve them.
 */
import type { PyDict, Value } from '../template/value.ts'
import type { AdapterPort } from './adapter-port.ts'
import type { VarLookup } from './var-lookup.ts'

/** Who is being rendered. For an operation the resource type is `macro` or `operation`. */
interface NodeIdentity {
  readonly uniqueId: string
  readonly packageName: string
  readonly name: string
  readonly resourceType: string
  readonly language: 'sql' | 'python'
}

export interface RefArguments {
  readonly name: string
  readonly packageName: string | null
  readonly version: string | number | null
}

/** `config(...)` while parsing stores what it is given; later it only answers. */
export type ConfigSource =
  | { readonly kind: 'capture'; add(options: PyDict): void }
  | {
      readonly kind: 'known'
      /** Value of a config key, as dbt's `model.config.get` finds it; `undefined` if there is none. */
      get(name: string): Value | undefined
      /** Value of a key of `meta`. */
      getMeta(name: string): Value | undefined
    }

/** Every member is asked only when a template uses the name, and at most once a rendering unless it is a call. */
export interface NodeProviders {
  readonly node: NodeIdentity
  /** False while parsing: adapter methods give their stubs, a missing `var` is None. */
  readonly execute: boolean
  readonly config: ConfigSource
  readonly vars: VarLookup
  /** Default: while parsing. */
  readonly varsOptional?: boolean
  readonly adapter: AdapterPort
  ref(args: RefArguments): Value | Promise<Value>
  source(sourceName: string, tableName: string): Value | Promise<Value>
  metric(name: string, packageName: string | null): Value
  function(name: string, packageName: string | null): Value | Promise<Value>
  /** Target database and schema of the node, or of the profile where there is no node. */
  readonly database: string | null
  readonly schema: string | null
  /** The relation the node makes; `undefined` where the name does not exist at all, null where it is None. */
  this(): Value | undefined
  model(): Value
  graph(): Value
  /** Hooks as dicts `{sql, transaction, index?}`; null where there is no node. */
  preHooks(): Value
  postHooks(): Value
  /** None until the node is compiled. */
  compiledCode(): Value | undefined
  selectedResources(): Value
  deferRelation(): Value | undefined
  /** Writes the text that was run for the node under the target folder; throws where the node has no such file. */
  write(payload: string): void
  /** The seed's rows as an agate table; throws for anything but a seed. */
  loadAgateTable(): Value | Promise<Value>
  /** An environment variable was read: its value, or `undefined` if the default was taken. */
  envVarRead?(name: string, value: string | undefined): void
  /** Further names of this rendering (`results`, `schemas`, `database_schemas`, a test's arguments …). */
  readonly extra?: ReadonlyMap<string, Value>
}
