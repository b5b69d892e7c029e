/**
 * Command line, environment and files -> Config: the first of the eight arrows. Reads the project file, profiles.yml,
 * .env, catalogs.yml, the packages folder and nothing else; writes nothing.
 *
 *   .env -> project file as written -> flags -> profile (names: var, env_var) -> project file rendered (names: target too)
 *        -> packages
 */
import type { Clock, IdSource } from '../base/clock.ts'
import { DiagnosticError, type Diagnostics } from '../base/diagnostic.ts'
import { parseYaml } from '../base/located-yaml.ts'
import { type YamlDocument, yamlEntry } from '../base/yaml-node.ts'
import { revealSecrets } from '../context/env-var.ts'
import { pythonValue } from '../context/python-yaml.ts'
import type { FileSystem } from '../storage/file-system.ts'
import { PyDict } from '../template/value.ts'
import { checkCatalogs } from './catalogs-file.ts'
import type { Config, Environment } from './config.ts'
import { type ConfigNamesInput, configNames, type RenderNative } from './config-names.ts'
import { withDotEnv } from './dot-env.ts'
import { withBothNames } from './engine-variables.ts'
import { findProject } from './find-project.ts'
import type { Flags } from './flags.ts'
import { installedPackages } from './installed-packages.ts'
import { loadProfile, profilesFolder, readProfiles } from './load-profile.ts'
import { type PackageRequests, readPackageRequests } from './package-specs.ts'
import { parseProjectFile } from './parse-project-file.ts'
import type { ProjectFile } from './project-file.ts'
import { type RawProjectFile, rawText, readProjectFile } from './raw-project-file.ts'
import type { GivenFlag } from './read-flag.ts'
import { renderYaml, type YamlRendering } from './render-yaml.ts'
import { checkRequiredVersion } from './require-version.ts'
import { resolveFlags, writtenWarnErrorOptions } from './resolve-flags.ts'
import { rootedFiles } from './rooted-files.ts'
import { UnsetTarget } from './unset-target.ts'
import { tellUsage } from './usage-warnings.ts'
import { tellWrittenKeys } from './written-keys.ts'
import { yamlValue } from './yaml-value.ts'

export interface LaunchRequest {
  /** dbt's name of the command: `run`, `freshness`, `generate`. */
  readonly which: string
  readonly invocationCommand: string
  /** Flags that stood on the command line, by field name of `Flags`; not yet looked into. */
  readonly given: Readonly<Record<string, GivenFlag>>
  /** The words of the command line. */
  readonly words?: readonly string[]
  /** Of the process. */
  readonly environment: Environment
  /** Rooted in the working directory. */
  readonly files: FileSystem
  /** The user's home folder: the last place where profiles.yml is looked for. */
  readonly home: string
  readonly clock: Clock
  readonly ids: IdSource
  readonly renderNative: RenderNative
}

/** What commands need that run without a profile: `deps`, `clean`. */
export interface BareConfig {
  readonly projectFolder: string
  readonly files: FileSystem
  readonly projectFile: ProjectFile
  readonly requests: PackageRequests
  readonly cliVars: PyDict
  readonly flags: Flags
  readonly environment: Environment
  readonly clock: Clock
  readonly ids: IdSource
  readonly invocationId: string
  readonly startedAtMs: number
  /** For package files: secrets are allowed in them. */
  readonly packageRendering: YamlRendering
}

/** The first half, common to both kinds: the project file as written, the flags, the names. */
interface Launch {
  readonly request: LaunchRequest
  readonly files: FileSystem
  readonly environment: Environment
  readonly raw: RawProjectFile
  readonly flags: Flags
  readonly invocationId: string
  readonly startedAtMs: number
}

/** `undefined` when a diagnostic says why. Warnings may be there with a Config, too. */
export function loadConfig(request: LaunchRequest, diagnostics: Diagnostics): Config | undefined {
  return absorbing(diagnostics, () => {
    const launch = begin(request, diagnostics)
    if (!launch) return undefined
    const target = loadTarget(launch, diagnostics)
    if (!target) return undefined
    const rendering = namesRendering(launch, { secrets: 'refused', target: target.context })
    const bare = finishProject(launch, rendering, diagnostics)
    if (!bare || diagnostics.hasErrors) return undefined
    const ofCatalogs = namesRendering(launch, { secrets: 'placeholder' })
    checkCatalogs(bare.files, request.which, bare.projectFile.name, ofCatalogs)
    // Packages are rendered without the variables of the command line.
    const ofPackages = namesRendering(launch, { secrets: 'refused', target: target.context, cliVars: new PyDict() })
    const packages = installedPackages(bare.files, bare.projectFile, bare.requests, ofPackages, diagnostics)
    for (const one of packages) checkRequiredVersion(one.projectFile, launch.flags.versionCheck, diagnostics)
    if (diagnostics.hasErrors) return undefined
    const { requests: _, packageRendering: __, ...common } = bare
    return { ...common, target, packages }
  })
}

