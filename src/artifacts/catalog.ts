/** `catalog.json`, version 1: relations of the project as the database has them. */
import type { Catalog, CatalogTable } from '../execution/read-catalog.ts'
import type { ArtifactMetadata } from './artifact-metadata.ts'

/** DuckDB keeps no statistics of relations that dbt would show. */
const stats = {
  has_stats: {
    id: 'has_stats',
    label: 'Has Stats?',
    value: false,
    include: false,
    description: 'Indicates whether there are statistics for this table',
  },
}

export const emptyCatalog: Catalog = { nodes: new Map(), sources: new Map() }

export function renderCatalog(catalog: Catalog, metadata: ArtifactMetadata): string {
  const tables = (of: ReadonlyMap<string, CatalogTable>): Record<string, unknown> =>
    Object.fromEntries(Array.from(of, ([id, table]) => [id, tableJson(table)]))
  return JSON.stringify({ metadata, nodes: tables(catalog.nodes), sources: tables(catalog.sources), errors: null })
}

function tableJson(table: CatalogTable): Record<string, unknown> {
  const columns = table.columns.map(({ name, type, index, comment }) => [name, { type, index, name, comment }] as const)
  return {
    metadata: {
      type: table.type,
      schema: table.schema,
      name: table.name,
      database: table.database,
      comment: table.comment,
      owner: null,
    },
    columns: Object.fromEntries(columns),
    stats,
    unique_id: table.uniqueId,
  }
}
