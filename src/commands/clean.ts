/** `clean`: deletes the folders of `clean-targets`, never what the project reads and never what lies outside of it. */
import { posix } from 'node:path'
import { DiagnosticError, Diagnostics } from '../base/diagnostic.ts'
import type { BareConfig } from '../config/load-config.ts'
import { WarningPolicy } from '../config/warning-policy.ts'
import { loadBare } from './load-bare.ts'
import { note } from './note.ts'
import type { Command, Session } from './session.ts'
import { tellProblems } from './tell-problems.ts'

export const clean: Command = async session => {
  const config = loadBare(session)
  const targets = checkedTargets(config)
  tellOldFolder(session, config)
  for (const path of targets) {
    note(session, 'CheckCleanPath', 'Z012', `Checking ${path}/*`, { path })
    config.files.remove(path)
    note(session, 'ConfirmCleanPath', 'Z013', `Cleaned ${path}/*`, { path })
  }
  note(session, 'FinishedCleanPaths', 'Z015', 'Finished cleaning all paths.', {})
  return 'success'
}

/** Before dbt 1.0 packages were installed in `dbt_modules`. */
function tellOldFolder(session: Session, { flags, projectFile }: BareConfig): void {
  const { cleanTargets, packagesInstallPath } = projectFile
  if (!cleanTargets?.includes('dbt_modules') || cleanTargets.includes(packagesInstallPath)) return
  const problems = new Diagnostics()
  problems.add({
    code: 'commands/old-packages-folder',
    severity: 'warning',
    message:
      "        The default package install path has changed from `dbt_modules` to `dbt_packages`.         Please update `clean-targets` in `dbt_project.yml` and check `.gitignore` as well.         Or, set `packages-install-path: dbt_modules` if you'd like to keep the current value.",
    facts: {},
  })
  tellProblems(session, new WarningPolicy(flags), problems.all)
}

/** Absolute paths. @throws DiagnosticError `commands/protected-path` before anything is deleted */
function checkedTargets(config: BareConfig): string[] {
  const { projectFolder, projectFile, flags } = config
  const absolute = (path: string): string => posix.resolve(projectFolder, path)
  const targets = [...new Set((projectFile.cleanTargets ?? [flags.targetPath]).map(absolute))]
  const { models, macros, seeds, tests, analyses, snapshots, functions, docs } = projectFile.paths
  const sources = new Set(
    [...models, ...macros, ...seeds, ...tests, ...analyses, ...snapshots, ...functions].map(absolute),
  )
  for (const path of docs) sources.add(absolute(path))
  refuse(
    'source paths',
    targets.filter(path => sources.has(path)),
  )
  const outside = targets.filter(path => !path.startsWith(`${projectFolder}/`))
  if (flags.cleanProjectFilesOnly) refuse('directories outside the project', outside)
  return targets
}

function refuse(what: string, paths: readonly string[]): void {
  if (paths.length === 0) return
  throw new DiagnosticError({
    code: 'commands/protected-path',
    kind: 'Runtime',
    message: `dbt will not clean the following ${what}: [${paths.map(path => `'${path}'`).join(', ')}]`,
    hint: 'take them out of "clean-targets" in the project file',
  })
}
