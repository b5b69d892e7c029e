/** `sources.json`, version 3: how old the data of sources is. */
import type { FreshnessResult, FreshnessRun } from '../execution/check-freshness.ts'
import { freshnessJson } from '../project/member-json.ts'
import { plainJson } from '../project/plain-json.ts'
import type { ArtifactMetadata } from './artifact-metadata.ts'
import { timingJson } from './run-results.ts'

export function renderFreshness(run: FreshnessRun, metadata: ArtifactMetadata): string {
  return JSON.stringify({ metadata, results: run.results.map(resultJson), elapsed_time: run.elapsedMs / 1000 })
}

/** A source whose query failed has the entry that dbt's schema has for it, although dbt itself leaves it out. */
function resultJson(result: FreshnessResult): Record<string, unknown> {
  const { source, maxLoadedAt, snapshottedAt } = result
  if (result.status === 'runtime error' || maxLoadedAt === null || snapshottedAt === null) {
    return { unique_id: source.uniqueId, error: result.message ?? '', status: 'runtime error' }
  }
  return {
    unique_id: source.uniqueId,
    max_loaded_at: maxLoadedAt.iso(),
    snapshotted_at: snapshottedAt.iso(),
    max_loaded_at_time_ago_in_s: result.ageSeconds,
    status: result.status,
    criteria: freshnessJson(source.freshness) ?? { warn_after: null, error_after: null, filter: null },
    adapter_response: plainJson(result.adapterResponse),
    timing: result.timing.map(timingJson),
    thread_id: result.threadId,
    execution_time: result.executionTimeMs / 1000,
  }
}
