/** `run_results.json`, version 6: how every node of a run ended, in the order in which they ended. */
import type { BatchResults, NodeResult, RunResult, Timing } from '../execution/run-result.ts'
import type { GraphMember } from '../project/node.ts'
import { plainJson } from '../project/plain-json.ts'
import { type ArtifactMetadata, isoMicros } from './artifact-metadata.ts'

export interface RunResultsInput {
  readonly run: RunResult
  readonly metadata: ArtifactMetadata
  readonly args: Readonly<Record<string, unknown>>
  readonly member: (uniqueId: string) => GraphMember | undefined
}

interface RunResultJson {
  readonly status: string
  readonly timing: readonly TimingJson[]
  readonly thread_id: string
  /** Seconds. */
  readonly execution_time: number
  readonly adapter_response: Readonly<Record<string, unknown>>
  readonly message: string | null
  readonly failures: number | null
  readonly unique_id: string
  readonly compiled: boolean | null
  readonly compiled_code: string | null
  readonly relation_name: string | null
  readonly batch_results: { readonly successful: readonly unknown[]; readonly failed: readonly unknown[] } | null
}

export interface TimingJson {
  readonly name: string
  readonly started_at: string
  readonly completed_at: string
}

export function* runResultsParts({ run, metadata, args, member }: RunResultsInput): Iterable<string> {
  yield `{"metadata": ${JSON.stringify(metadata)}, "results": [`
  let before = ''
  for (const one of run.results) {
    yield `${before}${JSON.stringify(resultJson(one, member(one.uniqueId)))}`
    before = ', '
  }
  yield `], "elapsed_time": ${run.elapsedMs / 1000}, "args": ${JSON.stringify(args)}}`
}

function resultJson(result: NodeResult, node: GraphMember | undefined): RunResultJson {
  const hasCode = node === undefined || ('rawCode' in node && node.resourceType !== 'seed')
  return {
    status: result.status,
    timing: result.timing.map(timingJson),
    thread_id: result.threadId,
    execution_time: result.executionTimeMs / 1000,
    adapter_response: plainJson(result.adapterResponse) as Record<string, unknown>,
    message: result.message,
    failures: result.failures,
    unique_id: result.uniqueId,
    compiled: hasCode || result.compiled ? result.compiled : null,
    compiled_code: result.compiledCode,
    relation_name: result.relationName,
    batch_results: result.batchResults && batchesJson(result.batchResults),
  }
}

export function timingJson(timing: Timing): TimingJson {
  return {
    name: timing.name,
    started_at: isoMicros(timing.startedAtMs),
    completed_at: isoMicros(timing.completedAtMs),
  }
}

function batchesJson(batches: BatchResults): { successful: string[][]; failed: string[][] } {
  const written = (windows: BatchResults['successful']): string[][] =>
    windows.map(([start, end]) => [batchTime(start), batchTime(end)])
  return { successful: written(batches.successful), failed: written(batches.failed) }
}

/** As Python writes a time with a zone: `2024-02-01T00:00:00+00:00`. */
function batchTime(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}+00:00`
}