/** Like `loadConfig`, but without profile and packages: names in the project file that need a target are empty. */
export function loadBareConfig(request: LaunchRequest, diagnostics: Diagnostics): BareConfig | undefined {
  return absorbing(diagnostics, () => {
    const launch = begin(request, diagnostics)
    if (!launch) return undefined
    tellWrittenKeys(launch.raw, diagnostics)
    const rendering = namesRendering(launch, { secrets: 'refused', target: new UnsetTarget(), varsOptional: true })
    const bare = finishProject(launch, rendering, diagnostics)
    return diagnostics.hasErrors ? undefined : bare
  })
}

function absorbing<T>(diagnostics: Diagnostics, load: () => T | undefined): T | undefined {
  try {
    return load()
  } catch (error) {
    diagnostics.absorb(error)
    return undefined
  }
}

function begin(request: LaunchRequest, diagnostics: Diagnostics): Launch | undefined {
  const environment = withBothNames(withDotEnv(request.environment, request.files, request.files.root))
  const startedAtMs = request.clock.now()
  const early = resolveFlags(flagSources(request, environment, startedAtMs, undefined, new PyDict()))
  const found = findProject(request.files, early.projectDir)
  const raw = readProjectFile(
    { path: fileName(found.path), text: found.text },
    found.folder,
    found.flavour,
    diagnostics,
  )
  if (!raw) return undefined
  const written = writtenFlags(request, early, raw)
  const sources = flagSources(request, environment, startedAtMs, raw, written.flags)
  const flags = flagsOf(sources, diagnostics)
  tellUsage(
    {
      words: request.words ?? [],
      environment: request.environment,
      flagsInProfiles: written.inProfiles,
      warnErrorOptions: writtenWarnErrorOptions(sources),
    },
    diagnostics,
  )
  return {
    request,
    files: rootedFiles(request.files, found.folder),
    environment,
    raw,
    flags,
    invocationId: request.ids(),
    startedAtMs,
  }
}

/** A value of the wrong type leaves out all that the project file says, as in dbt. */
function flagsOf(sources: Parameters<typeof resolveFlags>[0], diagnostics: Diagnostics): Flags {
  try {
    return resolveFlags(sources)
  } catch (error) {
    if (!(error instanceof DiagnosticError) || error.diagnostic.code !== 'config/ignored-flags') throw error
    diagnostics.add({ ...error.diagnostic, severity: 'warning' })
    return resolveFlags({ ...sources, project: new PyDict() })
  }
}

function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function flagSources(
  request: LaunchRequest,
  environment: Environment,
  nowMs: number,
  raw: RawProjectFile | undefined,
  project: PyDict,
): Parameters<typeof resolveFlags>[0] {
  const { which, invocationCommand, given } = request
  const paths = { target: raw ? rawText(raw, 'target-path') : null, log: raw ? rawText(raw, 'log-path') : null }
  return { which, invocationCommand, given, environment, outside: request.environment, project, paths, nowMs }
}

/** `flags:` of the project file, or `config:` of profiles.yml, where dbt had them before. */
function writtenFlags(
  request: LaunchRequest,
  early: Flags,
  raw: RawProjectFile,
): { readonly flags: PyDict; readonly inProfiles: boolean } {
  const own = raw.values.get('flags')
  const folder = profilesFolder(early.profilesDir, request.files, request.home, raw.folder)
  const old = oldFlags(request.files, folder)
  if (own instanceof PyDict && own.size > 0 && old.size > 0) {
    throw new DiagnosticError({
      code: 'config/flag-conflict',
      kind: 'Runtime',
      message: `Do not specify both 'config' in profiles.yml and 'flags' in ${raw.file.path}. Using 'config' in profiles.yml is deprecated.`,
    })
  }
  if (own instanceof PyDict && own.size > 0) return { flags: own, inProfiles: false }
  return { flags: old, inProfiles: old.size > 0 }
}

