/** `catalog.json`, version 1: relations of the project as the database has them. */
import type { Catalog, CatalogStatistic, CatalogTable } from '../execution/catalog-table.ts'
import type { ArtifactMetadata } from './artifact-metadata.ts'

export const emptyCatalog: Catalog = { nodes: new Map(), sources: new Map(), failures: [] }

export function renderCatalog(catalog: Catalog, metadata: ArtifactMetadata): string {
  const tables = (of: ReadonlyMap<string, CatalogTable>): Record<string, unknown> =>
    Object.fromEntries(Array.from(of, ([id, table]) => [id, tableJson(table)]))
  return JSON.stringify({
    metadata,
    nodes: tables(catalog.nodes),
    sources: tables(catalog.sources),
    errors: catalog.failures.length === 0 ? null : catalog.failures,
  })
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
      owner: table.owner,
    },
    columns: Object.fromEntries(columns),
    stats: statisticsJson(table.statistics),
    unique_id: table.uniqueId,
  }
}

/** DuckDB keeps none that dbt would show; macros of a project may. */
function statisticsJson(statistics: readonly CatalogStatistic[]): Record<string, unknown> {
  const shown = statistics.map(one => [one.id, { ...one, include: true }] as const)
  const hasStatistics = {
    id: 'has_stats',
    label: 'Has Stats?',
    value: statistics.length > 0,
    include: false,
    description: 'Indicates whether there are statistics for this table',
  }
  return { ...Object.fromEntries(shown), has_stats: hasStatistics }
}
