/** What happened: the seventh record of the eight. Made by `execute-plan.ts`; artifacts and reporters read it. */
import type { Diagnostic } from '../base/diagnostic.ts'

export type NodeStatus =
  | 'success'
  | 'error'
  | 'skipped'
  | 'partial success'
  | 'no-op'
  | 'pass'
  | 'fail'
  | 'warn'
  | 'runtime error'

export interface Timing {
  readonly name: 'compile' | 'execute'
  readonly startedAtMs: number
  readonly completedAtMs: number
}

export interface BatchResults {
  readonly successful: readonly (readonly [startMs: number, endMs: number])[]
  readonly failed: readonly (readonly [startMs: number, endMs: number])[]
}

export interface NodeResult {
  readonly uniqueId: string
  readonly status: NodeStatus
  readonly timing: readonly Timing[]
  readonly threadId: string
  readonly executionTimeMs: number
  /** dbt's `adapter_response`: `_message`, `rows_affected`, and our own counters. */
  readonly adapterResponse: Readonly<Record<string, unknown>>
  readonly message: string | null
  readonly failures: number | null
  /** Rows of a failing test or unit test, or of a preview, are not kept here. */
  readonly diagnostics: readonly Diagnostic[]
  readonly compiled: boolean
  readonly compiledCode: string | null
  readonly relationName: string | null
  readonly batchResults: BatchResults | null
}

/** What went over the network. */
export interface MovedBytes {
  readonly downloaded: number
  readonly uploaded: number
  readonly requests: number
}

export interface RunResult {
  /** In completion order. */
  readonly results: readonly NodeResult[]
  /** Of all nodes and hooks together; absent where there was none. */
  readonly moved?: MovedBytes
  readonly elapsedMs: number
  readonly interrupted: boolean
  /** A hook at the end could not be compiled: an error of the whole command, told once the results are written. */
  readonly stoppedBy?: Diagnostic
}
