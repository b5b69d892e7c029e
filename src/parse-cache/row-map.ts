/** A map over some rows of a table: nothing is made for a row before somebody asks for it. */

/** Unique ids in order of their rows, and the row of each. */
export interface Rows {
  readonly ids: readonly string[]
  rowOf(id: string): number | undefined
}

export class RowMap<Value> implements ReadonlyMap<string, Value> {
  readonly size: number
  private readonly rows: Rows
  private readonly start: number
  private readonly end: number
  private readonly leftOut: ReadonlySet<number>
  private readonly make: (row: number) => Value

  /** @param range half-open */
  constructor(
    rows: Rows,
    range: readonly [start: number, end: number],
    make: (row: number) => Value,
    leftOut: ReadonlySet<number> = new Set(),
  ) {
    this.rows = rows
    this.start = range[0]
    this.end = range[1]
    this.make = make
    this.leftOut = leftOut
    this.size = range[1] - range[0] - leftOut.size
  }

  get(id: string): Value | undefined {
    const row = this.rowOf(id)
    return row === undefined ? undefined : this.make(row)
  }
  has(id: string): boolean {
    return this.rowOf(id) !== undefined
  }
  *keys(): MapIterator<string> {
    for (const row of this.all()) yield this.idOf(row)
  }
  *values(): MapIterator<Value> {
    for (const row of this.all()) yield this.make(row)
  }
  *entries(): MapIterator<[string, Value]> {
    for (const row of this.all()) yield [this.idOf(row), this.make(row)]
  }
  [Symbol.iterator](): MapIterator<[string, Value]> {
    return this.entries()
  }
  forEach(action: (value: Value, id: string, map: ReadonlyMap<string, Value>) => void): void {
    for (const [id, value] of this) action(value, id, this)
  }

  private rowOf(id: string): number | undefined {
    const row = this.rows.rowOf(id)
    return row === undefined || row < this.start || row >= this.end || this.leftOut.has(row) ? undefined : row
  }
  private idOf(row: number): string {
    return this.rows.ids[row] ?? ''
  }
  private *all(): Iterable<number> {
    for (let row = this.start; row < this.end; row++) if (!this.leftOut.has(row)) yield row
  }
}
