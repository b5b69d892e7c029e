/**
 * Nodes that hold code or rows, under dbt's own names: what `manifest.json` holds, what `graph` and `model` show to templates, what
 * `ls --output json` prints. Fields stand in dbt's order. What only the graph or a run knows comes in as `facts`.
 *
 * The records mix plain data with Python values (`config`, `meta`, arguments of tests): `toPython` of
 * template/plain-data.ts makes them a Value, `plainJson` of plain-json.ts makes them plain.
 */
import type { PyDict, Value } from '../template/value.ts'
import type {
  Column,
  Constraint,
  Contract,
  Docs,
  FunctionNode,
  ModelNode,
  Node,
  RefCall,
  SeedNode,
  TestNode,
} from './node.ts'

export type JsonRecord = { [key: string]: unknown }

/** What is known of a node beyond its own files. */
export interface NodeFacts {
  /** Unique ids of parents, in order of first mention. */
  readonly dependsOn: readonly string[]
  /** Set once the node was compiled. */
  readonly compiled?: {
    readonly code: string | null
    readonly path: string | null
    readonly extraCtes: readonly { readonly id: string; readonly sql: string }[]
    readonly extraCtesInjected: boolean
  }
  /** Relations that foreign keys of a model mean, by what stands under `to`. */
  readonly foreignKeys?: ReadonlyMap<string, string>
  /** Unique ids of macros that it called when it was compiled or run. */
  readonly calledMacros?: readonly string[]
  /** Path of the file under `run/`. */
  readonly buildPath?: string | null
  /** Of a hook that ran: its place among the hooks of the run, from 1. */
  readonly place?: number
  /** Measures of a metric, collected over the metrics it is made of. */
  readonly inputMeasures?: readonly Value[]
  /** Of a semantic model: the relation of its model. */
  readonly nodeRelation?: PyDict
}

export const noFacts: NodeFacts = { dependsOn: [] }

export function nodeJson(node: Node, facts: NodeFacts): JsonRecord {
  const record = runnableJson(node, facts)
  if (node.resourceType === 'seed') {
    return { ...record, root_path: (node as SeedNode).rootPath, depends_on: { macros: [...node.macros] } }
  }
  Object.assign(record, codeJson(node, facts))
  switch (node.resourceType) {
    case 'model':
      return Object.assign(record, modelJson(node, facts))
    case 'test':
      return Object.assign(record, testJson(node))
    case 'operation':
      return Object.assign(record, { index: facts.place ?? node.index })
    case 'function':
      return functionJson(node, record)
    default:
      return record
  }
}

function runnableJson(node: Node, facts: NodeFacts): JsonRecord {
  return {
    database: node.database,
    schema: node.schema,
    name: node.name,
    resource_type: node.resourceType,
    package_name: node.packageName,
    path: node.path,
    original_file_path: node.originalFilePath,
    unique_id: node.uniqueId,
    fqn: [...node.fqn],
    alias: node.alias,
    checksum: { ...node.checksum },
    config: node.config,
    tags: [...node.tags],
    description: node.description,
    columns: columnsJson(node.columns, facts.foreignKeys),
    meta: node.meta,
    group: node.group,
    docs: docsJson(node.docs),
    patch_path: node.patchPath,
    build_path: facts.buildPath ?? null,
    unrendered_config: node.unrenderedConfig,
    created_at: node.createdAtMs / 1000,
    relation_name: node.relationName,
    raw_code: node.resourceType === 'seed' ? '' : node.rawCode,
    doc_blocks: [...node.docBlocks],
  }
}

