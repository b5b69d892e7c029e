/**
 * Which row of one table is which row of another: daff's way, so that differences read as they do in dbt. Rows are
 * matched by keys of ever more columns; a key that is rare in both tables decides. Row 0 is the header of both.
 */

export type Cell = string | null

/** Indexes of the two rows; -1 where there is none. */
export interface RowPair {
  readonly left: number
  readonly right: number
}

export interface Alignment {
  /** In the order of the right table, rows of the left one alone put in where they were; without the headers. */
  readonly pairs: readonly RowPair[]
  /** Columns that keys were made of. */
  readonly indexColumns: ReadonlySet<number>
}

type Rows = readonly (readonly Cell[])[]

/** Keys of more columns than these would take too long to try. */
const keyColumns = 5

export function alignRows(left: Rows, right: Rows, width: number): Alignment {
  const matching = new Matching(left, right)
  const indexColumns = new Set<number>()
  const columns = columnsByVariety(left, right, width)
  const last = 2 ** columns.length - 1
  let all: Keys | undefined
  let indexes = 0
  for (let bits = 1; bits <= last && matching.open.size > 0; bits++) {
    const active = columns.filter((_, index) => bits & (1 << index))
    for (const column of active) indexColumns.add(column)
    const keys = new Keys(left, right, active)
    if (bits === last) all = keys
    const repetition = keys.mostRepeated / (Math.max(left.length, right.length, 1) + 20)
    if (repetition >= 0.1 && (indexes > 0 || bits < last)) continue
    indexes++
    matching.byKeys(keys)
  }
  if (all) {
    matching.byNeighbours(all, 1)
    matching.byNeighbours(all, -1)
    matching.byNeighboursOfRight(all, 1)
    matching.byNeighboursOfRight(all, -1)
  }
  return { pairs: inOrder(matching), indexColumns }
}

/** All columns, or those with the most different values when there are many. */
function columnsByVariety(left: Rows, right: Rows, width: number): number[] {
  const all = Array.from({ length: width }, (_, index) => index)
  if (width <= keyColumns) return all
  const variety = (column: number): number => {
    return new Set(left.map(row => row[column] ?? '')).size + new Set(right.map(row => row[column] ?? '')).size
  }
  const counted = all.map(column => ({ column, count: variety(column) }))
  counted.sort((one, other) => other.count - one.count || one.column - other.column)
  return counted.slice(0, keyColumns).map(one => one.column)
}

class Keys {
  readonly left: readonly string[]
  readonly right: readonly string[]
  readonly leftRows: ReadonlyMap<string, readonly number[]>
  readonly rightRows: ReadonlyMap<string, readonly number[]>

  constructor(left: Rows, right: Rows, columns: readonly number[]) {
    const keyOf = (row: readonly Cell[], index: number): string => {
      const parts = columns.map(column => keyPart(row[column] ?? ''))
      return `${index === 0 ? '_' : ''}${parts.join(' // ')}`
    }
    this.left = left.map(keyOf)
    this.right = right.map(keyOf)
    this.leftRows = rowsByKey(this.left)
    this.rightRows = rowsByKey(this.right)
  }

  get mostRepeated(): number {
    const lengths = [...this.leftRows.values(), ...this.rightRows.values()].map(rows => rows.length)
    return lengths.reduce((most, length) => Math.max(most, length), 0)
  }
}

function keyPart(text: string): string {
  return text === 'null' || text === 'undefined' ? '' : text
}

function rowsByKey(keys: readonly string[]): Map<string, number[]> {
  const rows = new Map<string, number[]>()
  for (const [row, key] of keys.entries()) {
    const known = rows.get(key)
    if (known) known.push(row)
    else rows.set(key, [row])
  }
  return rows
}

/** One of the two tables. */
interface Side {
  /** By row. */
  readonly keys: readonly string[]
  /** Rows of the other table, by row. */
  readonly partners: ReadonlyMap<number, number>
  readonly link: (row: number, other: number) => void
}

class Matching {
  readonly toRight = new Map<number, number>()
  readonly toLeft = new Map<number, number>()
  /** Rows of the left table that have no partner yet. */
  readonly open: Set<number>
  readonly leftCount: number
  readonly rightCount: number

  constructor(left: Rows, right: Rows) {
    this.leftCount = left.length
    this.rightCount = right.length
    this.open = new Set(left.keys())
  }

  /** Links rows whose key occurs once on either side. */
  byKeys(keys: Keys): void {
    for (const row of [...this.open]) {
      const key = keys.left[row] ?? ''
      const partners = keys.rightRows.get(key)
      const partner = partners?.[0]
      if (key === '' || keys.leftRows.get(key)?.length !== 1 || partners?.length !== 1 || partner === undefined)
        continue
      if (!this.toLeft.has(partner)) this.link(row, partner)
    }
  }

  /** Links rows that stand next to linked ones and are equal in every key column, going down or up the left table. */
  byNeighbours(keys: Keys, step: 1 | -1): void {
    this.follow(this.leftSide(keys), this.rightSide(keys), step)
  }

  /** The same, going down or up the right table. */
  byNeighboursOfRight(keys: Keys, step: 1 | -1): void {
    this.follow(this.rightSide(keys), this.leftSide(keys), step)
  }

  private leftSide(keys: Keys): Side {
    const link = (left: number, right: number): void => this.link(left, right)
    return { keys: keys.left, partners: this.toRight, link }
  }

  private rightSide(keys: Keys): Side {
    const link = (right: number, left: number): void => this.link(left, right)
    return { keys: keys.right, partners: this.toLeft, link }
  }

  private follow(own: Side, other: Side, step: 1 | -1): void {
    const [count, otherCount] = [own.keys.length, other.keys.length]
    let next: number | undefined = step === -1 && otherCount > 0 ? otherCount - 1 : undefined
    for (let done = 0; done < count && own.partners.size < count; done++) {
      const row = step === 1 ? done : count - 1 - done
      const linked = own.partners.get(row)
      if (linked !== undefined) {
        next = linked + step
        if (next >= otherCount || next < 0) return
        continue
      }
      if (next === undefined || own.keys[row] !== other.keys[next] || other.partners.has(next)) continue
      own.link(row, next)
      next += step
      if (next >= otherCount || next < 0) return
    }
  }

  private link(left: number, right: number): void {
    this.toRight.set(left, right)
    this.toLeft.set(right, left)
    this.open.delete(left)
  }
}

function inOrder(matching: Matching): RowPair[] {
  const pairs: RowPair[] = []
  let next = 1
  const leftAlone = (upTo: number): void => {
    for (; next < upTo; next++) if (!matching.toRight.has(next)) pairs.push({ left: next, right: -1 })
  }
  for (let right = 1; right < matching.rightCount; right++) {
    const left = matching.toLeft.get(right)
    if (left !== undefined) leftAlone(left)
    pairs.push({ left: left ?? -1, right })
  }
  leftAlone(matching.leftCount)
  return pairs
}
