/** package-lock.yml: what was resolved, and the hash of what was asked for. Text and hash are those of dbt. */
import { sha1 } from '../base/fingerprint.ts'
import { plainScalar } from '../base/yaml-scalar.ts'
import { jsonText } from '../template/json-text.ts'
import { PyDict, type Value } from '../template/value.ts'
import type { PackageSpec } from './package-specs.ts'

/** A package with its version settled: one entry of the lock. */
export type PinnedPackage =
  | { readonly kind: 'local'; readonly name: string; readonly local: string }
  | { readonly kind: 'tarball'; readonly name: string; readonly tarball: string }
  | {
      readonly kind: 'git'
      readonly name: string
      readonly git: string
      /** A commit. */
      readonly revision: string
      readonly subdirectory: string | null
    }
  | { readonly kind: 'hub'; readonly name: string; readonly package: string; readonly version: string }

/** sha1 over the JSON of the entries, sorted: it tells whether the lock fits the packages file. */
export function requestHash(specs: readonly PackageSpec[]): string {
  const lines = specs.map(spec => jsonText(hashed(spec), { sortKeys: true })).sort()
  return sha1(lines.join('\n'))
}

function hashed(spec: PackageSpec): PyDict {
  const { rendered } = spec
  const take = (...keys: readonly string[]): [Value, Value][] => keys.map(key => [key, rendered.get(key) ?? null])
  const name: [Value, Value][] = spec.name === null ? [] : [['name', spec.name]]
  const common: [Value, Value][] = [...name, ['unrendered', spec.unrendered]]
  switch (spec.kind) {
    case 'local':
      return PyDict.of([...take('local'), ...common])
    case 'tarball':
      return PyDict.of([...take('tarball'), ...common])
    case 'git':
      return PyDict.of([...take('git', 'revision', 'subdirectory', 'warn-unpinned'), ...common])
    case 'private':
      return PyDict.of([...take('private', 'provider', 'revision', 'subdirectory', 'warn-unpinned'), ...common])
    case 'hub':
      return PyDict.of([...take('package', 'version'), ['install_prerelease', spec.installPrerelease], ...common])
  }
}

export function lockText(packages: readonly PinnedPackage[], hash: string): string {
  const entries = packages.map(one => {
    const fields = Object.entries(lockFields(one)).sort(([a], [b]) => (a < b ? -1 : 1))
    return fields.map(([key, value], index) => `${index === 0 ? '  - ' : '    '}${key}: ${yamlText(value)}\n`).join('')
  })
  return `packages:\n${entries.join('')}sha1_hash: ${yamlText(hash)}\n`
}

function lockFields(one: PinnedPackage): Record<string, string> {
  const { name } = one
  switch (one.kind) {
    case 'local':
      return { local: one.local, name }
    case 'tarball':
      return { name, tarball: one.tarball }
    case 'git':
      return {
        git: one.git,
        name,
        revision: one.revision,
        ...(one.subdirectory !== null && { subdirectory: one.subdirectory }),
      }
    case 'hub':
      return { name, package: one.package, version: one.version }
  }
}

/** Quoted where YAML would read it as something else than this text. */
export function yamlText(text: string): string {
  const odd = /^$|^\s|\s$|^[-?:,[\]{}#&*!|>'"%@`]|: |:$| #|[\n\t]/.test(text) || isMeaningful(text)
  return odd ? `'${text.replaceAll("'", "''")}'` : text
}

function isMeaningful(text: string): boolean {
  try {
    return plainScalar(text) !== text
  } catch {
    return true
  }
}
