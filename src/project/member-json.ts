/** Every member of a graph under dbt's own names, and what else the manifest holds: macros, groups, blocks of docs. */
import { PyDict } from '../template/value.ts'
import type {
  DocBlock,
  ExposureNode,
  Freshness,
  GraphMember,
  GroupNode,
  MacroNode,
  SemanticNode,
  SourceNode,
  UnitTestNode,
} from './node.ts'
import { columnsJson, docsJson, type JsonRecord, type NodeFacts, nodeJson, refJson } from './node-json.ts'

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
