/** Scopes for the templates in configuration files: dbt's names, with `target` once there is one. */
import type { Clock } from '../base/clock.ts'
import { dbtVersion } from '../base/dbt-version.ts'
import { baseNames } from '../context/base-names.ts'
import { noEffects } from '../context/effects.ts'
import { FlagsValue } from '../context/flags-value.ts'
import { metadataEnvironment, type RunFacts } from '../context/run-facts.ts'
import type { VarLookup } from '../context/var-lookup.ts'
import type { Scope } from '../template/scope.ts'
import { PyDict, type Value } from '../template/value.ts'
import type { Flags } from './flags.ts'
import { shownFlags, templateFlags } from './template-flags.ts'

/** Renders a text natively: a template that is one expression gives that expression's value. */
export type RenderNative = (text: string, scope: Scope) => Value

export interface ConfigNamesInput {
  readonly environment: Readonly<Record<string, string>>
  readonly clock: Clock
  readonly invocationId: string
  readonly startedAtMs: number
  readonly cliVars: PyDict
  readonly flags?: Flags
  readonly renderNative: RenderNative
  /** Shown as `target`; absent in profiles and package files. */
  readonly target?: PyDict
  /** Profiles and package files may name secrets. */
  readonly secrets: 'refused' | 'placeholder'
  /** `deps` and `clean` do without: a missing variable is None. */
  readonly varsOptional?: boolean
}

export function configNames(input: ConfigNamesInput): Scope {
  const facts: RunFacts = {
    dbtVersion,
    invocationId: input.invocationId,
    runStartedAt: input.startedAtMs,
    environment: input.environment,
    clock: input.clock,
    effects: noEffects,
    threadId: () => 'MainThread',
    render: (text, scope) => input.renderNative(text, scope),
    flags: new FlagsValue(input.flags ? shownFlags(templateFlags(input.flags, {})) : {}),
    invocationArguments: new PyDict(),
    metadataEnvironment: PyDict.of(metadataEnvironment(input.environment)),
    ...(input.target && { target: input.target }),
  }
  return baseNames(facts, {
    vars: dictVars(input.cliVars),
    varsOptional: input.varsOptional ?? false,
    secrets: input.secrets,
  })
}

/** Variables of one dict. */
export function dictVars(vars: PyDict): VarLookup {
  return { get: name => vars.get(name), all: () => vars }
}
