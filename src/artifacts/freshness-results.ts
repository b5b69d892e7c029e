/** `sources.json`, version 3: how old the data of sources is. */
import type { FreshnessResult, FreshnessRun } from '../execution/check-freshness.ts'
import { freshnessJson } from '../project/member-json.ts'
import { plainJson } from '../project/plain-json.ts'
import type { ArtifactMetadata } from './artifact-metadata.ts'
import { timingJson } from './run-results.ts'

export function renderFreshness(run: FreshnessRun, metadata: ArtifactMetadata): string {
  return JSON.stringify({ metadata, results: run.results.map(resultJson), elapsed_time: run.elapsedMs / 1000 })
}

function resultJson(result: FreshnessResult): Record<string, unknown> {
  const { source, status } = result
  if (status === 'runtime error' || result.maxLoadedAtMs === null || result.snapshottedAtMs === null) {
    return { unique_id: source.uniqueId, error: result.message ?? '', status: 'runtime error' }
  }
  return {
    unique_id: source.uniqueId,
    max_loaded_at: zoned(result.maxLoadedAtMs),
    snapshotted_at: zoned(result.snapshottedAtMs),
    max_loaded_at_time_ago_in_s: result.ageSeconds,
    status,
    criteria: freshnessJson(source.freshness) ?? { warn_after: null, error_after: null, filter: null },
    adapter_response: plainJson(result.adapterResponse),
    timing: result.timing.map(timingJson),
    thread_id: result.threadId,
    execution_time: result.executionTimeMs / 1000,
  }
}

/** As Python writes an aware time; microseconds only where there are some. */
function zoned(atMs: number): string {
  const text = new Date(Math.floor(atMs)).toISOString()
  const micros = Math.round((atMs % 1000) * 1000)
  const fraction = micros === 0 ? '' : `.${String(micros).padStart(6, '0')}`
  return `${text.slice(0, 19)}${fraction}+00:00`
}
