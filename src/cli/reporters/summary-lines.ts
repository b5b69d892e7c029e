/** The end of a run: totals, then each failure and warning with what is known about it. */
import type { Diagnostic } from '../../base/diagnostic.ts'
import type { NodeResult, RunResult } from '../../execution/run-result.ts'
import type { GraphMember } from '../../project/node.ts'
import { type FindGroup, groupData } from './group-data.ts'
import { formatting, type LogLine, mainThread, plural, textLine } from './log-line.ts'
import { nodeInfo } from './node-info.ts'

export interface SummaryContext {
  readonly atMs: number
  readonly node: (uniqueId: string) => GraphMember | undefined
  readonly group: FindGroup
  /** Where the node's compiled SQL was written; `undefined` where it has none. */
  readonly compiledPath: (node: GraphMember) => string | undefined
  /** Frame, notes and hint of a diagnostic, indented; empty where there is nothing to add. */
  readonly details: (diagnostic: Diagnostic) => string
}

/** dbt's `EndOfRunSummary`, a section for each failure and warning, and `Done. PASS=…`. */
export function summaryLines(run: RunResult, context: SummaryContext): LogLine[] {
  const { results } = run
  const failed = results.filter(one => isFailure(one, context))
  const warned = results.filter(one => one.status === 'warn')
  const partial = results.filter(one => one.status === 'partial success')
  return [
    formatting(context.atMs),
    endOfRun(run, failed.length, warned.length, partial.length, context),
    ...failed.flatMap(one => failureLines(one, context)),
    ...warned.flatMap(one => problemLines(one, 'warning', context)),
    ...statsLines(results, context.atMs),
  ]
}

function isFailure(result: NodeResult, context: SummaryContext): boolean {
  if (result.status === 'error' || result.status === 'fail' || result.status === 'runtime error') return true
  if (result.status !== 'skipped' || result.message === null) return false
  return context.node(result.uniqueId)?.resourceType !== 'exposure'
}

function endOfRun(run: RunResult, errors: number, warnings: number, partial: number, context: SummaryContext): LogLine {
  const partials = `${partial} partial ${partial === 1 ? 'success' : 'successes'}`
  const warns = plural(warnings, 'warning')
  const [message, colour] = run.interrupted
    ? (['Exited because of keyboard interrupt', 'yellow'] as const)
    : errors > 0
      ? ([`Completed with ${plural(errors, 'error')}, ${partials}, and ${warns}:`, 'red'] as const)
      : partial > 0
        ? ([`Completed with ${partials} and ${warns}`, 'yellow'] as const)
        : warnings > 0
          ? ([`Completed with ${warns}:`, 'yellow'] as const)
          : (['Completed successfully', 'green'] as const)
  return {
    name: 'EndOfRunSummary',
    code: 'Z030',
    level: 'info',
    text: paint => paint[colour](message),
    data: {
      num_errors: errors,
      num_warnings: warnings,
      num_partial_success: partial,
      keyboard_interrupt: run.interrupted,
    },
    thread: mainThread,
    atMs: context.atMs,
  }
}

/** The end of a look at sources: what failed, without totals. A source that could not be looked at has a message alone. */
export function freshnessLines({ results }: RunResult, context: SummaryContext): LogLine[] {
  const failures = results.flatMap(result => {
    if (result.status === 'error') return problemLines(result, 'failure', context)
    if (result.status !== 'runtime error') return []
    return [formatting(context.atMs), messageLine(result, undefined, context)]
  })
  return [...failures, textLine('FreshnessCheckComplete', 'Q003', 'info', context.atMs, 'Done.', { data: {} })]
}

function failureLines(result: NodeResult, context: SummaryContext): LogLine[] {
  if (result.status !== 'skipped') return problemLines(result, 'failure', context)
  return [
    { ...formatting(context.atMs), level: 'debug' },
    { ...messageLine(result, undefined, context), level: 'debug' },
  ]
}

