/** `flags` in templates: every flag and behaviour flag by dbt's name in capitals. */
import { PyDict, type Value } from '../template/value.ts'
import { type BehaviourFlags, snakeCase } from './behaviour-flags.ts'
import type { Flags } from './flags.ts'

/** Times are `null` here: only our own code reads them. */
export function templateFlags(flags: Flags, behaviour: BehaviourFlags): Record<string, Value> {
  const values: Record<string, Value> = {}
  for (const [name, value] of Object.entries({ ...flags, ...behaviour })) {
    values[snakeCase(name).toUpperCase()] = flagValue(value)
  }
  const { error, warn, silence } = flags.warnErrorOptions
  values.WARN_ERROR_OPTIONS = PyDict.of({
    error: typeof error === 'string' ? error : [...error],
    warn: [...warn],
    silence: [...silence],
  })
  return values
}

function flagValue(value: unknown): Value {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value
  if (value instanceof PyDict) return value
  return Array.isArray(value) ? value.map(String) : null
}
