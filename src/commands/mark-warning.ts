/** The text of a warning as dbt marks it: `[WARNING]: …`, and that something is deprecated. */
import type { DiagnosticCode } from '../base/codes.ts'
import type { Diagnostic } from '../base/diagnostic.ts'
import { deprecationText, eventText } from '../config/event-text.ts'
import { isDeprecation, warningEvent } from './warning-names.ts'

/** @param width of the lines of long texts @param paint for the word in the brackets */
export function warningText(diagnostic: Diagnostic, width: number, paint = (word: string): string => word): string {
  const { message } = diagnostic
  if (isBare(diagnostic) || breaksRule(diagnostic)) return message
  const event = warningEvent(diagnostic.code)
  const tag = `[${paint('WARNING')}]${namedTags.has(event.name) ? `[${event.name}]` : ''}`
  const isMarked = isDeprecation(event) && !plainNames.has(event.name)
  return eventText(event, isMarked ? deprecationText(message, tag) : `${tag}: ${message}`, width)
}

/** What dbt tells without marking it as a warning. */
export function isBare({ code }: Diagnostic): boolean {
  return bareCodes.has(code)
}

/** A rule of the semantic layer that is broken stops the command: it is told like an error. */
export function breaksRule({ code }: Diagnostic): boolean {
  return code === 'graph/semantic-issue'
}

const bareCodes: ReadonlySet<DiagnosticCode> = new Set([
  'graph/no-match',
  'graph/time-spine-advice',
  'project/macro-annotation',
  'project/metadata-freshness',
])

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
