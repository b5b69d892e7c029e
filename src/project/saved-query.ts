/** `saved_queries:` of properties files, in dbt's JSON. */

import { dictIn, dictsIn, listIn, textIn, textsIn } from '../template/dict-access.ts'
import { sortedTexts } from '../template/text.ts'
import { PyDict, type Value } from '../template/value.ts'
import { fqnPrefix } from './found-file.ts'
import { whereFilter } from './metric.ts'
import type { SemanticNode } from './node.ts'
import type { NodeMaker } from './node-maker.ts'
import type { PropertyEntry } from './property-entry.ts'

export function readSavedQuery(entry: PropertyEntry, maker: NodeMaker): SemanticNode {
  const { value, found, name } = entry
  const packageName = found.owner.name
  const fqn = [...fqnPrefix(packageName, found.path), name]
  const { config, unrendered } = maker.config('saved_query', found.owner, fqn, dictIn(value, 'config'))
  const tags = sortedTexts(new Set([...textsIn(value, 'tags'), ...textsIn(config, 'tags')]))
  const params = dictIn(value, 'query_params')
  const group = textIn(config, 'group')
  const createdAtMs = maker.createdAtMs()
  const uniqueId = `saved_query.${packageName}.${name}`
  const metrics = listIn(params, 'metrics')
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
      group_by: [...listIn(params, 'group_by')],
      where: whereFilter(params.get('where')),
      order_by: [...listIn(params, 'order_by')],
      limit: params.get('limit') ?? null,
    }),
    exports: dictsIn(value, 'exports').map(one => exportJson(one, config, entry, maker)),
    description: textIn(value, 'description'),
    label: textIn(value, 'label'),
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
    description: textIn(value, 'description') ?? '',
    meta: dictIn(config, 'meta'),
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
  const own = dictIn(dict, 'config')
  const pick = (key: string): Value => own.get(key) ?? config.get(key) ?? null
  const schemaName = own.get('schema_name') ?? pick('schema')
  const name = textIn(dict, 'name') ?? ''
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
