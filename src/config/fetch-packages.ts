/** Packages from the hub, from git and from tarballs, put into a temporary folder. Network and processes come in as values. */

import { posix } from 'node:path'
import { type Diagnostic, DiagnosticError, diagnostic } from '../base/diagnostic.ts'
import { md5 } from '../base/fingerprint.ts'
import { isRecord } from '../base/record.ts'
import type { FileSystem } from '../storage/file-system.ts'
import type { FetchedFolder, HubVersion, PackageSource } from './package-source.ts'
import { dependencyError } from './resolve-packages.ts'
import { type TarFile, untar } from './untar.ts'

interface CommandResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface FetchPort {
  readonly files: FileSystem
  /** Absolute; the caller removes it in the end. */
  readonly temporaryFolder: string
  /** `https://hub.getdbt.com/`, or what `DBT_PACKAGE_HUB_URL` says. */
  readonly hubUrl: string
  /** Rejects when there is no connection. */
  readonly download: (url: string) => Promise<{ readonly status: number; readonly bytes: Uint8Array }>
  /** Rejects when the program does not exist. */
  readonly run: (command: string, args: readonly string[], folder: string) => Promise<CommandResult>
  /** Gets a warning, once for each package that has moved. What it throws ends the fetching. */
  readonly warn: (diagnostic: Diagnostic) => void
}

const offline = 'without a network, copy the package into the packages folder or list it as `local:` in packages.yml'

export function fetchPackages(port: FetchPort): PackageSource {
  const hub = new Map<string, Promise<readonly HubVersion[]>>()
  const tarballs = new Map<string, Promise<FetchedFolder>>()
  const checkouts = new Map<string, Promise<FetchedFolder>>()
  return {
    hubVersions: name => once(hub, name, () => hubVersions(port, name)),
    tarball: url => once(tarballs, url, () => fetchTarball(port, url)),
    git: (url, revision, subdirectory) =>
      once(checkouts, JSON.stringify([url, revision, subdirectory]), () => checkOut(port, url, revision, subdirectory)),
  }
}

function once<T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const made = known.get(key) ?? make()
  known.set(key, made)
  return made
}

async function get(port: FetchPort, url: string, what: string): Promise<Uint8Array | undefined> {
  let response: Awaited<ReturnType<FetchPort['download']>>
  try {
    response = await port.download(url)
  } catch (error) {
    throw dependencyError(
      `Could not reach ${url} for ${what}: ${error instanceof Error ? error.message : error}`,
      offline,
    )
  }
  if (response.status === 404) return undefined
  if (response.status >= 400)
    throw dependencyError(`${url} answered with status ${response.status} for ${what}`, offline)
  return response.bytes
}

async function hubVersions(port: FetchPort, name: string): Promise<readonly HubVersion[]> {
  const what = `package ${name}`
  const bytes = await get(port, `${port.hubUrl.replace(/\/*$/, '/')}api/v1/${name}.json`, what)
  if (!bytes) throw dependencyError(`Package ${name} was not found in the package index`)
  const data: unknown = JSON.parse(new TextDecoder().decode(bytes))
  if (isRecord(data)) tellRedirect(port, name, data)
  const versions = isRecord(data) && isRecord(data.versions) ? data.versions : {}
  return Object.entries(versions).flatMap(([version, entry]) => {
    const tarball = isRecord(entry) && isRecord(entry.downloads) ? entry.downloads.tarball : undefined
    if (!isRecord(entry) || typeof tarball !== 'string') return []
    const required = entry.require_dbt_version
    const list = Array.isArray(required) ? required.map(String) : typeof required === 'string' ? [required] : []
    return [{ version, tarball, requireDbtVersion: list.filter(one => one !== '') }]
  })
}

/** The hub goes on serving a package that has moved, and says where it is now. */
function tellRedirect({ warn }: FetchPort, name: string, data: Readonly<Record<string, unknown>>): void {
  if (!('redirectnamespace' in data) && !('redirectname' in data)) return
  const [namespace = '', plainName = ''] = name.split('/')
  const newName = `${data.redirectnamespace || data.namespace || namespace}/${data.redirectname || data.name || plainName}`
  warn(
    diagnostic({
      code: 'config/redirected-package',
      severity: 'warning',
      message: `The \`${name}\` package is deprecated in favor of \`${newName}\`. Please update your \`packages.yml\` configuration to use \`${newName}\` instead.`,
      facts: { old_name: name, new_name: newName },
    }),
  )
}

async function fetchTarball(port: FetchPort, url: string): Promise<FetchedFolder> {
  const bytes = await get(port, url, 'a package')
  if (!bytes) throw dependencyError(`There is no package at ${url}`)
  let entries: TarFile[]
  try {
    entries = untar(bytes)
  } catch (error) {
    throw dependencyError(`Could not unpack ${url}: ${error instanceof Error ? error.message : error}`)
  }
  const tops = new Set(entries.map(entry => entry.path.split('/')[0] ?? ''))
  const [top] = tops
  if (top === undefined || tops.size > 1) {
    throw dependencyError(`The archive at ${url} must hold one folder with the package in it`)
  }
  const folder = posix.join(port.temporaryFolder, md5(url))
  for (const { path, content } of entries) port.files.write(posix.join(folder, path), content)
  return { folder: posix.join(folder, top) }
}

async function checkOut(
  port: FetchPort,
  url: string,
  revision: string | null,
  subdirectory: string | null,
): Promise<FetchedFolder> {
  const folder = posix.join(port.temporaryFolder, md5(`${url}/${revision}/${subdirectory}`))
  port.files.makeFolder(port.temporaryFolder)
  const git = async (args: readonly string[], where: string): Promise<string> => {
    const result = await runGit(port, args, where, url)
    if (result.code === 0) return result.stdout.trim()
    throw gitError(`Error checking out spec='${revision ?? 'None'}' for repo ${url}\n${result.stderr.trim()}`)
  }
  const sparse = subdirectory === null ? [] : ['--filter=blob:none', '--sparse']
  await git(['clone', '--depth', '1', ...sparse, '--', url, folder], port.temporaryFolder)
  if (subdirectory !== null) await git(['sparse-checkout', 'set', subdirectory], folder)
  if (revision !== null && revision !== 'HEAD') {
    await git(['fetch', '--depth', '1', 'origin', revision], folder)
    await git(['reset', '--hard', 'FETCH_HEAD'], folder)
  }
  const commit = await git(['rev-parse', 'HEAD'], folder)
  return { folder: posix.join(folder, subdirectory ?? ''), commit }
}

async function runGit(port: FetchPort, args: readonly string[], folder: string, url: string): Promise<CommandResult> {
  try {
    return await port.run('git', args, folder)
  } catch {
    throw dependencyError(`git could not be started to fetch ${url}`, 'make sure that git is installed')
  }
}

function gitError(message: string): DiagnosticError {
  return new DiagnosticError({ code: 'config/package-not-found', kind: 'Internal', message, hint: offline })
}
