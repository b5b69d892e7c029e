/** Results of a run as the outcome of its command. */
import type { RunResult } from '../execution/run-result.ts'
import type { Graph } from '../graph/graph.ts'
import type { Outcome } from './session.ts'

const failed = new Set(['error', 'fail', 'runtime error', 'partial success'])

/** Anything that failed or was skipped is a failure; a skipped exposure is not. */
export function outcomeOf(run: RunResult, graph: Graph): Outcome {
  if (run.interrupted) return 'interrupted'
  const isBad = run.results.some(({ status, uniqueId }) => {
    if (status === 'skipped') return graph.members.get(uniqueId)?.resourceType !== 'exposure'
    return failed.has(status)
  })
  return isBad ? 'failure' : 'success'
}
