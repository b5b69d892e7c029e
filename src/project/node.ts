/**
 * The records that project files become. Field names are dbt's in camelCase; `node-json.ts` prints them under dbt's own names.
 *
 * Invariants:
 * 1. `uniqueId` is dbt's: `<resource type>.<package>.<name>[.<version> | .<test hash>]`.
 * 2. `config` holds the whole merged configuration with dbt's defaults filled in, in dbt's key order.
 * 3. Nothing in here is resolved against other nodes: that is `graph/`.
 */
import type { Place, SourceFile } from '../base/source-file.ts'
import type { ConfiguredType } from '../config/config-defaults.ts'
import type { PyDict, Value } from '../template/value.ts'

export type NodeResourceType =
  | 'model'
  | 'seed'
  | 'snapshot'
  | 'analysis'
  | 'test'
  | 'operation'
  | 'sql_operation'
  | 'function'

export type ResourceType = ConfiguredType | 'macro' | 'doc'

export interface Checksum {
  readonly name: 'sha256' | 'path' | 'none'
  readonly checksum: string
}

/** A `ref()` as written: not yet resolved. */
export interface RefCall {
  readonly name: string
  readonly package: string | null
  readonly version: string | number | null
  readonly at?: Place
}

/** A `source()` as written: `[source name, table name]`. */
export interface SourceCall {
  readonly source: string
  readonly table: string
  readonly at?: Place
}

export interface Column {
  readonly name: string
  readonly description: string
  readonly dataType: string | null
  readonly meta: PyDict
  readonly tags: readonly string[]
  readonly quote: boolean | null
  readonly constraints: readonly Constraint[]
  readonly config: PyDict
  readonly granularity: string | null
  readonly docBlocks: readonly string[]
  /** Further keys of the YAML entry, printed after dbt's own. */
  readonly extra: PyDict
}

export interface Constraint {
  readonly type: 'check' | 'not_null' | 'unique' | 'primary_key' | 'foreign_key' | 'custom'
  readonly name: string | null
  readonly expression: string | null
  readonly columns: readonly string[]
  readonly to: string | null
  readonly toColumns: readonly string[]
  readonly warnUnenforced: boolean
  readonly warnUnsupported: boolean
}

export interface Docs {
  readonly show: boolean
  readonly nodeColor: string | null
}

export interface Contract {
  readonly enforced: boolean
  readonly aliasTypes: boolean
  readonly checksum: string | null
}

interface Described {
  readonly uniqueId: string
  readonly name: string
  readonly packageName: string
  /** Relative to the resource path it was found under (`staging/x.sql`). */
  readonly path: string
  /** Relative to its package's root (`models/staging/x.sql`). */
  readonly originalFilePath: string
  readonly fqn: readonly string[]
  readonly description: string
  readonly meta: PyDict
  readonly tags: readonly string[]
  readonly createdAtMs: number
}

/** A node that has code or data of its own and can be run. */
interface Runnable extends Described {
  readonly resourceType: NodeResourceType
  readonly file: SourceFile
  readonly database: string | null
  readonly schema: string
  readonly alias: string
  readonly checksum: Checksum
  readonly config: PyDict
  readonly unrenderedConfig: PyDict
  readonly columns: ReadonlyMap<string, Column>
  readonly docs: Docs
  readonly group: string | null
  /** `package://path/of/the.yml` that describes the node. */
  readonly patchPath: string | null
  readonly language: 'sql' | 'python'
  readonly rawCode: string
  /** Offset of `rawCode` in the text of `file`. */
  readonly codeOffset: number
  readonly refs: readonly RefCall[]
  readonly sources: readonly SourceCall[]
  readonly metrics: readonly (readonly string[])[]
  readonly functions: readonly (readonly string[])[]
  /** Unique ids of the macros that its rendering called while parsing. */
  readonly macros: readonly string[]
  readonly docBlocks: readonly string[]
  readonly contract: Contract
  /** `null` for what has no relation (ephemeral models, tests that store nothing, analyses). Quoted: `"db"."schema"."id"`. */
  readonly relationName: string | null
}

export interface ModelNode extends Runnable {
  readonly resourceType: 'model'
  readonly access: 'private' | 'protected' | 'public'
  readonly constraints: readonly Constraint[]
  readonly version: string | number | null
  readonly latestVersion: string | number | null
  readonly deprecationDate: string | null
  readonly primaryKey: readonly string[]
  readonly timeSpine: PyDict | null
}

export interface SeedNode extends Runnable {
  readonly resourceType: 'seed'
  /** Folder of the package that holds the CSV file. */
  readonly rootPath: string
}

interface SnapshotNode extends Runnable {
  readonly resourceType: 'snapshot'
}

interface AnalysisNode extends Runnable {
  readonly resourceType: 'analysis'
}

/** A hook of `on-run-start` or `on-run-end`. */
export interface OperationNode extends Runnable {
  readonly resourceType: 'operation'
  readonly hook: 'on-run-start' | 'on-run-end'
  readonly index: number
}

/** The text of `--inline`. */
export interface SqlOperationNode extends Runnable {
  readonly resourceType: 'sql_operation'
}

export interface FunctionNode extends Runnable {
  readonly resourceType: 'function'
  readonly arguments: readonly {
    readonly name: string
    readonly dataType: string
    readonly description: string | null
    readonly default: Value
  }[]
  readonly returns: { readonly dataType: string; readonly description: string | null }
}

export interface TestNode extends Runnable {
  readonly resourceType: 'test'
  /** `null` for a singular test. */
  readonly generic: GenericTestMetadata | null
}

