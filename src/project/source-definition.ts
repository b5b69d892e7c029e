/**
 * `sources:` of properties files: one node per table. What a table inherits from its source: tags, meta, freshness,
 * `loaded_at_*`, quoting, config. An entry with `overrides` changes a source of an installed package.
 */

import { DiagnosticError } from '../base/diagnostic.ts'
import { boolIn, dictIn, dictsIn, mergedDicts, textIn, textsIn } from '../template/dict-access.ts'
import { sortedTexts } from '../template/text.ts'
import { PyDict, type Value } from '../template/value.ts'
import { readColumns } from './columns.ts'
import { fqnPrefix } from './found-file.ts'
import type { SourceNode } from './node.ts'
import type { NodeMaker } from './node-maker.ts'
import type { PropertyEntry } from './property-entry.ts'
import { freshnessDict, freshnessOf, hasThreshold, mergeFreshness, readFreshness } from './source-freshness.ts'
import { sourceRelationName } from './source-location.ts'

/** A source's entry, or a table's, after an override was laid over it. */
export interface SourceTable {
  readonly entry: PropertyEntry
  readonly source: PyDict
  readonly table: PyDict
  readonly tableIndex: number
  readonly name: string
  readonly sourceName: string
  readonly fqn: readonly string[]
  readonly uniqueId: string
}

export function sourceTables(entry: PropertyEntry, override: PropertyEntry | undefined): readonly SourceTable[] {
  const { found, name: sourceName } = entry
  const packageName = found.owner.name
  const source = override ? overridden(entry.value, override.value, sourceKeys) : entry.value
  const overridingTables = new Map<Value | undefined, PyDict>()
  for (const one of dictsIn(override?.value ?? new PyDict(), 'tables')) overridingTables.set(one.get('name'), one)
  return dictsIn(entry.value, 'tables').map((written, tableIndex) => {
    const name = textIn(written, 'name') ?? ''
    const over = overridingTables.get(name)
    const table = over ? overridden(written, over, tableKeys) : written
    return {
      entry,
      source,
      table,
      tableIndex,
      name,
      sourceName,
      fqn: [...fqnPrefix(packageName, found.path), sourceName, name],
      uniqueId: `source.${packageName}.${sourceName}.${name}`,
    }
  })
}

/** Which keys an override never brings in, and which it takes away even when it does not write them. */
const sourceKeys = { kept: new Set(['name', 'overrides', 'tables']), reset: ['freshness', 'config'] }
const tableKeys = { kept: new Set(['name']), reset: ['freshness', 'quoting'] }

/** Keys that the override writes win as they are: config, meta and tags are not joined. */
function overridden(base: PyDict, over: PyDict, keys: typeof sourceKeys): PyDict {
  const result = base.copy()
  for (const key of keys.reset) result.delete(key)
  for (const [key, value] of over) {
    if (keys.kept.has(String(key))) continue
    if (value !== null || key === 'freshness') result.set(key, value)
  }
  return result
}

/** Descriptions are not rendered yet. */
export function readSource(table: SourceTable, maker: NodeMaker): SourceNode {
  const { entry, source, sourceName } = table
  const { found } = entry
  const merged = maker.config('source', found.owner, table.fqn, sourceConfig(table, maker))
  const { config } = merged
  const node: Omit<SourceNode, 'relationName'> = {
    resourceType: 'source',
    uniqueId: table.uniqueId,
    name: table.name,
    packageName: found.owner.name,
    path: found.originalFilePath,
    originalFilePath: found.originalFilePath,
    fqn: table.fqn,
    description: textIn(table.table, 'description') ?? '',
    meta: dictIn(config, 'meta'),
    tags: textsIn(config, 'tags'),
    createdAtMs: maker.createdAtMs(),
    database: textIn(source, 'database') || maker.targetDatabase,
    schema: textIn(source, 'schema') || sourceName,
    sourceName,
    sourceDescription: textIn(source, 'description') ?? '',
    sourceMeta: mergedDicts(dictIn(source, 'meta'), dictIn(dictIn(source, 'config'), 'meta')),
    loader: textIn(source, 'loader') ?? '',
    identifier: textIn(table.table, 'identifier') || table.name,
    quoting: quotingOf(dictIn(source, 'quoting'), dictIn(table.table, 'quoting')),
    loadedAtField: textIn(config, 'loaded_at_field'),
    loadedAtQuery: textIn(config, 'loaded_at_query'),
    freshness: freshnessOf(config.get('freshness')),
    external: externalTable(table.table.get('external')),
    columns: readColumns(dictsIn(table.table, 'columns'), entry, maker.diagnostics),
    config,
    unrenderedConfig: merged.unrendered,
    unrenderedDatabase: writtenText(entry, 'database'),
    unrenderedSchema: writtenText(entry, 'schema'),
    docBlocks: [],
    patchPath: null,
    at: entry.at('tables', table.tableIndex, 'name'),
  }
  warnOfFreshness(node, maker)
  return { ...node, relationName: relationName(node, maker) }
}

