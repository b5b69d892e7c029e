/** How thresholds of a source, its config, a table and its config come together. */

import { textIn } from '../template/dict-access.ts'
import { PyDict, type Value } from '../template/value.ts'
import type { Freshness } from './node.ts'

/** As written: an absent threshold is not the same as one set to null. */
interface RawThreshold {
  readonly count: Value
  readonly period: Value
}

export interface RawFreshness {
  readonly warnAfter: RawThreshold | null
  readonly errorAfter: RawThreshold | null
  readonly filter: string | null
  /** Which of the three were written. */
  readonly given: ReadonlySet<'warn_after' | 'error_after' | 'filter'>
}

const emptyThreshold: RawThreshold = { count: null, period: null }
const absent: RawFreshness = {
  warnAfter: emptyThreshold,
  errorAfter: emptyThreshold,
  filter: null,
  given: new Set(),
}

/** `undefined`: the key is absent; null: set to null. */
export function readFreshness(value: Value | undefined): RawFreshness | null {
  if (value === null) return null
  if (!(value instanceof PyDict)) return absent
  const given = new Set<'warn_after' | 'error_after' | 'filter'>()
  for (const key of ['warn_after', 'error_after', 'filter'] as const) if (value.has(key)) given.add(key)
  return {
    warnAfter: given.has('warn_after') ? readThreshold(value.get('warn_after')) : emptyThreshold,
    errorAfter: given.has('error_after') ? readThreshold(value.get('error_after')) : emptyThreshold,
    filter: textIn(value, 'filter'),
    given,
  }
}

function readThreshold(value: Value | undefined): RawThreshold | null {
  if (!(value instanceof PyDict)) return null
  return { count: value.get('count') ?? null, period: value.get('period') ?? null }
}

/** From the weakest to the strongest; null anywhere switches off what came before it. */
export function mergeFreshness(steps: readonly (RawFreshness | null)[]): RawFreshness | null {
  let merged = steps[0] ?? null
  for (const update of steps.slice(1)) {
    if (merged !== null && update !== null) merged = mergedPair(merged, update)
    else if (merged === null && update !== null && hasThreshold(update)) merged = update
    else merged = null
  }
  return merged
}

export function hasThreshold(freshness: RawFreshness): boolean {
  return isSet(freshness.warnAfter) || isSet(freshness.errorAfter)
}

function isSet(threshold: RawThreshold | null): threshold is RawThreshold {
  return threshold !== null && threshold.count !== null && threshold.period !== null
}

function mergedPair(base: RawFreshness, update: RawFreshness): RawFreshness {
  return {
    warnAfter: mergedThreshold(base.warnAfter, update.warnAfter),
    errorAfter: mergedThreshold(base.errorAfter, update.errorAfter),
    filter: update.filter ?? base.filter,
    given: new Set([...base.given, ...update.given]),
  }
}

/** A whole threshold wins over a part of one, and null over both. */
function mergedThreshold(base: RawThreshold | null, update: RawThreshold | null): RawThreshold | null {
  if (update === null) return null
  if (isSet(base) && isSet(update)) return { count: update.count ?? base.count, period: update.period ?? base.period }
  return isSet(update) ? update : base
}

export function freshnessDict(freshness: RawFreshness): PyDict {
  return PyDict.of({
    warn_after: thresholdDict(freshness.warnAfter),
    error_after: thresholdDict(freshness.errorAfter),
    filter: freshness.filter,
  })
}

function thresholdDict(threshold: RawThreshold | null): Value {
  return threshold && PyDict.of({ count: threshold.count, period: threshold.period })
}

/** The record of a source's `freshness`, from its merged config. */
export function freshnessOf(value: Value | undefined): Freshness | null {
  if (!(value instanceof PyDict)) return null
  const threshold = (key: string): Freshness['warnAfter'] => {
    const part = value.get(key)
    if (part === null) return null
    const dict = part instanceof PyDict ? part : new PyDict()
    return {
      count: (dict.get('count') ?? null) as number | null,
      period: (dict.get('period') ?? null) as 'minute' | 'hour' | 'day' | null,
    }
  }
  return { warnAfter: threshold('warn_after'), errorAfter: threshold('error_after'), filter: textIn(value, 'filter') }
}
