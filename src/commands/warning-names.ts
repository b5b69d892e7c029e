/** dbt's names of the events that our warnings stand for: what `warn_error_options` lists, and `info.name` of the log. */
import type { DiagnosticCode } from '../base/codes.ts'

interface WarningEvent {
  readonly name: string
  readonly code: string
}

const events: Readonly<Partial<Record<DiagnosticCode, WarningEvent>>> = {
  'commands/freshness-output': { name: 'CustomOutputPathInSourceFreshnessDeprecation', code: 'D029' },
  'commands/old-packages-folder': { name: 'PackageInstallPathDeprecation', code: 'D002' },
  'commands/freshness-hooks': { name: 'SourceFreshnessProjectHooksNotRun', code: 'D017' },
  'config/custom-config': { name: 'CustomKeyInConfigDeprecation', code: 'D026' },
  'config/duplicate-key': { name: 'DuplicateYAMLKeysDeprecation', code: 'D024' },
  'config/include-exclude': { name: 'WEOIncludeExcludeDeprecation', code: 'D031' },
  'config/flags-in-profiles': { name: 'ProjectFlagsMovedDeprecation', code: 'D013' },
  'config/missing-plus': { name: 'MissingPlusPrefixDeprecation', code: 'D037' },
  'config/models-option': { name: 'ModelParamUsageDeprecation', code: 'D032' },
  'config/old-data-paths': { name: 'ConfigDataPathDeprecation', code: 'D004' },
  'config/old-log-path': { name: 'ConfigLogPathDeprecation', code: 'D010' },
  'config/old-source-paths': { name: 'ConfigSourcePathDeprecation', code: 'D003' },
  'config/old-target-path': { name: 'ConfigTargetPathDeprecation', code: 'D011' },
  'config/redirected-package': { name: 'PackageRedirectDeprecation', code: 'D001' },
  'config/renamed-variable': { name: 'EnvironmentVariableRenamed', code: 'D009' },
  'config/reserved-variable': { name: 'EnvironmentVariableNamespaceDeprecation', code: 'D036' },
  'config/undeclared-key': { name: 'CustomTopLevelKeyDeprecation', code: 'D025' },
  'config/unknown-key': { name: 'CustomTopLevelKeyDeprecation', code: 'D025' },
  'execution/catalog-macro': { name: 'CatalogGenerationError', code: 'E040' },
  'graph/contract-broken': { name: 'UnversionedBreakingChange', code: 'I071' },
  'graph/cumulative-params': { name: 'MFCumulativeTypeParamsDeprecation', code: 'D019' },
  'graph/custom-microbatch': { name: 'MicrobatchMacroOutsideOfBatchesDeprecation', code: 'D020' },
  'graph/deprecated-model': { name: 'DeprecatedModel', code: 'I065' },
  'graph/deprecated-reference': { name: 'DeprecatedReference', code: 'I067' },
  'graph/large-seed': { name: 'SeedExceedsLimitSamePath', code: 'I053' },
  'graph/legacy-time-spine': { name: 'MFTimespineWithoutYamlConfigurationDeprecation', code: 'D018' },
  'graph/no-match': { name: 'NoNodesForSelectionCriteria', code: 'M030' },
  'graph/package-materialization': { name: 'PackageMaterializationOverrideDeprecation', code: 'D016' },
  'graph/package-uses-root': { name: 'PackageNodeDependsOnRootProjectNode', code: 'I077' },
  'graph/ref-disabled': { name: 'NodeNotFoundOrDisabled', code: 'I060' },
  'graph/ref-not-found': { name: 'NodeNotFoundOrDisabled', code: 'I060' },
  'graph/semantic-issue': { name: 'SemanticValidationFailure', code: 'I070' },
  'graph/source-not-found': { name: 'NodeNotFoundOrDisabled', code: 'I060' },
  'graph/time-spine-advice': { name: 'SemanticValidationFailure', code: 'I070' },
  'graph/unfiltered-microbatch': { name: 'MicrobatchModelNoEventTimeInputs', code: 'I074' },
  'graph/upcoming-deprecation': { name: 'UpcomingReferenceDeprecation', code: 'I066' },
  'project/arguments-property': { name: 'ArgumentsPropertyInGenericTestDeprecation', code: 'D038' },
  'project/deprecated-arguments': { name: 'MissingArgumentsPropertyInGenericTestDeprecation', code: 'D039' },
  'project/exposure-name': { name: 'ExposureNameDeprecation', code: 'D007' },
  'project/macro-annotation': { name: 'InvalidMacroAnnotation', code: 'I076' },
  'project/metadata-freshness': { name: 'FreshnessConfigProblem', code: 'I073' },
  'project/name-with-space': { name: 'SpacesInResourceNameDeprecation', code: 'D014' },
  'project/patch-without-node': { name: 'NoNodeForYamlKey', code: 'I058' },
  'project/property-moved': { name: 'PropertyMovedToConfigDeprecation', code: 'D030' },
  'project/same-name': { name: 'DuplicateNameDistinctNodeTypesDeprecation', code: 'D040' },
  'project/spaced-names': { name: 'ResourceNamesWithSpacesDeprecation', code: 'D015' },
  'project/unexpected-block': { name: 'UnexpectedJinjaBlockDeprecation', code: 'D023' },
  'project/unknown-key': { name: 'CustomKeyInObjectDeprecation', code: 'D027' },
  'project/unsupported-constraint': { name: 'UnsupportedConstraintMaterialization', code: 'I068' },
  'project/unused-config': { name: 'UnusedResourceConfigPath', code: 'I051' },
  'project/unused-override': { name: 'UnusedTables', code: 'I056' },
  'project/wrong-section': { name: 'WrongResourceSchemaFile', code: 'I057' },
}

export function warningEvent(code: DiagnosticCode): WarningEvent {
  return events[code] ?? { name: 'Note', code: 'Z050' }
}

/** One of many: only the first of a kind is told, and all are counted. */
export function isDeprecation({ code }: WarningEvent): boolean {
  return code.startsWith('D') && code !== 'D014'
}

/**
 * What dbt tells without asking whether warnings are errors, and what it does not tell at all on DuckDB; unless the
 * project sets `require_all_warnings_handled_by_warn_error`.
 */
const plainCodes: ReadonlySet<DiagnosticCode> = new Set([
  'config/unknown-key',
  'graph/semantic-issue',
  'graph/time-spine-advice',
  'graph/unfiltered-microbatch',
  'project/metadata-freshness',
  'project/name-with-space',
  'project/unknown-key',
])

export function isPlainWarning(code: DiagnosticCode): boolean {
  return plainCodes.has(code) || events[code] === undefined
}
