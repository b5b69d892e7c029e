/** `saved_queries:` of properties files, in dbt's JSON. */

import { dictIn, dictsIn, listIn, textIn, textsIn } from '../template/dict-access.ts'
import { sortedTexts } from '../template/text.ts'
import { PyDict, type Value } from '../template/value.ts'
import { whereFilter } from './metric.ts'
import type { SemanticNode } from './node.ts'
import type { NodeMaker } from './node-maker.ts'
import type { PropertyEntry } from './property-entry.ts'
import { headJson, semanticHead } from './semantic-node.ts'

export function readSavedQuery(entry: PropertyEntry, maker: NodeMaker): SemanticNode {
  const { value } = entry
  const head = semanticHead('saved_query', { entry, name: entry.name, value }, maker)
  const { config, unrenderedConfig, group } = head
  const tags = sortedTexts(new Set([...textsIn(value, 'tags'), ...textsIn(config, 'tags')]))
  const params = dictIn(value, 'query_params')
  const metrics = listIn(params, 'metrics')
  const json = PyDict.of({
    ...headJson(head),
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
    unrendered_config: unrenderedConfig,
    group,
    depends_on: PyDict.of({ macros: [], nodes: [] }),
    created_at: head.createdAtMs / 1000,
    refs: [],
    tags: [...tags],
  })
  return {
    ...head,
    description: textIn(value, 'description') ?? '',
    meta: dictIn(config, 'meta'),
    tags,
    refs: [],
    metrics: metrics.map(one => [String(one)]),
    json,
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
