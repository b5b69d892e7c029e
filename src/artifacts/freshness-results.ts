/** `sources.json`, version 3: how old the data of sources is. */
import type { FreshnessResult, FreshnessRun } from '../execution/check-freshness.ts'
import { freshnessJson } from '../project/member-json.ts'
import { plainJson } from '../project/plain-json.ts'
import type { ArtifactMetadata } from './artifact-metadata.ts'
import { timingJson } from './run-results.ts'

/** A source whose query failed has no entry, as in dbt: its error is told, not written. */
export function renderFreshness(run: FreshnessRun, metadata: ArtifactMetadata): string {
  return JSON.stringify({ metadata, results: run.results.flatMap(resultJson), elapsed_time: run.elapsedMs / 1000 })
}

function resultJson(result: FreshnessResult): Record<string, unknown>[] {
  const { source, maxLoadedAtMs, snapshottedAtMs } = result
  if (result.status === 'runtime error' || maxLoadedAtMs === null || snapshottedAtMs === null) return []
  const json = {
    unique_id: source.uniqueId,
    max_loaded_at: zoned(maxLoadedAtMs),
    snapshotted_at: zoned(snapshottedAtMs),
    max_loaded_at_time_ago_in_s: result.ageSeconds,
    status: result.status,
    criteria: freshnessJson(source.freshness) ?? { warn_after: null, error_after: null, filter: null },
    adapter_response: plainJson(result.adapterResponse),
    timing: result.timing.map(timingJson),
    thread_id: result.threadId,
    execution_time: result.executionTimeMs / 1000,
  }
  return [json]
}

/** As Python writes an aware time; microseconds only where there are some. */
function zoned(atMs: number): string {
  const text = new Date(Math.floor(atMs)).toISOString()
  const micros = Math.round((atMs % 1000) * 1000)
  const fraction = micros === 0 ? '' : `.${String(micros).padStart(6, '0')}`
  return `${text.slice(0, 19)}${fraction}+00:00`
}
