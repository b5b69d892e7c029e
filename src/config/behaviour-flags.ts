/**
 * Switches of dbt's that change behaviour for a whole project: set under `flags:` in the project file, never on the
 * command line. Names are dbt's in camelCase; the defaults are those of dbt 1.11.
 */
import type { PyDict } from '../template/value.ts'

export interface BehaviourFlags {
  readonly requireBatchedExecutionForCustomMicrobatchStrategy: boolean
  readonly requireEventNamesInDeprecations: boolean
  readonly requireExplicitPackageOverridesForBuiltinMaterializations: boolean
  readonly requireResourceNamesWithoutSpaces: boolean
  readonly sourceFreshnessRunProjectHooks: boolean
  readonly skipNodesIfOnRunStartFails: boolean
  readonly stateModifiedCompareMoreUnrenderedValues: boolean
  readonly stateModifiedCompareVars: boolean
  readonly requireYamlConfigurationForMfTimeSpines: boolean
  readonly requireNestedCumulativeTypeParams: boolean
  readonly validateMacroArgs: boolean
  readonly requireAllWarningsHandledByWarnError: boolean
  readonly requireGenericTestArgumentsProperty: boolean
  readonly requireUniqueProjectResourceNames: boolean
  readonly requireRefSearchesNodePackageBeforeRoot: boolean
}

export const defaultBehaviourFlags: BehaviourFlags = {
  requireBatchedExecutionForCustomMicrobatchStrategy: false,
  requireEventNamesInDeprecations: false,
  requireExplicitPackageOverridesForBuiltinMaterializations: true,
  requireResourceNamesWithoutSpaces: true,
  sourceFreshnessRunProjectHooks: true,
  skipNodesIfOnRunStartFails: false,
  stateModifiedCompareMoreUnrenderedValues: false,
  stateModifiedCompareVars: false,
  requireYamlConfigurationForMfTimeSpines: false,
  requireNestedCumulativeTypeParams: false,
  validateMacroArgs: false,
  requireAllWarningsHandledByWarnError: false,
  requireGenericTestArgumentsProperty: true,
  requireUniqueProjectResourceNames: false,
  requireRefSearchesNodePackageBeforeRoot: false,
}

/** `requireX` -> `require_x`: the spelling in YAML and, in capitals, in templates. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
}

/** From `flags:` as written. A value of the wrong type leaves every flag at its default, as in dbt. */
export function readBehaviourFlags(flags: PyDict): BehaviourFlags {
  const set = Object.keys(defaultBehaviourFlags).flatMap(name => {
    const value = flags.get(snakeCase(name)) ?? null
    return typeof value === 'boolean' ? [[name, value] as const] : []
  })
  return { ...defaultBehaviourFlags, ...Object.fromEntries(set) }
}
