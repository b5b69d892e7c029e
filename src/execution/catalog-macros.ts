/**
 * Catalogs as macros give them: for projects that have a `get_catalog_relations` or `get_catalog` of their own, or override
 * a part of the built-in ones. One call a database; what a macro gives is a row a column, as in dbt.
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { NodeSession } from '../compile/node-session.ts'
import { AgateTable } from '../context/agate-table.ts'
import { PyDecimal } from '../context/modules/python-decimal.ts'
import { createRelation, Relation } from '../context/relation.ts'
import { informationSchemaFields } from '../context/relation-fields.ts'
import { fromPython } from '../template/plain-data.ts'
import { str } from '../template/repr.ts'
import { PySet, type Value } from '../template/value.ts'
import type { CatalogColumn, CatalogStatistic, FoundTable } from './catalog-table.ts'
import { macroFailureText } from './failure-text.ts'

/** What templates may have in place of the query of our own. */
export const catalogMacros = [
  'get_catalog',
  'get_catalog_relations',
  'get_catalog_tables_sql',
  'get_catalog_columns_sql',
  'get_catalog_results_sql',
  'get_catalog_schemas_where_clause_sql',
  'get_catalog_relations_where_clause_sql',
]

/** Above this number of relations dbt asks for whole schemas. */
const maximumRelations = 100

export interface RelationPlace {
  readonly database: string
  readonly schema: string
  readonly identifier: string
}

export interface MacroCatalog {
  readonly tables: readonly FoundTable[]
  /** One for each database whose macro failed, as text. */
  readonly failures: readonly string[]
}

/** @param selected what is asked for; null for whole schemas */
export async function tablesOfMacros(
  session: NodeSession,
  places: readonly RelationPlace[],
  selected: readonly RelationPlace[] | null,
): Promise<MacroCatalog> {
  const byRelation = selected !== null && selected.length <= maximumRelations
  const tables: FoundTable[] = []
  const failures: string[] = []
  const macro = byRelation ? 'get_catalog_relations' : 'get_catalog'
  for (const [database, ofDatabase] of grouped(byRelation ? selected : places, place => place.database)) {
    try {
      const wanted = byRelation
        ? relationsOf(ofDatabase)
        : new PySet(ofDatabase.map(place => place.schema.toLowerCase()))
      const answer = await session.callMacro(
        macro,
        new Map<string, Value>([
          ['information_schema', informationSchema(database)],
          [byRelation ? 'relations' : 'schemas', wanted],
        ]),
      )
      if (answer instanceof AgateTable) tables.push(...tablesOf(answer))
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error
      failures.push(macroFailureText(error.diagnostic, macro))
    }
  }
  return { tables, failures }
}

function informationSchema(database: string): Relation {
  const { fields } = createRelation({ database })
  return new Relation(informationSchemaFields(fields, null))
}

function relationsOf(places: readonly RelationPlace[]): PySet {
  return new PySet(places.map(({ database, schema, identifier }) => createRelation({ database, schema, identifier })))
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(keyOf(item))
    if (group) group.push(item)
    else groups.set(keyOf(item), [item])
  }
  return groups
}

function plain(value: Value): unknown {
  return fromPython(value, other => (other instanceof PyDecimal ? Number(str(other)) : str(other)))
}

type Row = ReadonlyMap<string, unknown>

function tablesOf(answer: AgateTable): FoundTable[] {
  const rows = answer.rows.map(
    (_, row): Row => new Map(answer.names.map((name, column) => [name, plain(answer.value(row, column))])),
  )
  const key = (row: Row): string =>
    JSON.stringify([text(row, 'table_database'), required(row, 'table_schema'), required(row, 'table_name')])
  return [...grouped(rows, key).values()].flatMap(ofTable => {
    const [first] = ofTable
    return first ? [{ ...tableOf(first), columns: ofTable.map(columnOf) }] : []
  })
}

function tableOf(row: Row): Omit<FoundTable, 'columns'> {
  return {
    database: text(row, 'table_database') ?? '',
    schema: required(row, 'table_schema'),
    name: required(row, 'table_name'),
    type: text(row, 'table_type') ?? '',
    comment: text(row, 'table_comment'),
    owner: text(row, 'table_owner'),
    statistics: statisticsOf(row),
  }
}

function columnOf(row: Row): CatalogColumn {
  return {
    name: required(row, 'column_name'),
    type: text(row, 'column_type') ?? '',
    index: Number(row.get('column_index')),
    comment: text(row, 'column_comment'),
  }
}

/** Columns named `stats:bytes:label`, `…:value`, `…:description`, `…:include`; those to be included. */
function statisticsOf(row: Row): CatalogStatistic[] {
  const ids = new Set([...row.keys()].flatMap(name => /^stats:([^:]*):/.exec(name)?.[1] ?? []))
  return [...ids].flatMap(id => {
    const of = (key: string): unknown => row.get(`stats:${id}:${key}`) ?? null
    if (of('include') !== true) return []
    return [{ id, label: String(of('label')), value: of('value'), description: String(of('description') ?? '') }]
  })
}

function text(row: Row, name: string): string | null {
  const value = row.get(name) ?? null
  return value === null ? null : String(value)
}

function required(row: Row, name: string): string {
  const value = text(row, name)
  if (value !== null) return value
  throw new DiagnosticError({
    code: 'execution/catalog-macro',
    kind: 'Compilation',
    message: `Catalog information missing required key '${name}' (got ${JSON.stringify(Object.fromEntries(row))})`,
  })
}
