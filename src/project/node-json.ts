/**
 * Nodes under dbt's own names: what `manifest.json` holds, what `graph` and `model` show to templates, what
 * `ls --output json` prints. Fields stand in dbt's order. What only the graph or a run knows comes in as `facts`.
 *
 * The records mix plain data with Python values (`config`, `meta`, arguments of tests): `toPython` of
 * template/plain-data.ts makes them a Value, `plainJson` makes them plain.
 */
import { PyDateTime } from '../context/modules/python-datetime.ts'
import { fromPython, type PlainData } from '../template/plain-data.ts'
import { PyDict, type Value } from '../template/value.ts'
import type {
  Column,
  Constraint,
  Contract,
  DocBlock,
  Docs,
  ExposureNode,
  Freshness,
  FunctionNode,
  GraphMember,
  GroupNode,
  MacroNode,
  ModelNode,
  Node,
  RefCall,
  SeedNode,
  SemanticNode,
  SourceNode,
  TestNode,
  UnitTestNode,
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
  /** Path of the file under `run/`. */
  readonly buildPath?: string | null
  /** Measures of a metric, collected over the metrics it is made of. */
  readonly inputMeasures?: readonly Value[]
  /** Of a semantic model: the relation of its model. */
  readonly nodeRelation?: PyDict
}

export const noFacts: NodeFacts = { dependsOn: [] }

export function memberJson(member: GraphMember, facts: NodeFacts): JsonRecord {
  switch (member.resourceType) {
    case 'source':
      return sourceJson(member)
    case 'exposure':
      return exposureJson(member, facts)
    case 'unit_test':
      return unitTestJson(member, facts)
    case 'metric':
    case 'semantic_model':
    case 'saved_query':
      return semanticJson(member, facts)
    default:
      return nodeJson(member, facts)
  }
}

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
      return Object.assign(record, { index: node.index })
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
    depends_on: { macros: [...node.macros], nodes: [...facts.dependsOn] },
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

