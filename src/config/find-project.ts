/** Where the project file is: `project.yml` or `dbt_project.yml`, never both in one folder. */
import { posix } from 'node:path'
import { DiagnosticError } from '../base/diagnostic.ts'
import type { FileSystem } from '../storage/file-system.ts'
import { readText } from '../storage/read-text.ts'
import type { ProjectFile } from './project-file.ts'

export interface FoundProjectFile {
  /** Absolute. */
  readonly path: string
  readonly folder: string
  readonly text: string
  readonly flavour: ProjectFile['flavour']
}

/**
 * The project file of one folder; `undefined` when there is none.
 * @throws DiagnosticError `config/two-project-files`
 */
export function findProjectFile(files: FileSystem, folder: string): FoundProjectFile | undefined {
  const own = readText(files, posix.join(folder, 'project.yml'))
  const dbt = readText(files, posix.join(folder, 'dbt_project.yml'))
  if (own !== undefined && dbt !== undefined) {
    throw new DiagnosticError({
      code: 'config/two-project-files',
      kind: 'Runtime',
      message: `The folder "${folder}" holds both project.yml and dbt_project.yml`,
      hint: 'keep the one that is meant',
    })
  }
  if (own !== undefined) return found(folder, 'project.yml', own, 'project')
  return dbt === undefined ? undefined : found(folder, 'dbt_project.yml', dbt, 'dbt_project')
}

/** dbt strips what it reads: the last line end counts for a block text at the end of the file. */
function found(folder: string, name: string, text: string, flavour: ProjectFile['flavour']): FoundProjectFile {
  return { path: posix.join(folder, name), folder, text: text.trimEnd(), flavour }
}

/**
 * The project of a run: in the folder that is given, otherwise in the working directory or the nearest above it.
 * @throws DiagnosticError `config/project-not-found` or `config/two-project-files`
 */
export function findProject(files: FileSystem, given: string | null): FoundProjectFile {
  const start = posix.resolve(files.root, given ?? '.')
  const here = findProjectFile(files, start)
  if (here) return here
  if (given === null) {
    for (let at = start; at !== posix.dirname(at); at = posix.dirname(at)) {
      const above = findProjectFile(files, posix.dirname(at))
      if (above) return above
    }
  }
  throw new DiagnosticError({
    code: 'config/project-not-found',
    kind: 'Runtime',
    message: `No dbt_project.yml found at expected path ${posix.join(given ?? start, 'dbt_project.yml')}`,
    hint: 'run in a folder with a project.yml or dbt_project.yml, or name it with --project-dir; `eider init` makes one',
  })
}
