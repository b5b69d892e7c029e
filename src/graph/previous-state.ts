/** What an earlier run left behind, as values: parsed JSON of its artifacts. `commands/` reads them. */

export type JsonObject = { readonly [key: string]: unknown }

export interface PreviousResult {
  readonly uniqueId: string
  readonly status: string
}

/** One source of a sources.json; `maxLoadedAt` is `null` when asking it failed. */
export interface PreviousFreshness {
  readonly uniqueId: string
  readonly maxLoadedAt: string | null
}

export interface PreviousState {
  /** manifest.json of the `--state` folder. */
  readonly manifest: JsonObject | null
  readonly results: readonly PreviousResult[] | null
  readonly sources: readonly PreviousFreshness[] | null
  /** sources.json of the target folder: what is compared with `sources`. */
  readonly currentSources: readonly PreviousFreshness[] | null
}

export function objectIn(data: unknown, key: string): JsonObject {
  const value = isObject(data) ? data[key] : undefined
  return isObject(value) ? value : {}
}

export function listIn(data: unknown, key: string): readonly unknown[] {
  const value = isObject(data) ? data[key] : undefined
  return Array.isArray(value) ? value : []
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Equality of JSON values: lists in order, objects by key. A missing key is as good as null. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if ((a ?? null) === null || (b ?? null) === null) return (a ?? null) === (b ?? null)
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false
    return a.every((item, index) => sameJson(item, b[index]))
  }
  if (!isObject(a) || !isObject(b)) return false
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every(key => sameJson(a[key], b[key]))
}

/** Results of a parsed run_results.json. */
export function resultsOf(runResults: unknown): readonly PreviousResult[] {
  return listIn(runResults, 'results').flatMap(one =>
    isObject(one) ? [{ uniqueId: String(one.unique_id), status: String(one.status) }] : [],
  )
}

/** Results of a parsed sources.json. */
export function freshnessOf(sources: unknown): readonly PreviousFreshness[] {
  return listIn(sources, 'results').flatMap(one => {
    if (!isObject(one)) return []
    const loaded = one.max_loaded_at
    return [{ uniqueId: String(one.unique_id), maxLoadedAt: typeof loaded === 'string' ? loaded : null }]
  })
}
