/** Where packages come from: the network and git as a value, so that resolving them can be tested without either. */
import type { VersionBound } from './version-range.ts'

/** One version of a package on the hub. */
export interface HubVersion {
  readonly version: string
  readonly requireDbtVersion: readonly string[]
  readonly tarball: string
}

export interface FetchedFolder {
  /** Absolute; holds the package's project file. */
  readonly folder: string
  /** Commit that was checked out; absent for a tarball. */
  readonly commit?: string
}

/** Every failure is a `DiagnosticError` `config/package-not-found` that says what to do without a network. */
export interface PackageSource {
  /** All versions of a hub package. */
  hubVersions(name: string): Promise<readonly HubVersion[]>
  git(url: string, revision: string | null, subdirectory: string | null): Promise<FetchedFolder>
  tarball(url: string): Promise<FetchedFolder>
}

export function isPrerelease(bound: VersionBound): boolean {
  return bound.prerelease !== null
}
