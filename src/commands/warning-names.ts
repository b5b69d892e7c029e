/** dbt's names of the events that our warnings stand for: what `warn_error_options` lists, and `info.name` of the log. */
import type { DiagnosticCode } from '../base/codes.ts'

interface WarningEvent {
  readonly name: string
  readonly code: string
}

const events: Readonly<Partial<Record<DiagnosticCode, WarningEvent>>> = {
  'config/duplicate-key': { name: 'DuplicateYAMLKeysDeprecation', code: 'D024' },
  'config/unknown-key': { name: 'CustomTopLevelKeyDeprecation', code: 'D025' },
  'graph/contract-broken': { name: 'UnversionedBreakingChange', code: 'I071' },
  'graph/large-seed': { name: 'SeedExceedsLimitSamePath', code: 'I053' },
  'graph/no-match': { name: 'NoNodesForSelectionCriteria', code: 'M030' },
  'graph/package-uses-root': { name: 'PackageNodeDependsOnRootProjectNode', code: 'I077' },
  'graph/ref-disabled': { name: 'NodeNotFoundOrDisabled', code: 'I060' },
  'graph/semantic-issue': { name: 'SemanticValidationFailure', code: 'I070' },
  'project/deprecated-arguments': { name: 'MissingArgumentsPropertyInGenericTestDeprecation', code: 'D039' },
  'project/patch-without-node': { name: 'NoNodeForYamlKey', code: 'I058' },
  'project/unknown-key': { name: 'CustomKeyInObjectDeprecation', code: 'D027' },
  'project/unused-config': { name: 'UnusedResourceConfigPath', code: 'I051' },
  'project/unused-override': { name: 'UnusedTables', code: 'I056' },
  'project/wrong-section': { name: 'WrongResourceSchemaFile', code: 'I057' },
}

export function warningEvent(code: DiagnosticCode): WarningEvent {
  return events[code] ?? { name: 'Note', code: 'Z050' }
}
