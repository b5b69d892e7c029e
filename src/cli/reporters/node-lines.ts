/** Lines of the debug log that every node has: that it began, that it ended, and what its end means for others. */
import type { RunEvent } from '../../execution/event.ts'
import type { NodeResult, NodeStatus, RunResult } from '../../execution/run-result.ts'
import type { GraphMember } from '../../project/node.ts'
import { plainJson } from '../../project/plain-json.ts'
import { isoTime, type LogLine, textLine } from './log-line.ts'
import type { LazyNodeInfo } from './node-info.ts'

interface Start {
  readonly data: { readonly node_info: LazyNodeInfo }
  readonly thread: string
}

export function nodeStart({ uniqueId }: GraphMember, start: Start, atMs: number): LogLine {
  return textLine('NodeStart', 'Q024', 'debug', atMs, `Began running node ${uniqueId}`, start)
}

/** What keeps children from running: under `build` also a failed test, and what was itself skipped. */
const holdsBack: ReadonlySet<NodeStatus> = new Set(['error', 'partial success'])
const holdsBackInBuild: ReadonlySet<NodeStatus> = new Set(['error', 'fail', 'skipped', 'partial success'])

interface Finish {
  readonly info: LazyNodeInfo
  readonly thread: string
  readonly atMs: number
  readonly command: string
}

export function nodeFinished(
  { uniqueId }: GraphMember,
  result: NodeResult,
  { info, thread, atMs, command }: Finish,
): LogLine[] {
  const { status, message } = result
  const runResult = runResultData(result)
  const finished = textLine('NodeFinished', 'Q025', 'debug', atMs, `Finished running node ${uniqueId}`, {
    data: { node_info: info, run_result: runResult },
    thread,
  })
  if (!(command === 'build' ? holdsBackInBuild : holdsBack).has(status)) return [finished]
  const reason = message === null || message === '' ? '' : ` Reason: ${message}.`
  const text = `Marking all children of '${uniqueId}' to be skipped because of status '${status}'. ${reason}`
  const data = { unique_id: uniqueId, status, run_result: runResult }
  return [finished, textLine('MarkSkippedChildren', 'Z033', 'debug', atMs, text, { data, thread })]
}

/** The results of a whole command. */
export function endLine({ results, elapsedMs }: RunResult, atMs: number): LogLine {
  const success = results.every(one => !['error', 'fail', 'skipped', 'partial success'].includes(one.status))
  const data = {
    elapsed_time: elapsedMs / 1000,
    generated_at: `${isoTime(atMs)}Z`,
    results: () => results.map(one => runResultData(one)()),
    success,
  }
  return textLine('EndRunResult', 'Q037', 'debug', atMs, 'Command end result', { data })
}

/** That a ref without a version may mean another model one day. */
export function newerVersionLine(
  { node, target, newest, atMs }: Extract<RunEvent, { kind: 'newer version' }>,
  info: LazyNodeInfo,
  thread: string,
): LogLine {
  const { name, packageName, version } = target
  const ref = (v: string | number | null): string => `{{ ref('${packageName}', '${name}', v='${v}') }}`
  const text = [
    `While compiling '${node.name}':`,
    `Found an unpinned reference to versioned model '${name}' in project '${packageName}'.`,
    `Resolving to latest version: ${name}.v${version}`,
    `A prerelease version ${newest} is available. It has not yet been marked 'latest' by its maintainer.`,
    `When that happens, this reference will resolve to ${name}.v${newest} instead.\n`,
    `  Try out v${newest}: ${ref(newest)}`,
    `  Pin to  v${version}: ${ref(version)}\n`,
  ].join('\n')
  const data = {
    node_info: info,
    ref_node_name: name,
    ref_node_package: packageName,
    ref_node_version: String(version),
    ref_max_version: String(newest),
  }
  return textLine('UnpinnedRefNewVersionAvailable', 'I064', 'info', atMs, text, { data, thread })
}

/** Made when a line is printed as JSON, which most are not. */
function runResultData(result: NodeResult): () => Record<string, unknown> {
  return () => ({
    status: result.status,
    message: result.message ?? '',
    timing_info: result.timing.map(({ name, startedAtMs, completedAtMs }) => ({
      name,
      started_at: `${isoTime(startedAtMs)}Z`,
      completed_at: `${isoTime(completedAtMs)}Z`,
    })),
    thread: result.threadId,
    execution_time: result.executionTimeMs / 1000,
    adapter_response: plainJson(result.adapterResponse),
    num_failures: result.failures ?? 0,
  })
}
