/**
 * Which files no scan of a statement can want, by their statistics, and hollow Parquet files (`hollow-parquet.ts`) that
 * stand for them: their row groups have the same bounds. What DuckDB's own look at those bounds decides is right whatever was
 * read out of a plan: a scan that wants one of the files after all meets a hole and fails. Pure.
 */
import type { AddFile } from './action.ts'
import {
  type BoundOrder,
  type Bounds,
  type Comparable,
  columnConditions,
  naturalOrder,
  noNull,
  type Predicate,
  ruledOutSide,
  statisticsBounds,
  type Wanted,
} from './data-skipping.ts'
import { type HollowBounds, type HollowValue, hasHollowForm, hollowParquet } from './hollow-parquet.ts'
import type { DeltaField } from './schema.ts'
import type { Snapshot } from './snapshot.ts'
import { type FileStatistics, fileStatistics } from './statistics.ts'

export interface LeftOut {
  readonly files: ReadonlySet<AddFile>
  /** Hollow files that stand for them: a column for each of the schema, and one more of which nothing is known. */
  readonly hollows: readonly Uint8Array[]
}

/** Files of further groups stay. A list of many values has as many gaps that files may lie in. */
const mostGroups = 64
/** DuckDB looks for nulls in the statistics of a whole file, so groups that are ruled out by them have one of their own. */
const mostFiles = 8

/** `scans` has the conditions of each; a file stays if any of them may want it. None is left without scans. */
export function leftOutFiles(
  snapshot: Snapshot,
  candidates: readonly AddFile[],
  scans: readonly (readonly Predicate[])[],
): LeftOut {
  const { fields } = snapshot.schema
  const conditions = scans.map(predicates => conditionsOf(snapshot, predicates))
  const files = new Set<AddFile>()
  const groups = new Map<string, Group>()
  if (conditions.some(one => one.length === 0)) return { files, hollows: [] }
  let alone = 0
  for (const file of candidates) {
    const findings = findingsOf(snapshot, file, conditions)
    if (findings === undefined) continue
    const key = findings.map(({ place, side }) => `${place} ${side}`).join('\n')
    let group = groups.get(key)
    if (group === undefined) {
      const isAlone = key.includes(noNull)
      if (isAlone ? alone === mostFiles : groups.size === mostGroups) continue
      if (isAlone) alone += 1
      group = { isAlone, bounds: new Map() }
      groups.set(key, group)
    }
    files.add(file)
    for (const { place, bounds } of findings) group.bounds.set(place, bothOf(group.bounds.get(place) ?? bounds, bounds))
  }
  return { files, hollows: hollowFiles([...groups.values()], fields) }
}

interface Group {
  /** In a file of its own. */
  readonly isAlone: boolean
  readonly bounds: Map<number, HollowBounds>
}

function hollowFiles(groups: readonly Group[], fields: readonly DeltaField[]): Uint8Array[] {
  const together = groups.filter(group => !group.isAlone)
  const alone = groups.filter(group => group.isAlone).map(group => [group])
  return [together, ...alone]
    .filter(some => some.length > 0)
    .map(some => {
      const columns = fields.map((field, at) => (some.some(group => group.bounds.has(at)) ? field.type : undefined))
      return hollowParquet(
        [...columns, undefined],
        some.map(group => group.bounds),
      )
    })
}

interface HollowCondition {
  readonly field: DeltaField
  /** Of the field in the schema. */
  readonly place: number
  readonly wanted: Wanted
  readonly order: BoundOrder
}

/** Those that a row group has an answer to. */
function conditionsOf(snapshot: Snapshot, predicates: readonly Predicate[]): HollowCondition[] {
  return columnConditions(snapshot, predicates).flatMap(({ field, wanted, isPartition }) => {
    if (isPartition || !hasHollowForm(field.type)) return []
    const isText = field.type.kind === 'primitive' && field.type.name === 'string'
    // Statistics of a whole file are not compared with texts.
    if (isText && wanted.kind === 'any' && wanted.of.some(one => one.kind === 'is null')) return []
    const place = snapshot.schema.fields.indexOf(field)
    return [{ field, place, wanted, order: isText ? prefixOrder : naturalOrder }]
  })
}

interface Finding {
  readonly place: number
  readonly side: string
  readonly bounds: HollowBounds
}

/** For each scan the first condition that leaves nothing of the file; undefined if a scan may want it. */
function findingsOf(
  snapshot: Snapshot,
  file: AddFile,
  scans: readonly (readonly HollowCondition[])[],
): readonly Finding[] | undefined {
  const statistics = fileStatistics(file)
  if (statistics === undefined) return undefined
  const findings: Finding[] = []
  for (const conditions of scans) {
    const finding = findingOf(snapshot, statistics, conditions)
    if (finding === undefined) return undefined
    findings.push(finding)
  }
  return findings
}

function findingOf(
  snapshot: Snapshot,
  statistics: FileStatistics,
  conditions: readonly HollowCondition[],
): Finding | undefined {
  for (const { field, place, wanted, order } of conditions) {
    const known = statisticsBounds(snapshot, statistics, field)
    const bounds = hollowBounds(known)
    // Only what a row group can say as well may be relied on; that all is null it cannot.
    const told = { ...known, min: bounds.min, max: bounds.max, allNull: false }
    const side = ruledOutSide(wanted, told, order)
    if (side !== undefined) return { place, side, bounds }
  }
  return undefined
}

/** A row group has both bounds or none. */
function hollowBounds({ min, max, noNull: hasNoNull }: Bounds): HollowBounds {
  const isRange = isHollowValue(min) && isHollowValue(max) && min <= max
  return { min: isRange ? min : undefined, max: isRange ? max : undefined, hasNoNull }
}

function isHollowValue(value: Comparable | undefined): value is HollowValue {
  return typeof value === 'bigint' || typeof value === 'string'
}

/** What holds of two files: all that either may have. */
function bothOf(left: HollowBounds, right: HollowBounds): HollowBounds {
  const { min, max, hasNoNull } = left
  if (left === right) return left
  if (min === undefined || max === undefined || right.min === undefined || right.max === undefined) {
    return { min: undefined, max: undefined, hasNoNull: hasNoNull && right.hasNoNull }
  }
  return {
    min: naturalOrder(min, right.min) <= 0 ? min : right.min,
    max: naturalOrder(max, right.max) >= 0 ? max : right.max,
    hasNoNull: hasNoNull && right.hasNoNull,
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
