/**
 * What a project asks for, and what that asks for in turn -> one settled version of each package. The same package asked
 * for several times must have a version that fits all.
 */
import { posix } from 'node:path'
import { dbtVersion } from '../base/dbt-version.ts'
import { DiagnosticError, Diagnostics } from '../base/diagnostic.ts'
import type { FileSystem } from '../storage/file-system.ts'
import { findProjectFile } from './find-project.ts'
import type { PinnedPackage } from './package-lock.ts'
import { isPrerelease, type PackageSource } from './package-source.ts'
import { type PackageSpec, readPackageRequests } from './package-specs.ts'
import { rawText, readProjectFile } from './raw-project-file.ts'
import type { YamlRendering } from './render-yaml.ts'
import {
  anyVersion,
  boundsOf,
  combineBounds,
  highestVersion,
  parseVersion,
  type VersionBound,
  type VersionRange,
  versionText,
} from './version-range.ts'

export interface ResolveRequest {
  readonly specs: readonly PackageSpec[]
  readonly rootName: string
  /** Absolute: local packages are relative to it, also those of other packages. */
  readonly rootFolder: string
  readonly files: FileSystem
  readonly source: PackageSource
  readonly rendering: YamlRendering
  /** `--version-check`: only hub versions that accept this version of dbt. */
  readonly versionCheck: boolean
}

/** A pinned package and where its files are, if they have been fetched already. */
export interface ResolvedPackage {
  readonly pinned: PinnedPackage
  /** What a git package follows if it is not pinned. */
  readonly branch?: string
  /** The newest version on the hub that could be installed, whatever was asked for. */
  readonly latest?: string
  readonly folder: string
}

/** @throws DiagnosticError `config/package-not-found` or `config/bad-packages` */
export async function resolvePackages(request: ResolveRequest): Promise<readonly ResolvedPackage[]> {
  const wanted = new Map<string, PackageSpec[]>()
  const resolved = new Map<string, ResolvedPackage>()
  let pending = request.specs
  while (pending.length > 0) {
    const touched = new Set<string>()
    for (const spec of pending) touched.add(addWanted(wanted, spec))
    const next: PackageSpec[] = []
    for (const key of touched) {
      const found = await resolveOne(request, wanted.get(key) ?? [])
      resolved.set(key, found)
      next.push(...requestsOf(request, found.folder))
    }
    pending = next
  }
  checkNames([...resolved.values()], request.rootName)
  return [...resolved.values()]
}

function addWanted(wanted: Map<string, PackageSpec[]>, spec: PackageSpec): string {
  const key = keysOf(spec).find(one => wanted.has(one)) ?? keysOf(spec)[0] ?? ''
  const known = wanted.get(key) ?? []
  const [first] = known
  if (first && first.kind !== spec.kind) {
    throw dependencyError(`Cannot take "${key}" both from ${first.kind} and from ${spec.kind}: mismatched types`)
  }
  wanted.set(key, [...known, spec])
  return key
}

/** Names under which a request counts as the same package. */
function keysOf(spec: PackageSpec): readonly string[] {
  switch (spec.kind) {
    case 'local':
      return [spec.local]
    case 'tarball':
      return [spec.name ?? spec.tarball]
    case 'private':
      return [spec.private]
    case 'hub':
      return [spec.package]
    case 'git': {
      const tail = spec.subdirectory === null ? '' : `/${spec.subdirectory}`
      const other = spec.git.endsWith('.git') ? spec.git.slice(0, -4) : `${spec.git}.git`
      return [spec.git + tail, other + tail]
    }
  }
}

async function resolveOne(request: ResolveRequest, specs: readonly PackageSpec[]): Promise<ResolvedPackage> {
  const spec = specs.at(-1)
  if (!spec) throw new Error('a package without a request')
  switch (spec.kind) {
    case 'local': {
      const folder = posix.resolve(request.rootFolder, spec.local)
      return { folder, pinned: { kind: 'local', name: projectName(request, folder), local: spec.local } }
    }
    case 'tarball': {
      const { folder } = await request.source.tarball(spec.tarball)
      const written = spec.unrendered.get('tarball')
      const tarball = typeof written === 'string' ? written : spec.tarball
      return { folder, pinned: { kind: 'tarball', name: spec.name ?? projectName(request, folder), tarball } }
    }
    case 'git':
      return resolveGit(request, specs, spec)
    case 'hub':
      return resolveHub(request, specs, spec)
    case 'private':
      throw dependencyError(
        `Cannot resolve private package ${spec.private} because git provider integration is missing. Please use a "git" package instead.`,
      )
  }
}

async function resolveGit(
  request: ResolveRequest,
  specs: readonly PackageSpec[],
  spec: Extract<PackageSpec, { kind: 'git' }>,
): Promise<ResolvedPackage> {
  const revisions = new Set(specs.flatMap(one => (one.kind === 'git' && one.revision !== null ? [one.revision] : [])))
  if (revisions.size > 1) {
    const list = [...revisions].map(one => `'${one}'`).join(', ')
    throw dependencyError(`git dependencies should contain exactly one version. ${spec.git} contains: {${list}}`)
  }
  const [revision = null] = revisions
  const { folder, commit } = await request.source.git(spec.git, revision, spec.subdirectory)
  const written = spec.unrendered.get('git')
  const git = typeof written === 'string' ? written : spec.git
  const { subdirectory } = spec
  const name = projectName(request, folder)
  const pinned = { kind: 'git', name, git, revision: commit ?? revision ?? 'HEAD', subdirectory } as const
  const isQuiet = specs.some(one => one.kind === 'git' && one.warnUnpinned === false)
  return isQuiet || !isLoose(revision) ? { folder, pinned } : { folder, pinned, branch: revision ?? 'HEAD' }
}

