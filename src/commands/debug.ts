/** `debug`: what is in use, whether it is valid, and whether the database opens. Success needs every check to pass. */
import { posix } from 'node:path'
import { adapterVersion, dbtVersion } from '../base/dbt-version.ts'
import { type Diagnostic, DiagnosticError, Diagnostics } from '../base/diagnostic.ts'
import type { Config } from '../config/config.ts'
import { findProject } from '../config/find-project.ts'
import type { Flags } from '../config/flags.ts'
import { loadConfig } from '../config/load-config.ts'
import { profilesFolder } from '../config/load-profile.ts'
import { resolveFlags } from '../config/resolve-flags.ts'
import { WarningPolicy } from '../config/warning-policy.ts'
import { str } from '../template/repr.ts'
import { PyDict, type Value } from '../template/value.ts'
import { CommandStopped } from './command-stopped.ts'
import { note } from './note.ts'
import { openDatabase } from './open-database.ts'
import type { Command, Session } from './session.ts'
import { tellProblems } from './tell-problems.ts'

/** What of a target is shown: never a secret. */
const shownKeys = [
  'database',
  'schema',
  'path',
  'config_options',
  'extensions',
  'settings',
  'external_root',
  'use_credential_provider',
  'attach',
  'filesystems',
  'remote',
  'plugins',
  'disable_transactions',
]

export const debug: Command = async session => {
  const { launch, outside } = session
  const { which, invocationCommand, given, environment, clock, files } = launch
  const paths = { target: null, log: null }
  const sources = { which, invocationCommand, given, environment, project: new PyDict(), paths, nowMs: clock.now() }
  const flags = resolveFlags(sources)
  const project = projectPath(session, flags.projectDir)
  const projectFolder = project === undefined ? files.root : posix.dirname(project)
  session.begin({ flags, environment, invocationId: launch.ids(), projectFolder })
  const folder = profilesFolder(flags.profilesDir, files, launch.home, projectFolder)
  // Told as it was given, like all places in dbt.
  const toldFolder = flags.profilesDir ?? folder
  const toldProfiles = posix.join(toldFolder, 'profiles.yml')
  if (flags.configDir) {
    tell(session, `To view your profiles.yml file, run:\nopen ${folder}`)
    return 'success'
  }
  tell(session, `dbt version: ${dbtVersion}`)
  tell(session, `node version: ${outside.runtime.version}`)
  tell(session, `node path: ${outside.runtime.path}`)
  tell(session, `os info: ${outside.system}`)
  tell(session, `Using profiles dir at ${toldFolder}`)
  tell(session, `Using profiles.yml file at ${toldProfiles}`)
  tell(session, `Using dbt_project.yml file at ${project ?? posix.join(projectFolder, 'dbt_project.yml')}`)
  const diagnostics = new Diagnostics()
  const config = loadConfig(launch, diagnostics)
  // As in dbt, a variable that is missing ends the command: nothing after it would mean anything.
  if (diagnostics.errors.some(one => one.code === 'context/var-missing')) throw new CommandStopped(diagnostics.errors)
  tellWarnings(session, config, flags, diagnostics)
  const checks = configurationChecks(
    diagnostics,
    files.exists(posix.join(folder, 'profiles.yml')) ? undefined : toldProfiles,
    project !== undefined,
  )
  if (!checks.profile.problem) {
    tell(session, 'adapter type: duckdb')
    tell(session, `adapter version: ${adapterVersion}`)
  }
  const problems = [checks.profile, checks.project].flatMap(one => one.problem ?? [])
  if (flags.connection) tell(session, 'Skipping steps before connection verification')
  else {
    tell(session, 'Configuration:')
    tell(session, `  profiles.yml file [${checks.profile.state}]`)
    tell(session, `  dbt_project.yml file [${checks.project.state}]`)
    await tellGit(session, problems)
  }
  if (config) await tellConnection(session, config, problems)
  else
    tell(
      session,
      `Connection test skipped since ${checks.profile.problem ? 'no profile' : 'no valid project'} was found`,
    )
  const count = `${problems.length} check${problems.length > 1 ? 's' : ''} failed:`
  tellResult(session, problems.length === 0 ? 'All checks passed!' : count)
  for (const problem of problems) tell(session, `${problem}\n`)
  return problems.length === 0 ? 'success' : 'failure'
}

