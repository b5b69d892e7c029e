/**
 * The 64-bit Roaring bitmaps of deletion vectors, read as sorted ranges of row numbers
 * (PROTOCOL.md "Deletion Vector Format"; github.com/RoaringBitmap/RoaringFormatSpec).
 */

/** Half-open rows; sorted, not overlapping, not touching. */
export interface RowRange {
  readonly start: number
  readonly end: number
}

const portableMagic = 1681511377
const cookieWithRuns = 12347
const cookieWithoutRuns = 12346

/** Throws a RangeError or an Error that says what is wrong; the caller names the file. */
export function readRoaring(bytes: Uint8Array): RowRange[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const magic = view.getInt32(0, true)
  if (magic !== portableMagic) throw new Error(`the magic number is ${magic}, not ${portableMagic}`)
  const buckets = Number(view.getBigInt64(4, true))
  const ranges = new RangeList()
  let at = 12
  for (let index = 0; index < buckets; index++) {
    const base = view.getUint32(at, true) * 2 ** 32
    at = readBitmap(view, at + 4, base, ranges)
  }
  return ranges.all
}

class RangeList {
  readonly all: { start: number; end: number }[] = []

  add(start: number, end: number): void {
    const last = this.all.at(-1)
    if (last !== undefined && last.end === start) last.end = end
    else this.all.push({ start, end })
  }
}

/** Reads one 32-bit bitmap and gives the offset after it. */
function readBitmap(view: DataView, start: number, base: number, ranges: RangeList): number {
  const cookie = view.getUint32(start, true)
  let at = start + 4
  let count: number
  let runFlags: number | undefined
  if ((cookie & 0xffff) === cookieWithRuns) {
    count = (cookie >>> 16) + 1
    runFlags = at
    at += Math.ceil(count / 8)
  } else if (cookie === cookieWithoutRuns) {
    count = view.getUint32(at, true)
    at += 4
  } else throw new Error(`the bitmap cookie ${cookie} is not known`)
  const headers = at
  at += count * 4
  // The offsets are only left out if there are runs and fewer than four containers.
  if (runFlags === undefined || count >= 4) at += count * 4
  for (let index = 0; index < count; index++) {
    const high = base + view.getUint16(headers + index * 4, true) * 65536
    const cardinality = view.getUint16(headers + index * 4 + 2, true) + 1
    const isRun = runFlags !== undefined && (view.getUint8(runFlags + (index >> 3)) & (1 << (index & 7))) !== 0
    if (isRun) at = readRuns(view, at, high, ranges)
    else if (cardinality <= 4096) at = readArray(view, at, cardinality, high, ranges)
    else at = readBits(view, at, high, ranges)
  }
  return at
}

function readRuns(view: DataView, start: number, high: number, ranges: RangeList): number {
  const runs = view.getUint16(start, true)
  for (let index = 0; index < runs; index++) {
    const first = high + view.getUint16(start + 2 + index * 4, true)
    ranges.add(first, first + view.getUint16(start + 4 + index * 4, true) + 1)
  }
  return start + 2 + runs * 4
}

function readArray(view: DataView, start: number, count: number, high: number, ranges: RangeList): number {
  for (let index = 0; index < count; index++) {
    const row = high + view.getUint16(start + index * 2, true)
    ranges.add(row, row + 1)
  }
  return start + count * 2
}

function readBits(view: DataView, start: number, high: number, ranges: RangeList): number {
  for (let byte = 0; byte < 8192; byte++) {
    const bits = view.getUint8(start + byte)
    for (let bit = 0; bit < 8; bit++) {
      if ((bits & (1 << bit)) === 0) continue
      const row = high + byte * 8 + bit
      ranges.add(row, row + 1)
    }
  }
  return start + 8192
}

export function rowCount(ranges: readonly RowRange[]): number {
  return ranges.reduce((sum, range) => sum + range.end - range.start, 0)
}

/** The rows of `left` that are not in `right`. */
export function subtractRows(left: readonly RowRange[], right: readonly RowRange[]): RowRange[] {
  const result: RowRange[] = []
  let index = 0
  for (const range of left) {
    let start = range.start
    while (index < right.length && (right[index]?.end ?? 0) <= start) index += 1
    for (let next = index; next < right.length; next++) {
      const hole = right[next]
      if (hole === undefined || hole.start >= range.end) break
      if (hole.start > start) result.push({ start, end: hole.start })
      start = Math.max(start, hole.end)
    }
    if (start < range.end) result.push({ start, end: range.end })
  }
  return result
}
