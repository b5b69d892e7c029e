/**
 * Semantic versions with comparisons (`>=1.0.0`), as dbt reads and combines them for `require-dbt-version` and for
 * versions of packages.
 */

type Comparison = '>' | '>=' | '<' | '<=' | '='

export interface VersionBound {
  readonly comparison: Comparison
  readonly major: number
  readonly minor: number
  readonly patch: number
  readonly prerelease: string | null
  readonly build: string | null
}

/** Both ends inclusive or not by their own comparison; `null` is open. An exact version is both ends. */
export interface VersionRange {
  readonly start: VersionBound | null
  readonly end: VersionBound | null
}

const number = '(?:0|[1-9]\\d*)'
const label = `(?:0|[1-9]\\d*|\\d*[a-zA-Z-][0-9a-zA-Z-]*)`
const pattern = new RegExp(
  `^(>=|>|<|<=|=)?(${number})\\.(${number})\\.(${number})` +
    `(?:-?(${label}(?:\\.${label})*))?(?:\\+([0-9A-Za-z-]*(?:\\.[0-9A-Za-z-]*)*))?$`,
)

/** `undefined` for a text that is no version. */
export function parseVersion(text: string): VersionBound | undefined {
  const parts = pattern.exec(text.trim())
  if (!parts) return undefined
  const [, comparison = '=', major, minor, patch, prerelease = null, build = null] = parts
  return {
    comparison: comparison as Comparison,
    major: Number(major),
    minor: Number(minor),
    patch: Number(patch),
    prerelease,
    build,
  }
}

export function versionText(bound: VersionBound, withComparison = true): string {
  const { comparison, major, minor, patch, prerelease, build } = bound
  const tail = `${prerelease ? `-${prerelease}` : ''}${build ? `+${build}` : ''}`
  return `${withComparison ? comparison : ''}${major}.${minor}.${patch}${tail}`
}

const lower = (bound: VersionBound): boolean => bound.comparison === '>' || bound.comparison === '>='
const upper = (bound: VersionBound): boolean => bound.comparison === '<' || bound.comparison === '<='
const exact = (bound: VersionBound): boolean => bound.comparison === '='

/** Negative, zero or positive. At equal versions a bound's comparison decides: `<1.0.0` lies below `>1.0.0`. */
function compareBounds(a: VersionBound, b: VersionBound): number {
  const size = a.major - b.major || a.minor - b.minor || a.patch - b.patch
  if (size !== 0) return size
  const early = comparePrereleases(a, b)
  if (early !== 0) return early
  if ((a.comparison === '>=' && b.comparison === '<=') || (a.comparison === '<=' && b.comparison === '>=')) return 0
  if ((a.comparison === '<' && b.comparison === '<=') || (b.comparison === '>' && a.comparison === '>=')) return -1
  if (upper(a) && lower(b)) return -1
  if ((b.comparison === '<' && a.comparison === '<=') || (a.comparison === '>' && b.comparison === '>=')) return 1
  return lower(a) && upper(b) ? 1 : 0
}

function comparePrereleases(a: VersionBound, b: VersionBound): number {
  if (a.prerelease === null && b.prerelease === null) return 0
  // `<2.0.0` lies below `2.0.0-rc1`: no prerelease of the version that is shut out gets in.
  if (a.prerelease === null) return a.comparison === '<' ? -1 : 1
  if (b.prerelease === null) return -1
  const [left, right] = [a.prerelease.split('.'), b.prerelease.split('.')]
  for (let index = 0; index < Math.min(left.length, right.length); index++) {
    const order = compareLabels(left[index]!, right[index]!)
    if (order !== 0) return order
  }
  return a.prerelease.length - b.prerelease.length
}

function compareLabels(a: string, b: string): number {
  const [aIsNumber, bIsNumber] = [/^\d+$/.test(a), /^\d+$/.test(b)]
  if (aIsNumber && bIsNumber) return Number(a) - Number(b)
  if (aIsNumber !== bIsNumber) return aIsNumber ? -1 : 1
  return a < b ? -1 : a > b ? 1 : 0
}

function rangeOf(bound: VersionBound): VersionRange {
  if (exact(bound)) return { start: bound, end: bound }
  return lower(bound) ? { start: bound, end: null } : { start: null, end: bound }
}

/** Every version. */
export const anyVersion: VersionRange = { start: null, end: null }

/** What all bounds allow together; `undefined` when they exclude each other. */
export function combineBounds(bounds: readonly VersionBound[]): VersionRange | undefined {
  let range = anyVersion
  for (const bound of [...bounds].reverse()) {
    const next = combineRanges(range, rangeOf(bound))
    if (!next) return undefined
    range = next
  }
  return range
}

function combineRanges(a: VersionRange, b: VersionRange): VersionRange | undefined {
  if (a.start && b.start && exact(a.start) && exact(b.start)) {
    return compareBounds(a.start, b.start) === 0 ? a : undefined
  }
  const start = combineEnds(a.start, b.start, 'start')
  const end = combineEnds(a.end, b.end, 'end')
  if (start === undefined || end === undefined) return undefined
  return start && end && compareBounds(start, end) > 0 ? undefined : { start, end }
}

/** The narrower of two starts or ends; `null` for open, `undefined` when an exact version lies outside. */
function combineEnds(
  a: VersionBound | null,
  b: VersionBound | null,
  side: 'start' | 'end',
): VersionBound | null | undefined {
  if (!a || !b) return a ?? b
  if (!exact(a) && !exact(b)) {
    const order = compareBounds(a, b)
    return (side === 'start' ? order < 0 : order > 0) ? b : a
  }
  const [fixed, bound] = exact(a) ? [a, b] : [b, a]
  const order = compareBounds(bound, fixed)
  const inside = side === 'start' ? order < 0 : order > 0
  const onEdge = order === 0 && bound.comparison === (side === 'start' ? '>=' : '<=')
  return inside || onEdge ? fixed : undefined
}

/** The bounds of a range, for use with further ones. */
export function boundsOf(range: VersionRange): VersionBound[] {
  if (range.start && range.start === range.end) return [range.start]
  return [range.start, range.end].filter(bound => bound !== null)
}

/** The highest of the versions that a range allows; texts that are no version are passed over. */
export function highestVersion(range: VersionRange, available: Iterable<string>): string | undefined {
  let best: { readonly text: string; readonly version: VersionBound } | undefined
  for (const text of available) {
    const version = parseVersion(text)
    if (!version || !combineBounds([version, ...boundsOf(range)])) continue
    if (!best || compareBounds(best.version, version) < 0) best = { text, version }
  }
  return best?.text
}
