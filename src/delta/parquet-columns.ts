/** The columns of a parquet file, put together from the rows of `parquet_schema`. */

/** One row: an entry of the schema tree, which is listed depth first from its root. */
export interface ParquetEntry {
  readonly name: string
  readonly children?: number | null
  readonly type?: string | null
  readonly id?: number | null
}

export interface ParquetColumn {
  readonly name: string
  readonly id?: number
  /** Names right below it. */
  readonly fields: readonly string[]
  /** DuckDB types of all leaves below it, or its own. */
  readonly leafTypes: readonly string[]
}

export function columnTree(entries: readonly ParquetEntry[]): ParquetColumn[] {
  const columns: { name: string; id?: number; fields: string[]; leafTypes: string[] }[] = []
  // Unfinished entries from the root down, each with the children that have not come yet.
  const open: { left: number }[] = []
  for (const entry of entries) {
    const children = Number(entry.children ?? 0)
    if (open.length === 1) {
      columns.push({
        name: entry.name,
        fields: [],
        leafTypes: [],
        ...(entry.id == null ? {} : { id: Number(entry.id) }),
      })
    }
    const column = columns.at(-1)
    if (open.length === 2) column?.fields.push(entry.name)
    if (open.length > 0 && children === 0) column?.leafTypes.push(entry.type ?? '')
    const parent = open.at(-1)
    if (parent !== undefined) parent.left -= 1
    open.push({ left: children })
    while (open.length > 1 && open.at(-1)?.left === 0) open.pop()
  }
  return columns
}
