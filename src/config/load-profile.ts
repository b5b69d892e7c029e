/** profiles.yml -> the target of the run. Only the chosen target is rendered: faults in others do not matter. */
import { posix } from 'node:path'
import { DiagnosticError, type Diagnostics } from '../base/diagnostic.ts'
import { parseYaml } from '../base/located-yaml.ts'
import { nearName } from '../base/near-name.ts'
import type { Place } from '../base/source-file.ts'
import { keyText, type YamlDocument, type YamlEntry, type YamlNode, yamlEntry, yamlPlace } from '../base/yaml-node.ts'
import { revealSecrets } from '../context/env-var.ts'
import type { FileSystem } from '../storage/file-system.ts'
import { readText } from '../storage/read-text.ts'
import type { Scope } from '../template/scope.ts'
import { PyDict } from '../template/value.ts'
import type { RenderNative } from './config-names.ts'
import { duckdbTarget } from './duckdb-profile.ts'
import { FieldReader } from './field-reader.ts'
import { renderYaml, type YamlRendering } from './render-yaml.ts'
import type { Target } from './target.ts'

export interface ProfileRequest {
  readonly files: FileSystem
  /** Absolute. */
  readonly folder: string
  /** `--profile`, or the rendered `profile` of the project file. */
  readonly profileName: string | null
  /** `--target`. */
  readonly targetName: string | null
  /** `--threads`. */
  readonly threads: number | null
  readonly scope: Scope
  readonly renderNative: RenderNative
  readonly environment: Readonly<Record<string, string>>
}

/** dbt's order: `--profiles-dir` or `DBT_PROFILES_DIR`, the working directory, then `~/.dbt`. */
export function profilesFolder(given: string | null, files: FileSystem, home: string, projectFolder: string): string {
  if (given !== null) return posix.resolve(files.root, given.replace(/^~(?=\/|$)/, home))
  for (const folder of [files.root, projectFolder]) if (files.exists(posix.join(folder, 'profiles.yml'))) return folder
  return posix.join(home, '.dbt')
}

/** The document of profiles.yml; `undefined` when there is none. @throws DiagnosticError `base/yaml-syntax` */
export function readProfiles(files: FileSystem, folder: string): YamlDocument | undefined {
  const path = posix.join(folder, 'profiles.yml')
  const text = readText(files, path)
  if (text === undefined) return undefined
  const shown = path.startsWith(`${files.root}/`) ? path.slice(files.root.length + 1) : path
  const document = parseYaml({ path: shown, text })
  if (document.root.kind === 'map' && document.root.entries.length > 0) return document
  throw new DiagnosticError({
    code: 'config/bad-profile',
    kind: 'Runtime',
    message: `The profiles.yml file at ${path} is empty`,
  })
}

/** `undefined` when a diagnostic says why there is no target. @throws DiagnosticError when a template in it fails */
export function loadProfile(request: ProfileRequest, diagnostics: Diagnostics): Target | undefined {
  const { profileName, folder } = request
  if (profileName === null) {
    diagnostics.add({
      code: 'config/profile-not-found',
      kind: 'Runtime',
      message: 'No profile was specified for this project',
      hint: `add a line "profile: NAME" to the project file; profiles are defined in ${folder}/profiles.yml`,
    })
    return undefined
  }
  const document = readProfiles(request.files, folder)
  const profile = yamlEntry(document?.root, profileName)
  if (!document || !profile) {
    reportMissingProfile(request, document, diagnostics)
    return undefined
  }
  if (profile.value.kind !== 'map' || profile.value.entries.length === 0) {
    const message = `Profile ${profileName} in profiles.yml is empty`
    diagnostics.add({ code: 'config/bad-profile', kind: 'Runtime', message, at: yamlPlace(document, profile.key) })
    return undefined
  }
  return targetOf(request, document, profile, diagnostics)
}

