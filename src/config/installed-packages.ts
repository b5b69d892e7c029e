/** The packages in the packages folder, each with its project file. Nothing is fetched: that is `deps`. */
import { posix } from 'node:path'
import { DiagnosticError, type Diagnostics } from '../base/diagnostic.ts'
import type { FileSystem } from '../storage/file-system.ts'
import { compareUtf8 } from '../storage/file-system.ts'
import { findProjectFile } from './find-project.ts'
import type { PackageRequests } from './package-specs.ts'
import type { InstalledPackage } from './packages.ts'
import { parseProjectFile } from './parse-project-file.ts'
import type { ProjectFile } from './project-file.ts'
import { readProjectFile } from './raw-project-file.ts'
import type { YamlRendering } from './render-yaml.ts'

/** Names of the folders that hold packages. */
function packageFolders(files: FileSystem, installFolder: string): string[] {
  const names = files
    .list(installFolder, { extensions: ['yml'], ignore: ['*/*/*'] })
    .filter(path => path.includes('/'))
    .map(path => path.slice(0, path.indexOf('/')))
  return [...new Set(names)].filter(name => !name.startsWith('__')).sort(compareUtf8)
}

/** Reads every installed package. Too few of them, and two of one name, are diagnostics. */
export function installedPackages(
  files: FileSystem,
  root: ProjectFile,
  requests: PackageRequests,
  rendering: YamlRendering,
  diagnostics: Diagnostics,
): readonly InstalledPackage[] {
  const installFolder = posix.resolve(root.folder, root.packagesInstallPath)
  const folders = packageFolders(files, installFolder)
  if (requests.specs.length > folders.length) {
    diagnostics.add({
      code: 'config/missing-packages',
      message:
        `dbt found ${requests.specs.length} package(s) specified in ${requests.path}, but only ${folders.length} ` +
        `package(s) installed in ${root.packagesInstallPath}. Run "dbt deps" to install package dependencies.`,
      hint: 'run `eider deps`',
    })
    return []
  }
  const packages: InstalledPackage[] = []
  const names = new Set([root.name, 'dbt', 'dbt_duckdb'])
  for (const name of folders) {
    const one = readPackage(files, root, posix.join(installFolder, name), rendering, diagnostics)
    if (!one) continue
    if (names.has(one.name)) diagnostics.add(sameName(one.name))
    names.add(one.name)
    packages.push(one)
  }
  return packages
}

function sameName(name: string): { code: 'config/bad-packages'; message: string } {
  const message =
    `dbt found more than one package with the name "${name}" included in this project. Package names must be unique ` +
    'in a project. Please rename one of these packages.'
  return { code: 'config/bad-packages', message }
}

function readPackage(
  files: FileSystem,
  root: ProjectFile,
  folder: string,
  rendering: YamlRendering,
  diagnostics: Diagnostics,
): InstalledPackage | undefined {
  try {
    const found = findProjectFile(files, folder)
    if (!found) {
      diagnostics.add({
        code: 'config/project-not-found',
        kind: 'Runtime',
        message: `Failed to read package: No dbt_project.yml found at expected path ${folder}/dbt_project.yml`,
        hint: `remove the folder, or run \`eider deps\``,
      })
      return undefined
    }
    const shown = found.path.startsWith(`${root.folder}/`) ? found.path.slice(root.folder.length + 1) : found.path
    const raw = readProjectFile({ path: shown, text: found.text }, folder, found.flavour, diagnostics)
    const projectFile = raw && parseProjectFile(raw, rendering, diagnostics)
    return projectFile && { name: projectFile.name, folder, projectFile }
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error
    diagnostics.absorb(error)
    return undefined
  }
}
