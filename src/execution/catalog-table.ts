/** The content of `catalog.json`, as data. */

export interface CatalogColumn {
  readonly name: string
  readonly type: string
  /** From 1. */
  readonly index: number
  readonly comment: string | null
}

/** A relation that the database holds, not yet told which node it is of. */
export interface FoundTable {
  readonly database: string
  readonly schema: string
  readonly name: string
  /** `BASE TABLE`, `VIEW`, or what a macro of the project says. */
  readonly type: string
  readonly comment: string | null
  readonly owner: string | null
  readonly statistics: readonly CatalogStatistic[]
  readonly columns: readonly CatalogColumn[]
}

export interface CatalogTable extends FoundTable {
  readonly uniqueId: string
}

export interface CatalogStatistic {
  readonly id: string
  readonly label: string
  readonly value: unknown
  readonly description: string
}

export interface Catalog {
  /** By unique id. */
  readonly nodes: ReadonlyMap<string, CatalogTable>
  readonly sources: ReadonlyMap<string, CatalogTable>
  /** What macros of the project could not tell. */
  readonly failures: readonly string[]
}
