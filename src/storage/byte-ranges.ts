/** Algebra of byte ranges: what is there, what is missing, how much that is. Pure; empty ranges count for nothing. */
import type { ByteRange } from './object-store.ts'

/** Sorted, and those that touch or overlap made one. */
export function joined(ranges: readonly ByteRange[]): ByteRange[] {
  const sorted = ranges.filter(one => one.end > one.start).sort((left, right) => left.start - right.start)
  const result: ByteRange[] = []
  for (const { start, end } of sorted) {
    const last = result.at(-1)
    if (last !== undefined && start <= last.end) result[result.length - 1] = { ...last, end: Math.max(last.end, end) }
    else result.push({ start, end })
  }
  return result
}

/** The parts of a range that none of the others holds, in order. */
export function missingParts(wanted: ByteRange, present: readonly ByteRange[]): ByteRange[] {
  const parts: ByteRange[] = []
  let at = wanted.start
  for (const { start, end } of joined(present)) {
    if (end <= at) continue
    if (start >= wanted.end) break
    if (start > at) parts.push({ start: at, end: start })
    at = end
  }
  if (at < wanted.end) parts.push({ start: at, end: wanted.end })
  return parts
}

/** Bytes in at least one of the ranges. */
export function bytesIn(ranges: readonly ByteRange[]): number {
  return joined(ranges).reduce((sum, { start, end }) => sum + end - start, 0)
}

/** Cut so that no part is longer than `longest`. */
export function cutInto({ start, end }: ByteRange, longest: number): ByteRange[] {
  const count = Math.max(0, Math.ceil((end - start) / longest))
  return Array.from({ length: count }, (_, index) => ({
    start: start + index * longest,
    end: Math.min(start + (index + 1) * longest, end),
  }))
}
