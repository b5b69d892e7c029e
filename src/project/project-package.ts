/**
 * The projects that are parsed together: the root project, the built-in packages and what is installed. Their order is
 * dbt's: root, `dbt_duckdb`, `dbt`, then the packages folder.
 */
import type { Config } from '../config/config.ts'
import type { ProjectFile } from '../config/project-file.ts'

export interface ProjectPackage {
  readonly name: string
  /** Absolute. */
  readonly folder: string
  readonly projectFile: ProjectFile
  readonly isRoot: boolean
}

export function projectPackages(config: Config): readonly ProjectPackage[] {
  const root: ProjectPackage = {
    name: config.projectFile.name,
    folder: config.projectFolder,
    projectFile: config.projectFile,
    isRoot: true,
  }
  return [root, ...config.packages.map(one => ({ ...one, isRoot: false }))]
}
