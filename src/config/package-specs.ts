/** packages.yml and dependencies.yml -> what the project asks for. */
import { posix } from 'node:path'
import { DiagnosticError, type DiagnosticFields, type Diagnostics } from '../base/diagnostic.ts'
import { parseYaml } from '../base/located-yaml.ts'
import type { Place } from '../base/source-file.ts'
import { type YamlDocument, yamlAt, yamlPlace } from '../base/yaml-node.ts'
import type { FileSystem } from '../storage/file-system.ts'
import { readText } from '../storage/read-text.ts'
import { textIn } from '../template/dict-access.ts'
import { repr } from '../template/repr.ts'
import { PyDict, PyFloat, type Value } from '../template/value.ts'
import { renderYaml, type YamlRendering } from './render-yaml.ts'
import { yamlValue } from './yaml-value.ts'

interface SpecBase {
  readonly name: string | null
  /** The entry as written, before templates in it were rendered, and after. */
  readonly unrendered: PyDict
  readonly rendered: PyDict
  readonly at: Place
}

/** One entry of `packages:`. */
export type PackageSpec =
  | (SpecBase & { readonly kind: 'local'; readonly local: string })
  | (SpecBase & { readonly kind: 'tarball'; readonly tarball: string })
  | (SpecBase & {
      readonly kind: 'git'
      readonly git: string
      readonly revision: string | null
      readonly warnUnpinned: boolean | null
      readonly subdirectory: string | null
    })
  | (SpecBase & {
      readonly kind: 'private'
      readonly private: string
      readonly provider: string | null
      readonly revision: string | null
      readonly warnUnpinned: boolean | null
      readonly subdirectory: string | null
    })
  | (SpecBase & {
      readonly kind: 'hub'
      readonly package: string
      readonly versions: readonly string[]
      readonly installPrerelease: boolean
    })

export interface PackageRequests {
  /** The file that has them; `packages.yml` when neither has. */
  readonly path: 'packages.yml' | 'dependencies.yml'
  readonly specs: readonly PackageSpec[]
  /** `projects:` of dependencies.yml: references to projects of others, which cannot be resolved here. */
  readonly projects: readonly string[]
}

/** Faults of single entries are diagnostics. @throws DiagnosticError for faults of a whole file */
export function readPackageRequests(
  files: FileSystem,
  folder: string,
  rendering: YamlRendering,
  diagnostics: Diagnostics,
): PackageRequests {
  const packages = readFile(files, folder, 'packages.yml')
  const dependencies = readFile(files, folder, 'dependencies.yml')
  const inPackages = yamlAt(packages?.root, 'packages')
  const inDependencies = yamlAt(dependencies?.root, 'packages')
  if (inPackages && inDependencies) {
    throw badPackages("The 'packages' key cannot be specified in both packages.yml and dependencies.yml")
  }
  if (yamlAt(packages?.root, 'projects')) {
    throw badPackages("The 'projects' key cannot be specified in packages.yml")
  }
  const projects = projectNames(dependencies)
  // What stands in dependencies.yml is taken as written.
  if (dependencies && inDependencies) {
    return { path: 'dependencies.yml', projects, specs: specsOf(dependencies, undefined, diagnostics) }
  }
  return { path: 'packages.yml', projects, specs: packages ? specsOf(packages, rendering, diagnostics) : [] }
}

/** The entries of one file's text: also those of package-lock.yml. */
export function specsOf(
  document: YamlDocument,
  rendering: YamlRendering | undefined,
  diagnostics: Diagnostics,
): readonly PackageSpec[] {
  const node = yamlAt(document.root, 'packages')
  if (!node || (node.kind === 'scalar' && node.value === null)) return []
  if (node.kind !== 'list') {
    throw new DiagnosticError(
      malformed(`The "packages" of ${document.file.path} must be a list`, yamlPlace(document, node)),
    )
  }
  return node.items.flatMap(item => {
    const unrendered = yamlValue(item)
    const entry = rendering ? renderYaml(document, item, rendering) : unrendered
    const at = yamlPlace(document, item)
    if (!(entry instanceof PyDict) || !(unrendered instanceof PyDict)) {
      diagnostics.add(malformed(`An entry of "packages" must be a dictionary`, at))
      return []
    }
    const known = knownKeys.get(kindOf(entry))
    if (known && [...entry.keys()].some(key => !known.includes(String(key)))) {
      diagnostics.add(malformed(`${repr(entry)} is not valid under any of the given schemas`, at))
      return []
    }
    const spec = specOf(entry, { name: textIn(entry, 'name'), unrendered, rendered: entry, at })
    if (typeof spec !== 'string') return [spec]
    diagnostics.add(malformed(spec, at))
    return []
  })
}

