/** Artifacts of earlier runs, read for `--state`, `--defer` and `retry`; whatever version of dbt wrote them. */
import { posix } from 'node:path'
import { DiagnosticError } from '../base/diagnostic.ts'
import type { Config } from '../config/config.ts'
import {
  freshnessOf,
  isObject,
  type JsonObject,
  objectIn,
  type PreviousState,
  resultsOf,
} from '../graph/previous-state.ts'
import { upgradeManifest } from '../graph/upgrade-manifest.ts'
import type { FileSystem } from '../storage/file-system.ts'
import type { Session } from './session.ts'

/** `undefined` when there is no such file. @throws DiagnosticError `commands/state-missing` when it is no JSON object */
export function readArtifact(files: FileSystem, path: string): JsonObject | undefined {
  const text = files.read(path)
  if (text === undefined) return undefined
  try {
    const data: unknown = JSON.parse(text)
    if (isObject(data)) return data
  } catch {
    // Told below, with the path.
  }
  throw new DiagnosticError({
    code: 'commands/state-missing',
    kind: 'Runtime',
    message: `The file "${path}" is not a JSON object`,
    hint: 'it was perhaps cut short: copy it again',
  })
}

/** A manifest of whatever version that can still be compared. @throws DiagnosticError `commands/state-missing` */
function readManifest(files: FileSystem, path: string): JsonObject | undefined {
  const manifest = readArtifact(files, path)
  return manifest && upgradeManifest(manifest, path)
}

/** @throws DiagnosticError `commands/state-missing` for what is of another kind, or of a version that is not known */
function ofVersions(artifact: JsonObject | undefined, path: string, name: string, versions: readonly number[]): void {
  if (artifact === undefined) return
  const found = objectIn(artifact, 'metadata').dbt_schema_version
  const address = (version: number): string => `https://schemas.getdbt.com/dbt/${name}/v${version}.json`
  if (versions.some(version => found === address(version))) return
  throw new DiagnosticError({
    code: 'commands/state-missing',
    kind: 'Runtime',
    message:
      found === undefined
        ? `Artifact is missing schema version: ${path}`
        : `Expected a schema version of "${address(Math.max(...versions))}" in ${path}, but found "${found}". Are you running with a different version of dbt?`,
    hint: 'write it anew, or delete it',
  })
}

/** What `--state` points at; `null` without. Relative paths start from the project's folder. */
export function readPreviousState(session: Session, config: Config): PreviousState | null {
  const { state } = config.flags
  if (state === null) return null
  warnOfOwnTarget(session, config, state)
  const { files } = session.launch
  const folder = posix.resolve(files.root, config.projectFolder, state)
  const [resultsPath, sourcesPath] = [posix.join(folder, 'run_results.json'), posix.join(folder, 'sources.json')]
  const results = readArtifact(files, resultsPath)
  ofVersions(results, resultsPath, 'run-results', [4, 5, 6])
  const sources = readArtifact(files, sourcesPath)
  ofVersions(sources, sourcesPath, 'sources', [3])
  const current = readArtifact(config.files, posix.join(config.flags.targetPath, 'sources.json'))
  return {
    manifest: readManifest(files, posix.join(folder, 'manifest.json')) ?? null,
    results: results === undefined ? null : resultsOf(results),
    sources: sources === undefined ? null : freshnessOf(sources),
    currentSources: current === undefined ? null : freshnessOf(current),
  }
}

/** What a run is compared with is what the run before it wrote, and this one will overwrite it. */
function warnOfOwnTarget({ emit }: Session, { flags }: Config, folder: string): void {
  if (posix.normalize(folder) !== posix.normalize(flags.targetPath)) return
  const message = `Warning: The state and target directories are the same: '${folder}'. This could lead to missing changes due to overwritten state including non-idempotent retries.`
  emit({
    kind: 'note',
    name: 'WarnStateTargetEqual',
    code: 'I072',
    level: 'warn',
    message,
    data: { state_path: folder },
  })
}

/**
 * The manifest that `--defer` and `clone` resolve references in: of `--defer-state`, else of `--state`.
 * @throws DiagnosticError `commands/state-missing`
 */
export function readDeferManifest(session: Session, config: Config): JsonObject {
  const given = config.flags.deferState ?? config.flags.state
  if (given === null) {
    throw new DiagnosticError({
      code: 'commands/state-missing',
      kind: 'Runtime',
      message: '--state or --defer-state are required for deferral, but neither was provided',
      hint: 'name the folder with the manifest of the other environment: --state FOLDER',
    })
  }
  if (config.flags.deferState !== null) warnOfOwnTarget(session, config, given)
  const { files } = session.launch
  const path = posix.join(posix.resolve(files.root, config.projectFolder, given), 'manifest.json')
  const manifest = readManifest(files, path)
  if (manifest !== undefined) return manifest
  throw new DiagnosticError({
    code: 'commands/state-missing',
    kind: 'Runtime',
    message: `Could not find manifest in --state path: "${given}"`,
    hint: `copy the manifest.json of the other environment to ${path}`,
  })
}
