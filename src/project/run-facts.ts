/** What every rendering of a run shares, taken from its configuration. Compiling and running use the same. */
import { dbtVersion } from '../base/dbt-version.ts'
import type { Config } from '../config/config.ts'
import { shownFlags, templateFlags } from '../config/template-flags.ts'
import { type ContextEffects, noEffects } from '../context/effects.ts'
import { FlagsValue } from '../context/flags-value.ts'
import { metadataEnvironment, type RunFacts } from '../context/run-facts.ts'
import { PyDict, PyTuple, type Value } from '../template/value.ts'

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
    flags: new FlagsValue(shownFlags(flags)),
    invocationArguments: invocationArguments(flags, config),
    metadataEnvironment: PyDict.of(metadataEnvironment(config.environment)),
    target: config.target.context,
    projectName: config.projectFile.name,
  }
}

/** Left out of `invocation_args_dict` when they are false. */
const silentWhenFalse = new Set([
  ...['debug', 'full_refresh', 'fail_fast', 'warn_error', 'single_threaded', 'log_cache_events', 'store_failures'],
  ...['use_experimental_parser', 'lock', 'upgrade', 'dry_run', 'show', 'export_saved_queries', 'static'],
  ...['empty_catalog', 'skip_profile_setup', 'config_dir', 'connection'],
])

/** Options with a default that only the commands that have them show. */
const ofOneCommand: Readonly<Record<string, readonly string[]>> = {
  args: ['run-operation'],
  macro: ['run-operation'],
  browser: ['docs serve'],
  host: ['docs serve'],
  port: ['docs serve'],
  build_missing: ['clone'],
  clean_project_files_only: ['clean'],
  compile: ['docs generate'],
  source: ['deps'],
  limit: ['show'],
  include_saved_query: ['build', 'list'],
  inject_ephemeral_ctes: ['compile', 'show'],
  output_keys: ['list'],
  resource_types: ['build', 'list', 'test', 'clone'],
  exclude_resource_types: ['build', 'list', 'test', 'clone'],
  target_path: [],
  require_event_names_in_deprecations: [],
}

function invocationArguments(flags: Readonly<Record<string, Value>>, { projectFolder }: Config): PyDict {
  const shown = new PyDict()
  for (const [upper, value] of Object.entries(flags).sort()) {
    const name = upper.toLowerCase()
    if (value === null || (value === false && silentWhenFalse.has(name))) continue
    if (ofOneCommand[name]?.includes(String(flags.WHICH)) === false) continue
    shown.set(name, Array.isArray(value) ? new PyTuple(value) : value)
  }
  return shown.set('project_dir', projectFolder)
}
