/** `saved_queries:` of properties files, in dbt's JSON. */
import { PyDict, type Value } from '../template/value.ts'
import { fqnPrefix } from './found-file.ts'
import { whereFilter } from './metric.ts'
import type { SemanticNode } from './node.ts'
import type { NodeMaker } from './node-maker.ts'
import type { PropertyEntry } from './property-entry.ts'
import { dictOf, dictsOf, listOf, sortedTexts, textOf, textsOf } from './value-access.ts'

export function readSavedQuery(entry: PropertyEntry, maker: NodeMaker): SemanticNode {
  const { value, found, name } = entry
  const packageName = found.owner.name
  const fqn = [...fqnPrefix(packageName, found.path), name]
  const { config, unrendered } = maker.config('saved_query', found.owner, fqn, dictOf(value, 'config'))
  const tags = sortedTexts(new Set([...textsOf(value, 'tags'), ...textsOf(config, 'tags')]))
  const params = dictOf(value, 'query_params')
  const group = textOf(config, 'group')
  const createdAtMs = maker.createdAtMs()
  const uniqueId = `saved_query.${packageName}.${name}`
  const metrics = listOf(params, 'metrics')
  const json = PyDict.of({
    name,
    resource_type: 'saved_query',
    package_name: packageName,
    path: found.path,
    original_file_path: found.originalFilePath,
    unique_id: uniqueId,
    fqn: [...fqn],
    query_params: PyDict.of({
      metrics: [...metrics],
      group_by: [...listOf(params, 'group_by')],
      where: whereFilter(params.get('where')),
      order_by: [...listOf(params, 'order_by')],
      limit: params.get('limit') ?? null,
    }),
    exports: dictsOf(value, 'exports').map(one => exportJson(one, config, entry, maker)),
    description: textOf(value, 'description'),
    label: textOf(value, 'label'),
    metadata: null,
    config,
    unrendered_config: unrendered,
    group,
    depends_on: PyDict.of({ macros: [], nodes: [] }),
    created_at: createdAtMs / 1000,
    refs: [],
    tags: [...tags],
  })
  return {
    resourceType: 'saved_query',
    uniqueId,
    name,
    packageName,
    path: found.path,
    originalFilePath: found.originalFilePath,
    fqn,
    description: textOf(value, 'description') ?? '',
    meta: dictOf(config, 'meta'),
    tags,
    createdAtMs,
    config,
    unrenderedConfig: unrendered,
    group,
    refs: [],
    metrics: metrics.map(one => [String(one)]),
    json,
    at: entry.at(),
  }
}

/** An export goes where a node of its config would go. */
function exportJson(dict: PyDict, config: PyDict, entry: PropertyEntry, maker: NodeMaker): PyDict {
  const own = dictOf(dict, 'config')
  const pick = (key: string): Value => own.get(key) ?? config.get(key) ?? null
  const schemaName = own.get('schema_name') ?? pick('schema')
  const name = textOf(dict, 'name') ?? ''
  const alias = pick('alias')
  const place = maker.exportPlace(name, entry.found.owner, { alias, schema: null, database: null })
  return PyDict.of({
    name,
    config: PyDict.of({
      export_as: pick('export_as'),
      schema_name: schemaName ?? place.schema,
      alias: alias ?? place.alias,
      database: place.database ?? own.get('database') ?? null,
    }),
    unrendered_config: own,
  })
}
