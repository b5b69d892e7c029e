/** Events of a command, other than those of its run, as lines of dbt's log. */
import type { DiagnosticCode } from '../../base/codes.ts'
import type { Diagnostic } from '../../base/diagnostic.ts'
import { unreachable } from '../../base/unreachable.ts'
import type { CommandEvent } from '../../commands/command-event.ts'
import { isDeprecation, warningEvent } from '../../commands/warning-names.ts'
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
      return [problemLine(event.diagnostic, atMs, options.which === 'list')]
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
      return [
        textLine(event.name, event.code, event.level, atMs, event.message, {
          data: event.data ?? { msg: event.message },
        }),
      ]
    default:
      return unreachable(event)
  }
}

/** `[WARNING]: …`, as dbt marks what it only warns of. */
function problemLine(diagnostic: Diagnostic, atMs: number, isShort: boolean): LogLine {
  const event = warningEvent(diagnostic.code)
  const { name, code } = event
  const isMarked = isDeprecation(event) && !plainNames.has(name)
  const message = isMarked ? `Deprecated functionality\n${diagnostic.message}` : diagnostic.message
  const tag = namedTags.has(name) ? `[${name}]` : ''
  // A rule of the semantic layer that is broken stops the command: it is no warning.
  const isError = diagnostic.code === 'graph/semantic-issue'
  const brief = (paint: Paint): string =>
    isError || untaggedCodes.has(diagnostic.code) ? message : `[${paint.yellow('WARNING')}]${tag}: ${message}`
  return {
    name,
    code,
    level: isError ? 'error' : 'warn',
    brief,
    text: paint => {
      // What `list` prints beside its lines must be told from them: it has the time in front of each line.
      if (isShort) return brief(paint).replace(/\s*\n\s*/g, ' ')
      return untaggedCodes.has(diagnostic.code) ? message : `${brief(paint)}\n${renderDetails(diagnostic)}`
    },
    data: diagnostic.facts ?? { msg: message, code: diagnostic.code },
    thread: mainThread,
    atMs,
  }
}

/** Deprecations that dbt tells by name. */
const namedTags: ReadonlySet<string> = new Set([
  'ArgumentsPropertyInGenericTestDeprecation',
  'CustomKeyInConfigDeprecation',
  'CustomKeyInObjectDeprecation',
  'CustomOutputPathInSourceFreshnessDeprecation',
  'CustomTopLevelKeyDeprecation',
  'DuplicateYAMLKeysDeprecation',
  'MissingArgumentsPropertyInGenericTestDeprecation',
  'MissingPlusPrefixDeprecation',
  'PropertyMovedToConfigDeprecation',
  'UnexpectedJinjaBlockDeprecation',
  'WEOIncludeExcludeDeprecation',
])

/** Deprecations that dbt tells like any other warning. */
const plainNames: ReadonlySet<string> = new Set([
  'MFCumulativeTypeParamsDeprecation',
  'MFTimespineWithoutYamlConfigurationDeprecation',
  'MicrobatchMacroOutsideOfBatchesDeprecation',
  'PackageMaterializationOverrideDeprecation',
  'ResourceNamesWithSpacesDeprecation',
  'SourceFreshnessProjectHooksNotRun',
])

/** What dbt tells without marking it as a warning. */
const untaggedCodes: ReadonlySet<DiagnosticCode> = new Set([
  'graph/no-match',
  'project/macro-annotation',
  'project/metadata-freshness',
])

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