/** Faults of profiles.yml are told when it is read for its profiles. */
function oldFlags(files: FileSystem, folder: string): PyDict {
  let document: YamlDocument | undefined
  try {
    document = readProfiles(files, folder)
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error
  }
  const node = yamlEntry(document?.root, 'config')?.value
  const value = node && yamlValue(node)
  return value instanceof PyDict ? value : new PyDict()
}

function namesRendering(
  launch: Launch,
  names: Pick<ConfigNamesInput, 'secrets' | 'target' | 'varsOptional'> & { readonly cliVars?: PyDict },
): YamlRendering {
  const { request, environment, invocationId, startedAtMs, flags } = launch
  const { clock, renderNative } = request
  const scope = configNames({
    cliVars: flags.vars,
    flags,
    environment,
    clock,
    invocationId,
    startedAtMs,
    renderNative,
    ...names,
  })
  const finish = (text: string): string => revealSecrets(text, environment)
  return { scope, renderNative, ...(names.secrets === 'placeholder' && { finish }) }
}

function loadTarget(launch: Launch, diagnostics: Diagnostics): Config['target'] | undefined {
  const { request, raw, flags, environment } = launch
  const { scope, renderNative } = namesRendering(launch, { secrets: 'placeholder' })
  const written = yamlEntry(raw.document.root, 'profile')?.value
  const named = written && renderYaml(raw.document, written, { scope, renderNative })
  const { files, home } = request
  return loadProfile(
    {
      files,
      folder: profilesFolder(flags.profilesDir, files, home, raw.folder),
      profileName: flags.profile ?? (typeof named === 'string' ? named : null),
      targetName: flags.target,
      threads: flags.threads,
      scope,
      renderNative,
      environment,
    },
    diagnostics,
  )
}

function finishProject(launch: Launch, rendering: YamlRendering, diagnostics: Diagnostics): BareConfig | undefined {
  const { request, raw, flags, environment, files, invocationId, startedAtMs } = launch
  const parsed = parseProjectFile(raw, rendering, diagnostics)
  if (!parsed) return undefined
  const projectFile = withVarsFile(parsed, files, diagnostics)
  checkRequiredVersion(projectFile, flags.versionCheck, diagnostics)
  const packageRendering = namesRendering(launch, { secrets: 'placeholder' })
  const requests = readPackageRequests(files, raw.folder, packageRendering, diagnostics)
  if (requests.projects.length > 0) reportProjects(requests, diagnostics)
  return {
    projectFolder: files.root,
    files,
    projectFile,
    requests,
    cliVars: flags.vars,
    flags: withRenderedPaths(flags, raw, projectFile),
    environment,
    clock: request.clock,
    ids: request.ids,
    invocationId,
    startedAtMs,
    packageRendering,
  }
}

/** Paths that the flags took from the project file before it could be rendered. */
function withRenderedPaths(flags: Flags, raw: RawProjectFile, { targetPath, logPath }: ProjectFile): Flags {
  return {
    ...flags,
    ...(flags.targetPath === rawText(raw, 'target-path') && { targetPath }),
    ...(flags.logPath === rawText(raw, 'log-path') && { logPath }),
  }
}

function reportProjects(requests: PackageRequests, diagnostics: Diagnostics): void {
  const names = requests.projects.map(one => `"${one}"`).join(', ')
  diagnostics.add({
    code: 'config/bad-packages',
    severity: 'warning',
    kind: 'Dependency',
    message: `The projects ${names} of dependencies.yml are references to a service and are left out`,
    hint: 'list them under "packages" to use their models',
  })
}

/** `vars.yml` beside the project file may hold the variables instead of it. */
function withVarsFile(project: ProjectFile, files: FileSystem, diagnostics: Diagnostics): ProjectFile {
  const text = files.read('vars.yml')
  if (text === undefined) return project
  const document = parseYaml({ path: 'vars.yml', text: text.trimEnd() })
  const node = yamlEntry(document.root, 'vars')?.value
  const vars = node && pythonValue(node)
  if (!(vars instanceof PyDict)) return project
  if (project.vars.size === 0) return { ...project, vars }
  diagnostics.add({
    code: 'config/bad-vars',
    kind: 'Runtime',
    message: `Variables are defined both in vars.yml and in ${project.file.path}`,
    hint: 'keep them in one of the two files',
  })
  return project
}