export interface GenericTestMetadata {
  readonly name: string
  readonly namespace: string | null
  /** Arguments as in the manifest, `model` and `column_name` among them. */
  readonly kwargs: PyDict
  readonly columnName: string | null
  /** `models.customers`, `sources.raw`: key and name of the YAML entry. */
  readonly fileKeyName: string | null
  readonly attachedNode: string | null
}

export type Node =
  | ModelNode
  | SeedNode
  | SnapshotNode
  | AnalysisNode
  | OperationNode
  | SqlOperationNode
  | FunctionNode
  | TestNode

/** Both parts null: not set. */
interface FreshnessThreshold {
  readonly count: number | null
  readonly period: 'minute' | 'hour' | 'day' | null
}

/** A threshold is null when the project sets it to null. */
export interface Freshness {
  readonly warnAfter: FreshnessThreshold | null
  readonly errorAfter: FreshnessThreshold | null
  readonly filter: string | null
}

export interface SourceNode extends Described {
  readonly resourceType: 'source'
  readonly database: string | null
  readonly schema: string
  readonly sourceName: string
  readonly sourceDescription: string
  readonly sourceMeta: PyDict
  readonly loader: string
  readonly identifier: string
  readonly quoting: {
    readonly database: boolean | null
    readonly schema: boolean | null
    readonly identifier: boolean | null
    readonly column: boolean | null
  }
  readonly loadedAtField: string | null
  readonly loadedAtQuery: string | null
  readonly freshness: Freshness | null
  readonly external: Value
  readonly columns: ReadonlyMap<string, Column>
  readonly config: PyDict
  readonly unrenderedConfig: PyDict
  readonly relationName: string
  readonly unrenderedDatabase: string | null
  readonly unrenderedSchema: string | null
  readonly docBlocks: readonly string[]
  readonly patchPath: string | null
  readonly at?: Place
}

export interface ExposureNode extends Described {
  readonly resourceType: 'exposure'
  readonly type: string
  readonly owner: PyDict
  readonly label: string | null
  readonly maturity: string | null
  readonly url: string | null
  readonly config: PyDict
  readonly unrenderedConfig: PyDict
  readonly refs: readonly RefCall[]
  readonly sources: readonly SourceCall[]
  readonly metrics: readonly (readonly string[])[]
  readonly at?: Place
}

export interface UnitTestFixture {
  readonly rows: Value
  readonly format: 'dict' | 'csv' | 'sql'
  readonly fixture: string | null
}

export interface UnitTestNode extends Described {
  readonly resourceType: 'unit_test'
  readonly model: string
  readonly given: readonly (UnitTestFixture & { readonly input: string })[]
  readonly expect: UnitTestFixture
  readonly overrides: { readonly macros: PyDict; readonly vars: PyDict; readonly envVars: PyDict } | null
  readonly version: string | number | null
  readonly versions: Value
  readonly config: PyDict
  readonly checksum: string
  /** Of the tested model; null while that is unknown. */
  readonly schema: string | null
  /** Unique id of the model under test; null for a disabled unit test of a disabled model. */
  readonly testedNode: string | null
  /** The model under test as a ref. */
  readonly refs: readonly RefCall[]
  readonly at?: Place
}

/** Metrics, semantic models and saved queries: kept as dbt's own JSON, with what the graph needs picked out. */
export interface SemanticNode extends Described {
  readonly resourceType: 'metric' | 'semantic_model' | 'saved_query'
  readonly config: PyDict
  readonly unrenderedConfig: PyDict
  readonly group: string | null
  readonly refs: readonly RefCall[]
  readonly metrics: readonly (readonly string[])[]
  /** Every further field, under dbt's JSON names. */
  readonly json: PyDict
  readonly at?: Place
}

export interface GroupNode {
  readonly resourceType: 'group'
  readonly uniqueId: string
  readonly name: string
  readonly packageName: string
  readonly path: string
  readonly originalFilePath: string
  readonly description: string | null
  readonly owner: PyDict
  readonly config: PyDict
}

export interface DocBlock {
  readonly resourceType: 'doc'
  readonly uniqueId: string
  readonly name: string
  readonly packageName: string
  readonly path: string
  readonly originalFilePath: string
  readonly contents: string
}

export interface MacroNode {
  readonly resourceType: 'macro'
  readonly uniqueId: string
  readonly name: string
  readonly packageName: string
  readonly path: string
  readonly originalFilePath: string
  readonly file: SourceFile
  /** The block as in the file, tags included: `macro_sql`. */
  readonly macroSql: string
  /** Offset of `macroSql` in the file. */
  readonly offset: number
  readonly kind: 'macro' | 'test' | 'materialization'
  readonly supportedLanguages: readonly string[] | null
  readonly arguments: readonly { readonly name: string; readonly type: string | null; readonly description: string }[]
  readonly description: string
  readonly meta: PyDict
  readonly config: PyDict
  readonly docs: Docs
  readonly patchPath: string | null
  /** Unique ids of macros that its text calls. */
  readonly macros: readonly string[]
  readonly createdAtMs: number
}

/** Everything that has a unique id and stands in the graph. */
export type GraphMember = Node | SourceNode | ExposureNode | UnitTestNode | SemanticNode

/** A copy of a node with some fields changed. Nodes of a cached graph have getters, which `{ ...node }` would lose. */
export function changedNode<T extends GraphMember>(node: T, changes: Partial<T>): T {
  const copy: Record<string, unknown> = {}
  for (const field in node) copy[field] = node[field]
  return Object.assign(copy, changes) as unknown as T
}
