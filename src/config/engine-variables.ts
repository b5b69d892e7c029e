/**
 * Environment variables that set flags: `DBT_X`, since dbt 1.11 also `DBT_ENGINE_X`, and some under names of earlier
 * versions. The prefix `DBT_ENGINE` is reserved for them.
 */
import { snakeCase } from './behaviour-flags.ts'
import type { Environment } from './config.ts'
import { type FlagName, flagNames, flagTable } from './flag-table.ts'

export const enginePrefix = 'DBT_ENGINE'

/** Variables of dbt's that set no flag. */
const others = [
  'ARTIFACT_STATE_PATH',
  'DEFER_TO_STATE',
  'DOWNLOAD_DIR',
  'FAVOR_STATE_MODE',
  'INVOCATION_ENV',
  'NO_PRINT',
  'PACKAGE_HUB_URL',
  'PP_FILE_DIFF_TEST',
  'PP_TEST',
  'RECORDED_FILE_PATH',
  'SQLPARSE',
  'TEST_STATE_MODIFIED',
]

/** Flags that have a variable of an earlier name; it counts before the newer one. */
const earlierNames: Readonly<Partial<Record<FlagName, string>>> = {
  defer: 'DEFER_TO_STATE',
  favorState: 'FAVOR_STATE_MODE',
  print: 'NO_PRINT',
  state: 'ARTIFACT_STATE_PATH',
}

const upper = (name: FlagName): string => snakeCase(name).toUpperCase()

/** The variables of a flag, the one that counts first at the beginning. */
export function variablesOf(name: FlagName): readonly string[] {
  const own = upper(name)
  const earlier = earlierNames[name]
  const old = earlier === undefined ? [] : [`${enginePrefix}_${earlier}`, `DBT_${earlier}`]
  return [`EIDER_${own}`, ...old, `${enginePrefix}_${own}`, `DBT_${own}`]
}

/** `DBT_NO_PRINT` says the opposite of its flag. */
export function isNegated(variable: string): boolean {
  return variable.endsWith('_NO_PRINT')
}

const known: readonly string[] = [...flagNames.filter(name => flagTable[name].environment).map(upper), ...others]

/** Each of the two names of a variable has the value of the other; where both are set, the newer one counts. */
export function withBothNames(environment: Environment): Environment {
  const both: Record<string, string> = { ...environment }
  for (const name of known) {
    const [newer, older] = [`${enginePrefix}_${name}`, `DBT_${name}`]
    const value = environment[newer] ?? environment[older]
    if (value === undefined) continue
    both[newer] = value
    both[older] = value
  }
  return both
}

/** Variables under an earlier name, and those that have the reserved prefix and no meaning. */
export function oldVariables(environment: Environment): {
  readonly renamed: readonly { readonly oldName: string; readonly newName: string }[]
  readonly reserved: readonly string[]
} {
  const renamed = Object.entries(earlierNames).flatMap(([flag, earlier]) => {
    const isSet = [`${enginePrefix}_${earlier}`, `DBT_${earlier}`].some(name => environment[name] !== undefined)
    return isSet ? [{ oldName: `DBT_${earlier}`, newName: `${enginePrefix}_${upper(flag as FlagName)}` }] : []
  })
  const reserved = Object.keys(environment).filter(
    name => name.startsWith(enginePrefix) && !known.includes(name.slice(enginePrefix.length + 1)),
  )
  return { renamed, reserved }
}