function codeJson(node: Node, facts: NodeFacts): JsonRecord {
  const { compiled } = facts
  return {
    language: node.language,
    refs: node.refs.map(refJson),
    sources: node.sources.map(one => [one.source, one.table]),
    metrics: node.metrics.map(one => [...one]),
    functions: node.functions.map(one => [...one]),
    depends_on: dependsOnJson(node, facts),
    compiled_path: compiled?.path ?? null,
    ...(compiled
      ? {
          compiled: true,
          compiled_code: compiled.code,
          extra_ctes_injected: compiled.extraCtesInjected,
          extra_ctes: compiled.extraCtes.map(one => ({ ...one })),
        }
      : {}),
    contract: contractJson(node.contract),
  }
}

/** Macros that parsing found, then those that were called besides. */
export function dependsOnJson({ macros }: Node, { dependsOn, calledMacros = [] }: NodeFacts): JsonRecord {
  return { macros: [...new Set([...macros, ...calledMacros])], nodes: [...dependsOn] }
}

function modelJson(node: ModelNode, { foreignKeys }: NodeFacts): JsonRecord {
  return {
    access: node.access,
    constraints: node.constraints.map(one => ({ ...constraintJson(one, foreignKeys), columns: [...one.columns] })),
    version: node.version,
    latest_version: node.latestVersion,
    deprecation_date: node.deprecationDate,
    primary_key: [...node.primaryKey],
    time_spine: node.timeSpine,
  }
}

function testJson(node: TestNode): JsonRecord {
  if (!node.generic) return {}
  const { columnName, fileKeyName, attachedNode, name, kwargs, namespace } = node.generic
  return {
    column_name: columnName,
    file_key_name: fileKeyName,
    attached_node: attachedNode,
    test_metadata: { name, kwargs, namespace },
  }
}

function functionJson(node: FunctionNode, record: JsonRecord): JsonRecord {
  return {
    returns: { data_type: node.returns.dataType, description: node.returns.description },
    ...record,
    arguments: node.arguments.map(one => ({
      name: one.name,
      data_type: one.dataType,
      description: one.description,
      default_value: one.default,
    })),
  }
}

export function columnsJson(columns: ReadonlyMap<string, Column>, foreignKeys?: NodeFacts['foreignKeys']): JsonRecord {
  const record: JsonRecord = {}
  for (const [name, column] of columns) record[name] = columnJson(column, foreignKeys)
  return record
}

function columnJson(column: Column, foreignKeys: NodeFacts['foreignKeys']): JsonRecord {
  return {
    name: column.name,
    description: column.description,
    meta: column.meta,
    data_type: column.dataType,
    constraints: column.constraints.map(one => constraintJson(one, foreignKeys)),
    quote: column.quote,
    config: column.config,
    tags: [...column.tags],
    granularity: column.granularity,
    ...(column.extra.size > 0 ? Object.fromEntries(column.extra.entries()) : {}),
    doc_blocks: columnDocBlocks(column),
  }
}

/** A column may have a key `doc_blocks` of its own: it counts if it is a list of texts, as in dbt. */
function columnDocBlocks({ docBlocks, extra }: Column): readonly Value[] {
  const written = extra.get('doc_blocks')
  if (written === undefined) return [...docBlocks]
  return Array.isArray(written) && written.every(one => typeof one === 'string') ? written : []
}

function constraintJson(constraint: Constraint, foreignKeys: NodeFacts['foreignKeys']): JsonRecord {
  const { to } = constraint
  return {
    type: constraint.type,
    name: constraint.name,
    expression: constraint.expression,
    warn_unenforced: constraint.warnUnenforced,
    warn_unsupported: constraint.warnUnsupported,
    to: constraint.type === 'foreign_key' && to !== null ? (foreignKeys?.get(to) ?? to) : to,
    to_columns: [...constraint.toColumns],
  }
}

function contractJson(contract: Contract): JsonRecord {
  return { enforced: contract.enforced, alias_types: contract.aliasTypes, checksum: contract.checksum }
}

export function docsJson(docs: Docs): JsonRecord {
  return { show: docs.show, node_color: docs.nodeColor }
}

export function refJson(ref: RefCall): JsonRecord {
  return { name: ref.name, package: ref.package, version: ref.version }
}
