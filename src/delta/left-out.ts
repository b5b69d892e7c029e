/**
 * Which files no scan of a statement can want, by their statistics, and a hollow Parquet file (`hollow-parquet.ts`) that
 * stands for them: its row groups have their bounds. What DuckDB's own look at those bounds decides is right whatever was
 * read out of a plan: a scan that wants one of the files after all meets a hole and fails. Pure.
 */
import type { AddFile } from './action.ts'
import {
  type Bounds,
  type ColumnPredicate,
  type Comparable,
  columnPredicates,
  naturalOrder,
  type Predicate,
  parserFor,
  ruledOutSide,
  statisticsBounds,
} from './data-skipping.ts'
import { type HollowBounds, type HollowValue, hasHollowForm, hollowParquet } from './hollow-parquet.ts'
import type { Snapshot } from './snapshot.ts'
import { type FileStatistics, fileStatistics } from './statistics.ts'

export interface LeftOut {
  readonly files: ReadonlySet<AddFile>
  /** A column for each of the schema, and one more of which nothing is known. Undefined if there are no files. */
  readonly hollow: Uint8Array | undefined
}

/** `scans` has the conditions of each; a file stays if any of them may want it. */
export function leftOutFiles(
  snapshot: Snapshot,
  candidates: readonly AddFile[],
  scans: readonly (readonly Predicate[])[],
): LeftOut {
  const { fields } = snapshot.schema
  const known = scans.map(predicates =>
    columnPredicates(snapshot, predicates).filter(one => !one.isPartition && hasHollowForm(one.field.type)),
  )
  const files = new Set<AddFile>()
  const groups = new Map<string, Map<number, HollowBounds>>()
  if (known.length === 0 || known.some(predicates => predicates.length === 0)) return { files, hollow: undefined }
  for (const file of candidates) {
    const statistics = fileStatistics(file)
    const findings = statistics && known.map(predicates => findingOf(snapshot, predicates, statistics))
    if (findings === undefined || !findings.every(isFound)) continue
    const places = findings.map(({ field }) => fields.indexOf(field))
    const key = findings.map(({ side }, at) => `${places[at]} ${side}`).join('\n')
    const group = groups.get(key) ?? new Map<number, HollowBounds>()
    groups.set(key, group)
    files.add(file)
    for (const [at, { bounds }] of findings.entries()) {
      const before = group.get(places[at] ?? -1)
      group.set(places[at] ?? -1, before === undefined ? bounds : bothOf(before, bounds))
    }
  }
  const used = new Set([...groups.values()].flatMap(group => [...group.keys()]))
  const columns = fields.map((field, at) => (used.has(at) ? field.type : undefined))
  return { files, hollow: files.size === 0 ? undefined : hollowParquet([...columns, undefined], [...groups.values()]) }
}

interface Finding {
  readonly field: ColumnPredicate['field']
  readonly side: string
  readonly bounds: HollowBounds
}

function isFound(finding: Finding | undefined): finding is Finding {
  return finding !== undefined
}

/** The first condition that leaves nothing of the file. */
function findingOf(
  snapshot: Snapshot,
  predicates: readonly ColumnPredicate[],
  statistics: FileStatistics,
): Finding | undefined {
  for (const { predicate, field } of predicates) {
    const known = statisticsBounds(snapshot, statistics, field)
    const bounds = hollowBounds(known)
    // Only what a row group can say as well may be relied on; that all is null it cannot.
    const told = { min: bounds.min, max: bounds.max, noNull: known.noNull, allNull: false }
    const isText = field.type.kind === 'primitive' && field.type.name === 'string'
    const side = ruledOutSide(predicate, told, parserFor(field), isText ? prefixOrder : naturalOrder)
    if (side !== undefined) return { field, side, bounds }
  }
  return undefined
}

/** A row group has both bounds or none. */
function hollowBounds({ min, max, noNull }: Bounds): HollowBounds {
  const isRange = isHollowValue(min) && isHollowValue(max) && naturalOrder(min, max) <= 0
  return { ...(isRange && { min, max }), ...(noNull && { hasNoNull: true }) }
}

function isHollowValue(value: Comparable | undefined): value is HollowValue {
  return typeof value === 'bigint' || typeof value === 'string'
}

/** What holds of two files: all that either may have. */
function bothOf(left: HollowBounds, right: HollowBounds): HollowBounds {
  const isRange = [left.min, left.max, right.min, right.max].every(isHollowValue)
  const [min, max] = [
    naturalOrder(left.min ?? 0n, right.min ?? 0n) <= 0 ? left.min : right.min,
    naturalOrder(left.max ?? 0n, right.max ?? 0n) >= 0 ? left.max : right.max,
  ]
  return {
    ...(isRange && min !== undefined && max !== undefined && { min, max }),
    ...(left.hasNoNull === true && right.hasNoNull === true && { hasNoNull: true }),
  }
}

const prefixBytes = 8

/**
 * DuckDB keeps the first bytes of a text as its bound, and takes from it what differs within them; only to be equal to one
 * value it compares all of it. What it would not decide must not be decided here: the file would be wanted.
 */
function prefixOrder(bound: Comparable, value: Comparable, isForEquality: boolean): number | undefined {
  if (typeof bound !== 'string' || typeof value !== 'string') return naturalOrder(bound, value)
  const [left, right] = [Buffer.from(bound), Buffer.from(value)]
  const length = Math.min(right.length, isForEquality && left.length > prefixBytes ? left.length : prefixBytes)
  for (let at = 0; at < length; at++) {
    const difference = (left[at] ?? 0) - (right[at] ?? 0)
    if (difference !== 0) return difference
  }
  return undefined
}