function columnsJson(columns: ReadonlyMap<string, Column>, foreignKeys?: NodeFacts['foreignKeys']): JsonRecord {
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

function docsJson(docs: Docs): JsonRecord {
  return { show: docs.show, node_color: docs.nodeColor }
}

function refJson(ref: RefCall): JsonRecord {
  return { name: ref.name, package: ref.package, version: ref.version }
}

function sourceJson(source: SourceNode): JsonRecord {
  return {
    database: source.database,
    schema: source.schema,
    name: source.name,
    resource_type: source.resourceType,
    package_name: source.packageName,
    path: source.path,
    original_file_path: source.originalFilePath,
    unique_id: source.uniqueId,
    fqn: [...source.fqn],
    source_name: source.sourceName,
    source_description: source.sourceDescription,
    loader: source.loader,
    identifier: source.identifier,
    quoting: { ...source.quoting },
    loaded_at_field: source.loadedAtField,
    loaded_at_query: source.loadedAtQuery,
    freshness: freshnessJson(source.freshness),
    external: source.external,
    description: source.description,
    columns: columnsJson(source.columns),
    meta: source.meta,
    source_meta: source.sourceMeta,
    tags: [...source.tags],
    config: source.config,
    patch_path: source.patchPath,
    unrendered_config: source.unrenderedConfig,
    relation_name: source.relationName,
    created_at: source.createdAtMs / 1000,
    unrendered_database: source.unrenderedDatabase,
    unrendered_schema: source.unrenderedSchema,
    doc_blocks: [...source.docBlocks],
  }
}

export function freshnessJson(freshness: Freshness | null): JsonRecord | null {
  if (freshness === null) return null
  return {
    warn_after: freshness.warnAfter && { ...freshness.warnAfter },
    error_after: freshness.errorAfter && { ...freshness.errorAfter },
    filter: freshness.filter,
  }
}

function exposureJson(exposure: ExposureNode, facts: NodeFacts): JsonRecord {
  return {
    name: exposure.name,
    resource_type: exposure.resourceType,
    package_name: exposure.packageName,
    path: exposure.path,
    original_file_path: exposure.originalFilePath,
    unique_id: exposure.uniqueId,
    fqn: [...exposure.fqn],
    type: exposure.type,
    owner: exposure.owner,
    description: exposure.description,
    label: exposure.label,
    maturity: exposure.maturity,
    meta: exposure.meta,
    tags: [...exposure.tags],
    config: exposure.config,
    unrendered_config: exposure.unrenderedConfig,
    url: exposure.url,
    depends_on: { macros: [], nodes: [...facts.dependsOn] },
    refs: exposure.refs.map(refJson),
    sources: exposure.sources.map(one => [one.source, one.table]),
    metrics: exposure.metrics.map(one => [...one]),
    created_at: exposure.createdAtMs / 1000,
  }
}

function unitTestJson(test: UnitTestNode, facts: NodeFacts): JsonRecord {
  const { overrides } = test
  return {
    model: test.model,
    given: test.given.map(one => ({ input: one.input, rows: one.rows, format: one.format, fixture: one.fixture })),
    expect: { rows: test.expect.rows, format: test.expect.format, fixture: test.expect.fixture },
    name: test.name,
    resource_type: test.resourceType,
    package_name: test.packageName,
    path: test.path,
    original_file_path: test.originalFilePath,
    unique_id: test.uniqueId,
    fqn: [...test.fqn],
    description: test.description,
    overrides: overrides && { macros: overrides.macros, vars: overrides.vars, env_vars: overrides.envVars },
    depends_on: { macros: [], nodes: [...facts.dependsOn] },
    config: test.config,
    checksum: test.checksum,
    schema: test.schema,
    created_at: test.createdAtMs / 1000,
    versions: test.versions,
    version: test.version,
  }
}

/** `json` of a semantic node has every field in dbt's order; what the graph knows is put in its place. */
function semanticJson(node: SemanticNode, facts: NodeFacts): JsonRecord {
  const record: JsonRecord = Object.fromEntries(node.json.entries())
  record.depends_on = { macros: [], nodes: [...facts.dependsOn] }
  const { inputMeasures } = facts
  const parameters = node.json.get('type_params')
  if (inputMeasures !== undefined && parameters instanceof PyDict) {
    record.type_params = parameters.copy().set('input_measures', [...inputMeasures])
  }
  if (facts.nodeRelation !== undefined) record.node_relation = facts.nodeRelation
  return record
}

export function macroJson(macro: MacroNode): JsonRecord {
  return {
    name: macro.name,
    resource_type: macro.resourceType,
    package_name: macro.packageName,
    path: macro.path,
    original_file_path: macro.originalFilePath,
    unique_id: macro.uniqueId,
    macro_sql: macro.macroSql,
    depends_on: { macros: [...macro.macros] },
    description: macro.description,
    meta: macro.meta,
    docs: docsJson(macro.docs),
    config: macro.config,
    patch_path: macro.patchPath,
    arguments: macro.arguments.map(one => ({ ...one })),
    created_at: macro.createdAtMs / 1000,
    supported_languages: macro.supportedLanguages && [...macro.supportedLanguages],
  }
}

export function groupJson(group: GroupNode): JsonRecord {
  return {
    name: group.name,
    resource_type: group.resourceType,
    package_name: group.packageName,
    path: group.path,
    original_file_path: group.originalFilePath,
    unique_id: group.uniqueId,
    owner: group.owner,
    description: group.description,
    config: group.config,
  }
}

export function docJson(doc: DocBlock): JsonRecord {
  return {
    name: doc.name,
    resource_type: doc.resourceType,
    package_name: doc.packageName,
    path: doc.path,
    original_file_path: doc.originalFilePath,
    unique_id: doc.uniqueId,
    block_contents: doc.contents,
  }
}

/** Makes a record plain through and through, ready for `JSON.stringify`. Dates become their ISO text. */
export function plainJson(data: unknown): PlainData {
  if (data === null || typeof data !== 'object') return data === undefined ? null : (data as PlainData)
  if (Array.isArray(data)) return data.map(plainJson)
  const prototype = Object.getPrototypeOf(data)
  if (prototype === Object.prototype || prototype === null) {
    const plain: { [key: string]: PlainData } = {}
    for (const [key, value] of Object.entries(data)) plain[key] = plainJson(value)
    return plain
  }
  return fromPython(data as Value, printed)
}

function printed(value: Value): PlainData | undefined {
  if (value instanceof PyDateTime) return value.iso()
  if (value === null || typeof value !== 'object' || !('str' in value)) return undefined
  return (value as { str(): string }).str()
}