/** dbt's rule: no revision at all, or a name that is a branch for certain. */
function isLoose(revision: string | null): boolean {
  return revision === null || ['HEAD', 'main', 'master'].includes(revision)
}

async function resolveHub(
  request: ResolveRequest,
  specs: readonly PackageSpec[],
  spec: Extract<PackageSpec, { kind: 'hub' }>,
): Promise<ResolvedPackage> {
  const bounds = specs.flatMap(one => (one.kind === 'hub' ? one.versions.map(requireVersion) : []))
  const range = combineBounds(bounds)
  if (!range) {
    const list = bounds.map(bound => `'${versionText(bound)}'`).join(', ')
    throw dependencyError(
      `Version error for package ${spec.package}: Could not find a satisfactory version from options: [${list}]`,
    )
  }
  const prereleases = specs.some(one => one.kind === 'hub' && one.installPrerelease) || bounds.some(isPrerelease)
  const versions = (await request.source.hubVersions(spec.package)).filter(
    one => !request.versionCheck || acceptsDbt(one.requireDbtVersion),
  )
  const installable = versions.filter(one => {
    const version = parseVersion(one.version)
    return version !== undefined && (prereleases || !isPrerelease(version))
  })
  const available = installable.map(one => one.version)
  const chosen = highestVersion(range, available)
  const found = installable.find(one => one.version === chosen)
  if (!found) throw noVersion(spec.package, range, available)
  const { folder } = await request.source.tarball(found.tarball)
  const pinned = {
    kind: 'hub',
    name: projectName(request, folder),
    package: spec.package,
    version: found.version,
  } as const
  const latest = highestVersion(anyVersion, available)
  return { folder, pinned, ...(latest !== undefined && { latest }) }
}

function requireVersion(text: string): VersionBound {
  const bound = parseVersion(text)
  if (bound) return bound
  throw dependencyError(`"${text}" is not a valid semantic version.`)
}

function acceptsDbt(required: readonly string[]): boolean {
  const bounds = required.flatMap(one => one.split(',')).map(parseVersion)
  const own = parseVersion(dbtVersion)
  if (!own || bounds.some(bound => bound === undefined)) return true
  return combineBounds([own, ...bounds.filter(bound => bound !== undefined)]) !== undefined
}

function noVersion(name: string, range: VersionRange, installable: readonly string[]): DiagnosticError {
  const requested =
    boundsOf(range)
      .map(bound => versionText(bound))
      .join(', ') || 'ANY'
  return dependencyError(
    `Could not find a matching compatible version for package ${name}\n  Requested range: ${requested}\n` +
      `  Compatible versions: [${installable.map(one => `'${one}'`).join(', ')}]`,
  )
}

/** The packages that a package asks for itself. */
function requestsOf(request: ResolveRequest, folder: string): readonly PackageSpec[] {
  const faults = new Diagnostics()
  const { specs } = readPackageRequests(request.files, folder, request.rendering, faults)
  const [fault] = faults.errors
  if (fault) throw new DiagnosticError(fault)
  return specs
}

function projectName(request: ResolveRequest, folder: string): string {
  const found = findProjectFile(request.files, folder)
  if (!found) {
    throw new DiagnosticError({
      code: 'config/package-not-found',
      kind: 'Runtime',
      message:
        `No dbt_project.yml found at expected path ${folder}/dbt_project.yml\nVerify that each entry within packages.yml ` +
        '(and their transitive dependencies) contains a file named dbt_project.yml',
    })
  }
  const raw = readProjectFile({ path: found.path, text: found.text }, folder, found.flavour, new Diagnostics())
  const name = raw && rawText(raw, 'name')
  if (!name) throw dependencyError(`The package in "${folder}" has no name`)
  if (/[/\\]|^\.+$/.test(name)) {
    throw dependencyError(`Invalid package name '${name}': resolves outside of the packages-install-path`)
  }
  return name
}

function checkNames(packages: readonly ResolvedPackage[], rootName: string): void {
  const seen = new Set<string>()
  for (const { pinned } of packages) {
    if (seen.has(pinned.name)) {
      throw dependencyError(
        `Found duplicate project "${pinned.name}". This occurs when a dependency has the same project name as some other dependency.`,
      )
    }
    if (pinned.name === rootName) {
      throw dependencyError(
        `Found a dependency with the same name as the root project "${rootName}". Package names must be unique in a project. Please rename one of these packages.`,
      )
    }
    seen.add(pinned.name)
  }
}

export function dependencyError(message: string, hint?: string): DiagnosticError {
  return new DiagnosticError({
    code: 'config/package-not-found',
    kind: 'Dependency',
    message,
    ...(hint !== undefined && { hint }),
  })
}
