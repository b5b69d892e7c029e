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
  /** Of a leaf, as DuckDB has it. */
  readonly type?: string
  readonly children: readonly ParquetColumn[]
}

export function columnTree(entries: readonly ParquetEntry[]): readonly ParquetColumn[] {
  const rest = entries.values()
  const next = (): ParquetColumn | undefined => {
    const { value: entry, done } = rest.next()
    if (done === true) return undefined
    const children = Array.from({ length: Number(entry.children ?? 0) }, next)
    return {
      name: entry.name,
      ...(entry.id == null ? {} : { id: Number(entry.id) }),
      ...(entry.type == null ? {} : { type: entry.type }),
      children: children.filter(child => child !== undefined),
    }
  }
  return next()?.children ?? []
}

/** DuckDB types of all leaves below a column, or its own. */
export function leafTypes(column: ParquetColumn): readonly string[] {
  return column.children.length === 0 ? [column.type ?? ''] : column.children.flatMap(leafTypes)
}

/** What a list holds: inside a repeated group, or the repeated column itself as old writers have it. */
export function listElement(list: ParquetColumn): ParquetColumn | undefined {
  const [repeated] = list.children
  const isElement =
    repeated?.children.length !== 1 || repeated.name === 'array' || repeated.name === `${list.name}_tuple`
  return isElement ? repeated : repeated.children[0]
}