interface Check {
  readonly state: string
  /** What is told at the end when it failed. */
  readonly problem?: string
}

const passed: Check = { state: 'OK found and valid' }

/** What became of profiles.yml and the project file, one problem each however many errors they have. */
function configurationChecks(
  { errors }: Diagnostics,
  missingProfiles: string | undefined,
  hasProject: boolean,
): { readonly profile: Check; readonly project: Check } {
  const isOfProfile = (one: Diagnostic): boolean => /profile|target/.test(one.code)
  const failed = (what: string, found: readonly Diagnostic[], state: string): Check => {
    const lines = found.flatMap(one => [...one.message.split('\n'), ...(one.hint ? [`  hint: ${one.hint}`] : [])])
    return {
      state,
      problem: [
        `${what} loading failed for the following reason:`,
        'Runtime Error',
        ...lines.map(line => `  ${line}`),
      ].join('\n'),
    }
  }
  const ofProfile = errors.filter(isOfProfile)
  const ofProject = errors.filter(one => !isOfProfile(one))
  const noFile = missingProfiles && `dbt looked for a profiles.yml file in ${missingProfiles}, but did\nnot find one.`
  return {
    profile: noFile
      ? { state: 'ERROR not found', problem: noFile }
      : ofProfile.length === 0
        ? passed
        : failed('Profile', ofProfile, 'ERROR invalid'),
    project:
      ofProject.length === 0 ? passed : failed('Project', ofProject, hasProject ? 'ERROR invalid' : 'ERROR not found'),
  }
}

/** Errors are told as checks that failed. @throws CommandStopped where warnings are errors */
function tellWarnings(session: Session, config: Config | undefined, flags: Flags, found: Diagnostics): void {
  const warnings = found.all.filter(one => one.severity === 'warning')
  const strict = config?.projectFile.behaviour.requireAllWarningsHandledByWarnError ?? false
  tellProblems(session, new WarningPolicy(config?.flags ?? flags, strict), warnings)
}

function tell(session: Session, message: string): void {
  note(session, 'DebugCmdOut', 'Z047', message)
}

function tellResult(session: Session, message: string): void {
  note(session, 'DebugCmdResult', 'Z048', message)
}

/** Absolute path of the project file; `undefined` when there is none. */
function projectPath(session: Session, projectDir: string | null): string | undefined {
  try {
    return findProject(session.launch.files, projectDir).path
  } catch (error) {
    if (error instanceof DiagnosticError) return undefined
    throw error
  }
}

async function tellGit(session: Session, problems: string[]): Promise<void> {
  tell(session, 'Required dependencies:')
  const { outside, launch } = session
  try {
    const { code } = await outside.run('git', ['--help'], launch.files.root)
    if (code !== 0) throw new Error(`git ended with ${code}`)
    tellResult(session, ' - git [OK found]\n')
  } catch (error) {
    tellResult(session, ' - git [ERROR]\n')
    problems.push(`git: ${error instanceof Error ? error.message : String(error)}`)
  }
}

async function tellConnection(session: Session, config: Config, problems: string[]): Promise<void> {
  tell(session, 'Connection:')
  for (const key of shownKeys) {
    const value = config.target.context.get(key)
    tell(session, `  ${key}: ${shown(value)}`)
  }
  const database = await openDatabase(session, config, { readOnlyIfLocked: true })
  try {
    const connection = await database.connect()
    await connection.execute('select 1')
    tell(session, '  Connection test: [OK connection ok]\n')
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error
    tell(session, '  Connection test: [ERROR]\n')
    problems.push(
      `dbt was unable to connect to the specified database.\nThe database returned the following error:\n\n  >${error.diagnostic.message}`,
    )
  } finally {
    await database.close()
  }
}

function shown(value: Value | undefined): string {
  return str(value ?? null)
}
