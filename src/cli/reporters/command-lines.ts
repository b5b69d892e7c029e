/** Events of a command, other than those of its run, as lines of dbt's log. */
import type { Diagnostic } from '../../base/diagnostic.ts'
import { unreachable } from '../../base/unreachable.ts'
import type { CommandEvent } from '../../commands/command-event.ts'
import { breaksRule, isBare, warningText } from '../../commands/mark-warning.ts'
import { warningEvent } from '../../commands/warning-names.ts'
import { eventText } from '../../config/event-text.ts'
import type { RunEvent } from '../../execution/event.ts'
import { macroFailureText } from '../../execution/failure-text.ts'
import { renderDetails, renderDiagnostic } from '../render-diagnostic.ts'
import { type LogLine, mainThread, type Paint, textLine } from './log-line.ts'
import { planLines } from './plan-lines.ts'

export interface CommandLinesOptions {
  readonly quiet: boolean
  readonly output: 'text' | 'json'
  /** The command. */
  readonly which: string
  /** Of the lines that long texts are wrapped to. */
  readonly width: number
}

export function commandLines(
  event: Exclude<CommandEvent, RunEvent>,
  atMs: number,
  options: CommandLinesOptions,
): LogLine[] {
  switch (event.kind) {
    case 'project found': {
      const data = { stat_line: event.statLine }
      return [textLine('FoundStats', 'W006', 'info', atMs, `Found ${event.statLine}`, { data })]
    }
    case 'problem found':
      return [problemLine(event.diagnostic, atMs, options)]
    case 'command stopped':
      return [stoppedLine(event.diagnostics, atMs)]
    case 'operation failed': {
      const exc = operationFailure(event)
      const text = `Encountered an error while running operation: ${exc}`
      return [textLine('RunningOperationCaughtError', 'Q001', 'error', atMs, text, { data: { exc } })]
    }
    case 'output':
      return [textLine('PrintEvent', 'Z052', 'info', atMs, event.text)]
    case 'node compiled':
      return [compiledLine(event, atMs, options)]
    case 'artifact written': {
      const data = { artifact_type: event.artifact, artifact_path: event.path }
      return [
        textLine('ArtifactWritten', 'P001', 'debug', atMs, `Wrote artifact ${event.artifact} to ${event.path}`, {
          data,
        }),
      ]
    }
    case 'phase ended':
      return []
    case 'plan shown':
      return planLines(event.plan, atMs)
    case 'note':
      return [noteLine(event, atMs, options.width)]
    default:
      return unreachable(event)
  }
}

function noteLine(event: Extract<CommandEvent, { kind: 'note' }>, atMs: number, width: number): LogLine {
  const { name, code, level, message, data = { msg: message } } = event
  const text = (paint: Paint): string =>
    eventText(event, message.replace(/^\[WARNING\]/, `[${paint.yellow('WARNING')}]`), width)
  return { name, code, level, text, data, thread: mainThread, atMs }
}

function problemLine(diagnostic: Diagnostic, atMs: number, { which, width }: CommandLinesOptions): LogLine {
  const { name, code } = warningEvent(diagnostic.code)
  const brief = (paint: Paint): string => warningText(diagnostic, width, word => paint.yellow(word))
  return {
    name,
    code,
    level: breaksRule(diagnostic) ? 'error' : 'warn',
    brief,
    text: paint => {
      // Whoever reads the output of `list` takes every further line for a node.
      return which === 'list' || isBare(diagnostic) ? brief(paint) : `${brief(paint)}\n${renderDetails(diagnostic)}`
    },
    data: diagnostic.facts ?? { msg: diagnostic.message, code: diagnostic.code },
    thread: mainThread,
    atMs,
  }
}

function stoppedLine(diagnostics: readonly Diagnostic[], atMs: number): LogLine {
  const text = diagnostics.map(renderDiagnostic).join('\n\n')
  return textLine('MainEncounteredError', 'Z002', 'error', atMs, `Encountered an error:\n${text}`, {
    data: { exc: text, codes: diagnostics.map(one => one.code) },
  })
}

function compiledLine(
  event: Extract<CommandEvent, { kind: 'node compiled' }>,
  atMs: number,
  options: CommandLinesOptions,
): LogLine {
  const { node, compiledCode: compiled } = event
  const isInline = node.resourceType === 'sql_operation'
  const text =
    options.output === 'json'
      ? JSON.stringify(isInline ? { compiled } : { node: node.name, compiled }, undefined, 2)
      : options.quiet
        ? compiled
        : isInline
          ? `Compiled inline node is:\n${compiled}`
          : `Compiled node '${node.name}' is:\n${compiled}`
  return textLine('CompiledNode', 'Q042', 'info', atMs, text, {
    data: {
      node_name: node.name,
      compiled,
      is_inline: isInline,
      output_format: options.output,
      unique_id: node.uniqueId,
      quiet: options.quiet,
    },
  })
}

/** dbt names the macro that was called when a template gave up by itself. */
function operationFailure({ diagnostic, macro }: Extract<CommandEvent, { kind: 'operation failed' }>): string {
  if (macro === undefined || diagnostic.code !== 'context/raised') return renderDiagnostic(diagnostic)
  return [macroFailureText(diagnostic, macro), renderDetails(diagnostic)].join('\n')
}