function reportMissingProfile(
  request: ProfileRequest,
  document: YamlDocument | undefined,
  diagnostics: Diagnostics,
): void {
  const names = document?.root.kind === 'map' ? document.root.entries.map(entry => keyText(entry.key)) : []
  const near = nearName(request.profileName ?? '', names)
  const path = posix.join(request.folder, 'profiles.yml')
  const found = document ? `${path} has ${names.map(name => `"${name}"`).join(', ')}` : `there is no file ${path}`
  diagnostics.add({
    code: 'config/profile-not-found',
    kind: 'Runtime',
    message: `Could not find profile named '${request.profileName}'`,
    hint: near === undefined ? found : `did you mean "${near}"`,
  })
}

function targetOf(
  request: ProfileRequest,
  document: YamlDocument,
  profile: YamlEntry,
  diagnostics: Diagnostics,
): Target | undefined {
  const profileName = request.profileName ?? ''
  const bad = (message: string, at: Place, hint?: string): undefined => {
    const code = message.includes('does not have a target') ? 'config/target-not-found' : 'config/bad-profile'
    diagnostics.add({ code, kind: 'Runtime', message, at, ...(hint !== undefined && { hint }) })
    return undefined
  }
  const targetName = request.targetName ?? writtenTarget(request, document, profile.value) ?? 'default'
  const outputs = yamlEntry(profile.value, 'outputs')?.value
  const profilePlace = yamlPlace(document, profile.key)
  if (!outputs) return bad(`outputs not specified in profile '${profileName}'`, profilePlace)
  const names = outputs.kind === 'map' ? outputs.entries.map(entry => keyText(entry.key)) : []
  const output = yamlEntry(outputs, targetName)
  if (!output) {
    const near = nearName(targetName, names)
    const list = `The valid target names for this profile are:\n${names.map(name => ` - ${name}`).join('\n')}`
    return bad(
      `The profile '${profileName}' does not have a target named '${targetName}'. ${list}`,
      profilePlace,
      near === undefined ? undefined : `did you mean "${near}"`,
    )
  }
  const at = yamlPlace(document, output.key)
  if (output.value.kind !== 'map') {
    return bad(`output '${targetName}' of profile '${profileName}' is misconfigured in profiles.yml`, at)
  }
  const values = renderYaml(document, output.value, profileRendering(request))
  if (!(values instanceof PyDict)) return undefined
  const type = values.get('type') ?? null
  if (type === null) {
    return bad(`required field "type" not found in profile ${profileName} and target ${targetName}`, at)
  }
  if (type !== 'duckdb') {
    return bad(
      `Credentials in profile "${profileName}", target "${targetName}" invalid: the type is "${String(type)}", and only "duckdb" can be run`,
      at,
    )
  }
  const owner = `target "${targetName}" of profile "${profileName}"`
  const fields = new FieldReader({
    document,
    node: output.value,
    values,
    diagnostics,
    owner,
    code: 'config/bad-profile',
  })
  return duckdbTarget(fields, { profileName, targetName, threads: request.threads ?? threadsOf(fields) })
}

function profileRendering(request: ProfileRequest): YamlRendering {
  return {
    scope: request.scope,
    renderNative: request.renderNative,
    finish: text => revealSecrets(text, request.environment),
    lenient: path => path.includes('password'),
  }
}

function writtenTarget(request: ProfileRequest, document: YamlDocument, profile: YamlNode): string | undefined {
  const node = yamlEntry(profile, 'target')?.value
  if (!node) return undefined
  const value = renderYaml(document, node, profileRendering(request))
  return value === null ? undefined : String(value)
}

/** The environment gives text, so digits are taken for a number. */
function threadsOf(fields: FieldReader): number {
  const value = fields.values.get('threads') ?? null
  if (value === null) return 1
  const threads = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  if (typeof threads === 'number' && Number.isInteger(threads)) return Math.max(threads, 1)
  fields.wrong('threads', 'a whole number', value)
  return 1
}
