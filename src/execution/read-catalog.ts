/** What the database holds of the project's relations, with columns and comments: the content of `catalog.json`. */
import { quoteString } from '../base/sql-text.ts'
import type { SqlValue } from '../base/sql-value.ts'
import { isNode } from '../compile/node-providers.ts'
import { isEphemeral } from '../compile/node-relation.ts'
import { NodeSession } from '../compile/node-session.ts'
import type { GraphMember } from '../project/node.ts'
import { catalogMacros, tablesOfMacros } from './catalog-macros.ts'
import type { Catalog, CatalogColumn, CatalogTable, FoundTable } from './catalog-table.ts'
import type { Run } from './run.ts'
import { Lanes, runStateOf } from './run-context.ts'

interface Place {
  readonly uniqueId: string
  readonly isSource: boolean
  readonly database: string
  readonly schema: string
  readonly identifier: string
}

/**
 * @param uniqueIds the nodes and sources wanted; null for all of them
 * @param wholeSchemas macros of the project are asked for all relations of the schemas in use
 */
export async function readCatalog(
  run: Run,
  uniqueIds: ReadonlySet<string> | null,
  wholeSchemas: boolean,
): Promise<Catalog> {
  const places = [...run.graph.members.values()].flatMap(member => placeOf(member, run))
  const nodes = new Map<string, CatalogTable>()
  const sources = new Map<string, CatalogTable>()
  if (places.length === 0) return { nodes, sources, failures: [] }
  const isWanted = ({ uniqueId }: { readonly uniqueId: string }): boolean => uniqueIds?.has(uniqueId) ?? true
  const state = runStateOf(run, { readsUpstreamFiles: false, signal: run.signal })
  const lanes = new Lanes(state)
  try {
    const session = new NodeSession(state, lanes.of('MainThread'), null)
    const { tables, failures } = await tablesIn(session, places, wholeSchemas ? null : places.filter(isWanted))
    for (const { uniqueId, isSource, ...place } of places) {
      const table = tables.get(keyOf(place.database, place.schema, place.identifier))
      if (!table || !isWanted({ uniqueId })) continue
      const into = isSource ? sources : nodes
      into.set(uniqueId, { ...table, uniqueId })
    }
    return { nodes, sources, failures }
  } finally {
    await lanes.close()
  }
}

interface Found {
  readonly tables: ReadonlyMap<string, FoundTable>
  readonly failures: Catalog['failures']
}

/** @param selected what macros of the project are asked for; null for whole schemas */
async function tablesIn(
  session: NodeSession,
  places: readonly Place[],
  selected: readonly Place[] | null,
): Promise<Found> {
  if (session.state.macros.areBuiltIn(catalogMacros)) {
    return { tables: groupColumns(await session.ask(catalogSql(places))), failures: [] }
  }
  const { tables, failures } = await tablesOfMacros(session, places, selected)
  return { tables: new Map(tables.map(table => [keyOf(table.database, table.schema, table.name), table])), failures }
}

function placeOf(member: GraphMember, run: Run): Place[] {
  const { database: usual } = run.graph.project.config.target
  if (member.resourceType === 'source') {
    const { uniqueId, database, schema, identifier } = member
    return [{ uniqueId, isSource: true, database: database ?? usual, schema, identifier }]
  }
  if (!isNode(member) || isEphemeral(member) || member.relationName === null) return []
  const { uniqueId, database, schema, alias } = member
  return [{ uniqueId, isSource: false, database: database ?? usual, schema, identifier: alias }]
}

/** One query for all databases; only the schemas that matter are looked at. */
function catalogSql(places: readonly Place[]): string {
  const pairs = new Set(
    places.map(
      ({ database, schema }) => `(${quoteString(database.toLowerCase())}, ${quoteString(schema.toLowerCase())})`,
    ),
  )
  return `select t.database_name, t.schema_name, t.name, t.kind, t.comment, c.column_name, c.column_index, c.data_type, c.comment
from (
  select database_name, schema_name, table_name as name, 'BASE TABLE' as kind, comment from duckdb_tables()
  union all
  select database_name, schema_name, view_name, 'VIEW', comment from duckdb_views() where not internal
) t
join duckdb_columns() c
  on c.database_name = t.database_name and c.schema_name = t.schema_name and c.table_name = t.name
where (lower(t.database_name), lower(t.schema_name)) in (${[...pairs].join(', ')})
order by t.schema_name, t.name, c.column_index`
}

function groupColumns(rows: readonly (readonly SqlValue[])[]): Map<string, FoundTable> {
  const tables = new Map<string, FoundTable & { readonly columns: CatalogColumn[] }>()
  for (const [database, schema, name, kind, comment, column, index, type, columnComment] of rows) {
    const key = keyOf(String(database), String(schema), String(name))
    let table = tables.get(key)
    if (!table) {
      table = {
        database: String(database),
        schema: String(schema),
        name: String(name),
        type: kind === 'VIEW' ? 'VIEW' : 'BASE TABLE',
        comment: textOf(comment),
        owner: null,
        statistics: [],
        columns: [],
      }
      tables.set(key, table)
    }
    table.columns.push({
      name: String(column),
      type: String(type),
      index: Number(index),
      comment: textOf(columnComment),
    })
  }
  return tables
}

function textOf(value: SqlValue | undefined): string | null {
  return typeof value === 'string' ? value : null
}

function keyOf(database: string, schema: string, name: string): string {
  return JSON.stringify([database, schema, name].map(part => part.toLowerCase()))
}
