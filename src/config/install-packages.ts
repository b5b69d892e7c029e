/** `deps`: resolves what packages.yml asks for, writes package-lock.yml, fills the packages folder. */
import { posix } from 'node:path'
import { Diagnostics } from '../base/diagnostic.ts'
import { parseYaml } from '../base/located-yaml.ts'
import { yamlAt } from '../base/yaml-node.ts'
import type { FileSystem } from '../storage/file-system.ts'
import type { BareConfig } from './load-config.ts'
import { lockText, type PinnedPackage, requestHash } from './package-lock.ts'
import type { PackageSource } from './package-source.ts'
import { specsOf } from './package-specs.ts'
import { dependencyError, type ResolvedPackage, resolvePackages } from './resolve-packages.ts'

export interface InstallPort {
  readonly source: PackageSource
  /** Makes a symbolic link; false when the system cannot, and the folder is copied then. */
  readonly link: (target: string, path: string) => boolean
}

/** What happened, for the command to tell. */
export type InstallEvent =
  | { readonly kind: 'no packages' }
  | { readonly kind: 'lock written'; readonly path: string }
  | { readonly kind: 'unpinned'; readonly git: string; readonly branch: string }
  | { readonly kind: 'installing'; readonly name: string }
  | { readonly kind: 'installed'; readonly pinned: PinnedPackage; readonly latest?: string }
  | { readonly kind: 'updates available'; readonly packages: readonly string[] }

const lockName = 'package-lock.yml'

/** With `--lock` nothing is installed. @throws DiagnosticError as `resolvePackages` does */
export async function installPackages(
  config: BareConfig,
  port: InstallPort,
  tell: (event: InstallEvent) => void,
): Promise<void> {
  const { specs } = config.requests
  const lockPath = posix.join(config.projectFolder, lockName)
  const hash = requestHash(specs)
  let resolved: readonly ResolvedPackage[] | undefined
  if (config.flags.upgrade || lockedHash(config.files, lockPath) !== hash) {
    if (specs.length === 0) tell({ kind: 'no packages' })
    else {
      resolved = await resolve(config, port.source)
      for (const { pinned, branch } of resolved) {
        if (branch !== undefined && pinned.kind === 'git') tell({ kind: 'unpinned', git: pinned.git, branch })
      }
      config.files.write(
        lockPath,
        lockText(
          resolved.map(one => one.pinned),
          hash,
        ),
      )
      tell({ kind: 'lock written', path: lockPath })
    }
  }
  if (config.flags.lock) return
  const folder = posix.resolve(config.projectFolder, config.projectFile.packagesInstallPath)
  config.files.remove(folder)
  config.files.makeFolder(folder)
  if (specs.length === 0) return
  const packages = resolved ?? (await resolveLocked(config, port.source, lockPath))
  for (const one of packages) {
    const { pinned, latest } = one
    tell({ kind: 'installing', name: shownName(pinned) })
    install(config.files, port, one, posix.join(folder, pinned.name))
    tell({ kind: 'installed', pinned, ...(latest !== undefined && { latest }) })
  }
  const outdated = packages.flatMap(({ pinned, latest }) =>
    pinned.kind === 'hub' && pinned.version !== latest ? [pinned.package] : [],
  )
  if (outdated.length > 0) tell({ kind: 'updates available', packages: outdated })
}

function shownName(pinned: PinnedPackage): string {
  switch (pinned.kind) {
    case 'local':
      return pinned.local
    case 'git':
      return pinned.git
    case 'hub':
      return pinned.package
    case 'tarball':
      return pinned.name
  }
}

function lockedHash(files: FileSystem, path: string): string | undefined {
  const text = files.read(path)
  if (text === undefined) return undefined
  const node = yamlAt(parseYaml({ path: lockName, text: text.trimEnd() }).root, 'sha1_hash')
  return node?.kind === 'scalar' ? String(node.value) : undefined
}

function resolve(config: BareConfig, source: PackageSource): Promise<readonly ResolvedPackage[]> {
  return resolvePackages({ specs: config.requests.specs, ...shared(config, source) })
}

/** The lock names every package there is, so nothing further is asked for. */
async function resolveLocked(
  config: BareConfig,
  source: PackageSource,
  lockPath: string,
): Promise<readonly ResolvedPackage[]> {
  const document = parseYaml({ path: lockName, text: (config.files.read(lockPath) ?? '').trimEnd() })
  const faults = new Diagnostics()
  const specs = specsOf(document, config.packageRendering, faults)
  const [fault] = faults.errors
  if (fault) throw dependencyError(`${lockName}: ${fault.message}`, 'run `eider deps --upgrade` to write it again')
  return resolvePackages({ specs, ...shared(config, source) })
}

function shared(config: BareConfig, source: PackageSource): Omit<Parameters<typeof resolvePackages>[0], 'specs'> {
  return {
    rootName: config.projectFile.name,
    rootFolder: config.projectFolder,
    files: config.files,
    source,
    rendering: config.packageRendering,
    versionCheck: config.flags.versionCheck,
  }
}

function install(files: FileSystem, port: InstallPort, one: ResolvedPackage, target: string): void {
  if (!files.exists(one.folder))
    throw dependencyError(`The folder "${one.folder}" of package "${one.pinned.name}" does not exist`)
  if (one.pinned.kind === 'local' && port.link(one.folder, target)) return
  for (const path of files.list(one.folder, { ignore: ['.git/**', '.git'] })) {
    const content = files.readBytes(posix.join(one.folder, path))
    if (content) files.write(posix.join(target, path), content)
  }
}