const badFields = { code: 'config/bad-packages', kind: 'Runtime' } as const

function badPackages(message: string): DiagnosticError {
  return new DiagnosticError({ ...badFields, message })
}

/** dbt's words, whichever file it is. */
function malformed(reason: string, at: Place): DiagnosticFields & { readonly at: Place } {
  const message = `The packages.yml file in this project is malformed\n\nValidator Error:\n${reason}`
  return { ...badFields, message, at }
}

const ofRepository = ['revision', 'warn-unpinned', 'warn_unpinned', 'subdirectory']
const knownKeys: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries({
    local: [],
    tarball: [],
    git: ofRepository,
    private: ['provider', ...ofRepository],
    package: ['version', 'install_prerelease', 'install-prerelease'],
  }).map(([kind, keys]) => [kind, [kind, 'name', 'unrendered', ...keys]]),
)

function kindOf(entry: PyDict): string {
  return [...knownKeys.keys()].find(kind => entry.has(kind)) ?? ''
}

/** The record, or a sentence that says what is wrong. */
function specOf(entry: PyDict, base: SpecBase): PackageSpec | string {
  for (const key of ['package', 'local', 'git']) {
    if (entry.get(key) !== '') continue
    const kind = key === 'package' ? 'hub' : key
    return `A ${kind} package is missing the value. It is a required property`
  }
  const local = textIn(entry, 'local')
  if (local !== null) return { ...base, kind: 'local', local }
  const tarball = textIn(entry, 'tarball')
  if (tarball !== null) {
    return base.name === null ? 'A tarball package needs a "name"' : { ...base, kind: 'tarball', tarball }
  }
  const git = textIn(entry, 'git')
  if (git !== null) return { ...base, kind: 'git', git, ...revisionOf(entry) }
  const own = textIn(entry, 'private')
  if (own !== null)
    return { ...base, kind: 'private', private: own, provider: textIn(entry, 'provider'), ...revisionOf(entry) }
  return hubSpec(entry, base)
}

function revisionOf(entry: PyDict): {
  revision: string | null
  warnUnpinned: boolean | null
  subdirectory: string | null
} {
  const warn = entry.get('warn-unpinned') ?? entry.get('warn_unpinned')
  return {
    revision: versionTexts(entry.get('revision'))[0] ?? null,
    warnUnpinned: typeof warn === 'boolean' ? warn : null,
    subdirectory: textIn(entry, 'subdirectory'),
  }
}

function hubSpec(entry: PyDict, base: SpecBase): PackageSpec | string {
  const name = textIn(entry, 'package')
  if (name === null) return 'A package needs one of "package", "git", "local", "tarball" or "private"'
  const versions = versionTexts(entry.get('version'))
  if (versions.length === 0) {
    return `${name} is missing the version. When installing from the Hub package index, version is a required property`
  }
  if (!name.includes('/')) {
    return `${name} was not found in the package index. Packages on the index require a namespace, e.g dbt-labs/dbt_utils`
  }
  const prerelease = entry.get('install_prerelease') ?? entry.get('install-prerelease')
  return { ...base, kind: 'hub', package: name, versions, installPrerelease: prerelease === true }
}

/** YAML reads `1.0` as a float. */
function versionTexts(value: Value | undefined): string[] {
  if (Array.isArray(value)) return value.flatMap(versionTexts)
  if (typeof value === 'string') return value === '' ? [] : [value]
  return typeof value === 'number' || value instanceof PyFloat ? [repr(value)] : []
}

function readFile(files: FileSystem, folder: string, name: string): YamlDocument | undefined {
  const content = readText(files, posix.join(folder, name))
  if (content === undefined) return undefined
  const document = parseYaml({ path: name, text: content.trimEnd() })
  if (document.root.kind !== 'list') return document
  throw badPackages(`${name} is not a dictionary: packages stand in a list under 'packages:'`)
}

function projectNames(dependencies: YamlDocument | undefined): string[] {
  const projects = yamlAt(dependencies?.root, 'projects')
  if (projects?.kind !== 'list') return []
  return projects.items.flatMap(item => {
    const name = yamlAt(item, 'name')
    return name?.kind === 'scalar' ? [String(name.value)] : []
  })
}