/** The failure of an ephemeral model where a model that names it is skipped. One that was skipped itself has nothing to tell. */
export function ephemeralFailureLines(result: NodeResult, context: SummaryContext): LogLine[] {
  return result.status === 'skipped' ? [] : problemLines(result, 'failure', context).slice(1)
}

function problemLines(result: NodeResult, kind: 'failure' | 'warning', context: SummaryContext): LogLine[] {
  const node = context.node(result.uniqueId)
  if (node === undefined) return []
  const { atMs } = context
  const info = { node_info: nodeInfo(node, { status: 'None' }) }
  const known = { ...info, ...groupData(node, context.group) }
  const lines = [formatting(atMs), headLine(node, kind, known, atMs)]
  if (result.message === null) {
    lines.push(
      textLine('RunResultErrorNoMessage', 'Z025', 'error', atMs, `  Status: ${result.status}`, {
        data: { status: result.status, ...info },
      }),
    )
  } else if (kind === 'warning') {
    lines.push(
      textLine('RunResultWarningMessage', 'Z046', 'warn', atMs, result.message, {
        data: { msg: result.message, ...info },
      }),
    )
  } else lines.push(messageLine(result, known, context))
  const compiled = context.compiledPath(node)
  if (compiled !== undefined && result.compiled) {
    const data = { path: compiled, ...info }
    lines.push(formatting(atMs))
    lines.push(textLine('SQLCompiledPath', 'Z026', 'info', atMs, `  compiled code at ${compiled}`, { data }))
  }
  return [...lines, ...storedFailures(node, info, atMs)]
}

type Known = Readonly<Record<string, unknown>>

function headLine(node: GraphMember, kind: 'failure' | 'warning', known: Known, atMs: number): LogLine {
  const word = kind === 'warning' ? 'Warning' : 'Failure'
  const text = `${word} in ${node.resourceType} ${node.name} (${node.originalFilePath})`
  return {
    name: kind === 'warning' ? 'RunResultWarning' : 'RunResultFailure',
    code: kind === 'warning' ? 'Z021' : 'Z022',
    level: kind === 'warning' ? 'warn' : 'error',
    text: paint => (kind === 'warning' ? paint.yellow(text) : paint.red(text)),
    data: { resource_type: node.resourceType, node_name: node.name, path: node.originalFilePath, ...known },
    thread: mainThread,
    atMs,
  }
}

function messageLine(result: NodeResult, known: Known | undefined, context: SummaryContext): LogLine {
  const details = result.diagnostics.map(one => context.details(one)).filter(one => one !== '')
  const message = [`  ${result.message}`, ...details].join('\n')
  return textLine('RunResultError', 'Z024', 'error', context.atMs, message, {
    data: { msg: result.message, ...known },
  })
}

function storedFailures(node: GraphMember, info: Known, atMs: number): LogLine[] {
  if (node.resourceType !== 'test' || node.relationName === null) return []
  const query = `select * from ${node.relationName}`
  const border = '-'.repeat(query.length)
  const text = `  See test failures:\n  ${border}\n  ${query}\n  ${border}`
  const data = { relation_name: node.relationName, ...info }
  return [formatting(atMs), textLine('CheckNodeTestFailure', 'Z027', 'info', atMs, text, { data })]
}

function statsLines(results: readonly NodeResult[], atMs: number): LogLine[] {
  const stats = { error: 0, skip: 0, pass: 0, warn: 0, noop: 0, total: results.length }
  for (const { status } of results) stats[countedAs(status)] += 1
  const text =
    `Done. PASS=${stats.pass} WARN=${stats.warn} ERROR=${stats.error} SKIP=${stats.skip} ` +
    `NO-OP=${stats.noop} TOTAL=${stats.total}`
  return [formatting(atMs), textLine('StatsLine', 'Z023', 'info', atMs, text, { data: { stats } })]
}

function countedAs(status: NodeResult['status']): 'error' | 'skip' | 'pass' | 'warn' | 'noop' {
  switch (status) {
    case 'success':
    case 'pass':
      return 'pass'
    case 'skipped':
      return 'skip'
    case 'warn':
      return 'warn'
    case 'no-op':
      return 'noop'
    default:
      return 'error'
  }
}
