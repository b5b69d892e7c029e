/**
 * Where relative paths of data start: a project with a `project.yml` always works from its own folder, one of dbt's from
 * wherever the command was called, as in dbt.
 */
import type { Config } from '../config/config.ts'
import type { Session } from './session.ts'

/** Absolute. */
export function workingFolder(session: Session, config: Config): string {
  return config.projectFile.flavour === 'project' ? config.projectFolder : session.launch.files.root
}
