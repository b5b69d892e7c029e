/** What every rendering of a run shares: who runs, with which target and flags, and where effects go. */
import type { Clock } from '../base/clock.ts'
import type { Scope } from '../template/scope.ts'
import type { PyDict, PyObject, Value } from '../template/value.ts'
import type { ContextEffects } from './effects.ts'

export interface RunFacts {
  /** What `dbt_version` says. */
  readonly dbtVersion: string
  readonly invocationId: string
  /** Milliseconds since 1970-01-01 UTC. */
  readonly runStartedAt: number
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  readonly effects: ContextEffects
  /** Name of the worker that is rendering: `MainThread`, `Thread-1 (worker)`. */
  threadId(): string
  /** Renders a text with the names of a scope; a text without marks comes back as it is. */
  render(text: string, scope: Scope): Value | Promise<Value>
  /** Attributes in capitals: `FULL_REFRESH`, `WHICH`. */
  readonly flags: PyObject
  readonly invocationArguments: PyDict
  /** `DBT_ENV_CUSTOM_ENV_*` without the prefix. */
  readonly metadataEnvironment: PyDict
  /** Shown as `target` and `env`; absent in profiles and package files. */
  readonly target?: PyDict
  readonly projectName?: string
}

/** The variables `DBT_ENV_CUSTOM_ENV_X`, by `X`. */
export function metadataEnvironment(environment: RunFacts['environment']): Record<string, string> {
  const found: Record<string, string> = {}
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && name.startsWith(customPrefix)) found[name.slice(customPrefix.length)] = value
  }
  return found
}

const customPrefix = 'DBT_ENV_CUSTOM_ENV_'