function relationName(node: Omit<SourceNode, 'relationName'>, maker: NodeMaker): string {
  try {
    return sourceRelationName(node, maker.quoting)
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error
    const { code, message } = error.diagnostic
    const text = `Source '${node.sourceName}.${node.name}': ${message}`
    maker.report({ code, kind: 'Parsing', message: text, ...(node.at && { at: node.at }) })
    return ''
  }
}

/** DuckDB does not know when a table was last changed. */
function warnOfFreshness(node: Omit<SourceNode, 'relationName'>, maker: NodeMaker): void {
  const { freshness, loadedAtField, loadedAtQuery, at } = node
  const isAsked = freshness !== null && [freshness.warnAfter, freshness.errorAfter].some(one => one?.count != null)
  if (!isAsked || loadedAtField !== null || loadedAtQuery !== null) return
  const message = `The configured adapter does not support metadata-based freshness. A loaded_at_field must be specified for source '${node.sourceName}.${node.name}'.`
  maker.report({
    code: 'project/metadata-freshness',
    severity: 'warning',
    kind: 'Parsing',
    message,
    facts: { msg: message },
    ...(at && { at }),
  })
}

function writtenText(entry: PropertyEntry, key: string): string | null {
  const value = entry.written(key)
  return typeof value === 'string' ? value : null
}

function quotingOf(source: PyDict, table: PyDict): SourceNode['quoting'] {
  const pick = (key: string): boolean | null => boolIn(table, key) ?? boolIn(source, key)
  return {
    database: pick('database'),
    schema: pick('schema'),
    identifier: pick('identifier'),
    column: pick('column'),
  }
}

/** Whether names of a source's columns are quoted in its tests. */
export function quotesColumns(table: SourceTable): boolean {
  return boolIn(dictIn(table.table, 'quoting'), 'column') ?? boolIn(dictIn(table.source, 'quoting'), 'column') ?? false
}

/** What the properties file says, as one `config:`: the table's over the source's. */
function sourceConfig(table: SourceTable, maker: NodeMaker): PyDict {
  const ofSource = dictIn(table.source, 'config')
  const ofTable = dictIn(table.table, 'config')
  const config = mergedDicts(ofSource, ofTable)
  const freshness = mergeFreshness([
    readFreshness(table.source.get('freshness')),
    readFreshness(configFreshness(ofSource)),
    readFreshness(table.table.get('freshness')),
    readFreshness(configFreshness(ofTable)),
  ])
  if (freshness === null) config.set('freshness', null)
  else if (hasThreshold(freshness)) config.set('freshness', freshnessDict(freshness))
  else config.delete('freshness')
  const loaded = loadedAt(table, maker)
  config.set('loaded_at_field', loaded.field)
  config.set('loaded_at_query', loaded.query)
  config.set(
    'meta',
    mergedDicts(
      dictIn(table.source, 'meta'),
      dictIn(ofSource, 'meta'),
      dictIn(table.table, 'meta'),
      dictIn(ofTable, 'meta'),
    ),
  )
  const tags = [table.source, ofSource, table.table, ofTable].flatMap(one => textsIn(one, 'tags'))
  config.set('tags', sortedTexts(new Set(tags)))
  return config
}

function configFreshness(config: PyDict): Value | undefined {
  return config.has('freshness') ? config.get('freshness') : new PyDict()
}

/** A table that sets `loaded_at_field`, even to null, takes neither field nor query from its source. */
function loadedAt(table: SourceTable, maker: NodeMaker): { readonly field: Value; readonly query: Value } {
  const of = (dict: PyDict, key: string): Value => textIn(dict, key) ?? textIn(dictIn(dict, 'config'), key)
  const tableConfig = dictIn(table.table, 'config')
  const present = table.table.has('loaded_at_field') || textIn(tableConfig, 'loaded_at_field') !== null
  const sourceField = of(table.source, 'loaded_at_field')
  const sourceQuery = of(table.source, 'loaded_at_query')
  const tableQuery = of(table.table, 'loaded_at_query')
  const clash = (level: string, ...path: (string | number)[]): void =>
    maker.report({
      code: 'project/loaded-at',
      kind: 'Parsing',
      message: `Cannot specify both loaded_at_field and loaded_at_query at ${level} level.`,
      at: table.entry.at(...path),
    })
  if (table.table.get('loaded_at_field') === '') {
    const { entry } = table
    maker.report(
      maker.invalidEntry(entry, 'at path []: loaded_at_field cannot be an empty string.', ['tables', table.tableIndex]),
    )
  }
  if (present && tableQuery !== null) clash('table', 'tables', table.tableIndex)
  if (sourceField !== null && sourceQuery !== null) clash('source', 'loaded_at_query')
  const field = present ? of(table.table, 'loaded_at_field') : sourceField
  const query = tableQuery ?? (present ? null : sourceQuery)
  return { field, query }
}

/** dbt's record of an external table: known keys first. */
function externalTable(value: Value | undefined): Value {
  if (!(value instanceof PyDict)) return null
  const dict = new PyDict()
  for (const key of ['location', 'file_format', 'row_format', 'tbl_properties', 'partitions']) {
    dict.set(key, value.get(key) ?? null)
  }
  for (const [key, item] of value) dict.set(key, item)
  return dict
}
