/** A package found in the packages folder, ready to be parsed. */
import type { ProjectFile } from './project-file.ts'

export interface InstalledPackage {
  /** The `name` in its project file, which need not be its folder's. */
  readonly name: string
  /** Absolute, links resolved or not as the folder was found. */
  readonly folder: string
  readonly projectFile: ProjectFile
}
