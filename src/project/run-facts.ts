/** What every rendering of a run shares, taken from its configuration. Compiling and running use the same. */
import { dbtVersion } from '../base/dbt-version.ts'
import type { Config } from '../config/config.ts'
import { templateFlags } from '../config/template-flags.ts'
import { type ContextEffects, noEffects } from '../context/effects.ts'
import { FlagsValue } from '../context/flags-value.ts'
import { metadataEnvironment, type RunFacts } from '../context/run-facts.ts'
import { PyDict } from '../template/value.ts'

export interface RunFactsOptions {
  readonly render: RunFacts['render']
  readonly effects?: ContextEffects
  readonly threadId?: () => string
}

export function runFacts(config: Config, options: RunFactsOptions): RunFacts {
  const flags = templateFlags(config.flags, config.projectFile.behaviour)
  return {
    dbtVersion,
    invocationId: config.invocationId,
    runStartedAt: config.startedAtMs,
    environment: config.environment,
    clock: config.clock,
    effects: options.effects ?? noEffects,
    threadId: options.threadId ?? (() => 'MainThread'),
    render: options.render,
    flags: new FlagsValue(flags),
    invocationArguments: PyDict.of(Object.entries(flags).map(([name, value]) => [name.toLowerCase(), value] as const)),
    metadataEnvironment: PyDict.of(metadataEnvironment(config.environment)),
    target: config.target.context,
    projectName: config.projectFile.name,
  }
}
