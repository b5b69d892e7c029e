/** `flags` in templates: every flag and behaviour flag by dbt's name in capitals. */
import { PyDict, type Value } from '../template/value.ts'
import { type BehaviourFlags, snakeCase } from './behaviour-flags.ts'
import type { Flags } from './flags.ts'

/** Times are `null` here: only our own code reads them. */
export function templateFlags(flags: Flags, behaviour: Partial<BehaviourFlags>): Record<string, Value> {
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

/** The flags that dbt shows as `flags.X`, others are undefined there. */
const shownNames = [
  ...['USE_EXPERIMENTAL_PARSER', 'STATIC_PARSER', 'WARN_ERROR', 'WARN_ERROR_OPTIONS', 'WRITE_JSON', 'PARTIAL_PARSE'],
  ...['USE_COLORS', 'PROFILES_DIR', 'DEBUG', 'LOG_FORMAT', 'VERSION_CHECK', 'FAIL_FAST', 'SEND_ANONYMOUS_USAGE_STATS'],
  ...['PRINTER_WIDTH', 'INDIRECT_SELECTION', 'LOG_CACHE_EVENTS', 'QUIET', 'NO_PRINT', 'CACHE_SELECTED_ONLY'],
  ...[
    'INTROSPECT',
    'TARGET_PATH',
    'LOG_PATH',
    'INVOCATION_COMMAND',
    'EMPTY',
    'FULL_REFRESH',
    'STORE_FAILURES',
    'WHICH',
  ],
]

export function shownFlags(flags: Readonly<Record<string, Value>>): Record<string, Value> {
  const shown = Object.fromEntries(shownNames.map(name => [name, flags[name] ?? null] as const))
  return { ...shown, WARN_ERROR: shown.WARN_ERROR || null }
}
