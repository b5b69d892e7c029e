/**
 * The names that every template sees, whatever is rendered: `var`, `env_var`, `modules`, `log`, `tojson` …
 * With a target and a project name they are dbt's context of properties files and of project files.
 */

import { truthy } from '../template/iteration.ts'
import { str } from '../template/repr.ts'
import type { Scope } from '../template/scope.ts'
import type { Value } from '../template/value.ts'
import { type EnvVarOptions, envVarFunction, maskPlaceholders } from './env-var.ts'
import { moduleDict } from './modules/module-dict.ts'
import { utcDateTime } from './modules/python-datetime.ts'
import { NameScope, type NameTable, ScopeDict } from './name-scope.ts'
import { plainFunctions } from './plain-functions.ts'
import { contextFunction } from './python-object.ts'
import type { RunFacts } from './run-facts.ts'
import { VarFunction } from './var-function.ts'
import type { VarLookup } from './var-lookup.ts'

/** What the names of one rendering are made from. */
export interface BaseState {
  readonly facts: RunFacts
  readonly vars: VarLookup
  /** A missing variable is None: while parsing. */
  readonly varsOptional: boolean
  /** False where a variable's text is taken as it stands: in properties files. */
  readonly varsRendered: boolean
  readonly secrets: EnvVarOptions['secrets']
  /** Whose names they are, for messages. */
  readonly owner: string
  /** The whole scope of the rendering: what `context` shows and variables are rendered with. */
  scope: Scope
  readonly envVarRead?: EnvVarOptions['read']
}

export interface BaseNamesOptions {
  readonly vars: VarLookup
  readonly varsRendered?: boolean
  /** A missing variable without a default is None. */
  readonly varsOptional?: boolean
  readonly secrets?: EnvVarOptions['secrets']
  readonly owner?: string
  readonly envVarRead?: EnvVarOptions['read']
  /** Names on top, such as `doc`. */
  readonly extra?: ReadonlyMap<string, Value>
}

/** The scope of project files, properties files, profiles and package files. */
export function baseNames(facts: RunFacts, options: BaseNamesOptions): Scope {
  const state: BaseState = {
    facts,
    vars: options.vars,
    varsOptional: options.varsOptional ?? false,
    varsRendered: options.varsRendered ?? true,
    secrets: options.secrets ?? 'refused',
    owner: options.owner ?? '<Configuration>',
    scope: { lookup: () => undefined },
    envVarRead: options.envVarRead,
  }
  const names = new NameScope(baseTable, state)
  const { extra } = options
  if (extra) {
    state.scope = {
      lookup: name => (extra.has(name) ? extra.get(name) : names.lookup(name)),
      names: () => [...extra.keys(), ...names.names()],
    }
  } else state.scope = names
  return state.scope
}

function logLine(state: BaseState, message: Value, info: boolean): string {
  state.facts.effects.log(maskPlaceholders(str(message)), info ? 'info' : 'debug')
  return ''
}

function printLine(state: BaseState, message: Value): string {
  if (state.facts.flags.attr('PRINT') !== false) state.facts.effects.print(str(message))
  return ''
}

/** Names that `builtins` shows, too. */
export const baseBuiltins: NameTable<BaseState> = {
  ...Object.fromEntries(Object.entries(plainFunctions).map(([name, value]) => [name, () => value])),
  dbt_version: ({ facts }) => facts.dbtVersion,
  invocation_id: ({ facts }) => facts.invocationId,
  run_started_at: ({ facts }) => utcDateTime(BigInt(Math.round(facts.runStartedAt * 1000))),
  thread_id: ({ facts }) => facts.threadId(),
  flags: ({ facts }) => facts.flags,
  modules: ({ facts }) => moduleDict(facts.clock, facts.effects),
  target: ({ facts }) => facts.target,
  project_name: ({ facts }) => facts.projectName,
  var: state =>
    new VarFunction({
      vars: state.vars,
      optional: state.varsOptional,
      owner: state.owner,
      render: state.varsRendered ? text => state.facts.render(text, state.scope) : undefined,
    }),
  env_var: ({ facts, secrets, envVarRead }) =>
    envVarFunction({ environment: facts.environment, secrets, read: envVarRead }),
  log: state =>
    contextFunction('log', ['msg', ['info', false]], ([message = null, info = false]) =>
      logLine(state, message, truthy(info)),
    ),
  print: state => contextFunction('print', ['msg'], ([message = null]) => printLine(state, message)),
}

export const baseTable: NameTable<BaseState> = {
  ...baseBuiltins,
  context: state => new ScopeDict(state.scope),
  builtins: state => new ScopeDict(new NameScope(baseBuiltins, state)),
}
