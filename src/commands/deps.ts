/** `deps`: installs the packages of packages.yml by its lock file, which is written anew when it does not fit. */
import { posix } from 'node:path'
import { Diagnostics } from '../base/diagnostic.ts'
import { parseYaml } from '../base/located-yaml.ts'
import { fetchPackages } from '../config/fetch-packages.ts'
import { type InstallEvent, installPackages } from '../config/install-packages.ts'
import type { BareConfig } from '../config/load-config.ts'
import type { PinnedPackage } from '../config/package-lock.ts'
import { specsOf } from '../config/package-specs.ts'
import { WarningPolicy } from '../config/warning-policy.ts'
import { repr } from '../template/repr.ts'
import { parseAddedPackage, withPackage } from './add-package.ts'
import { CommandStopped } from './command-stopped.ts'
import { loadBare } from './load-bare.ts'
import { note } from './note.ts'
import type { Command, Session } from './session.ts'
import { tellProblems } from './tell-problems.ts'

export const deps: Command = async session => {
  let config = loadBare(session)
  if (config.flags.addPackage !== null) {
    addPackage(session, config, config.flags.addPackage)
    // The requests of the file have changed.
    config = loadBare({ ...session, begin: () => {} })
  }
  const { outside } = session
  const { flags } = config
  const temporaryFolder = outside.temporaryFolder()
  const hubUrl = config.environment.DBT_PACKAGE_HUB_URL ?? 'https://hub.getdbt.com/'
  const source = fetchPackages({
    files: config.files,
    temporaryFolder,
    hubUrl,
    download: url => outside.download(url),
    run: (command, args, folder) => outside.run(command, args, folder),
    warn: problem => tellProblems(session, new WarningPolicy(flags), [problem]),
  })
  try {
    await installPackages(config, { source, link: (target, path) => outside.link(target, path) }, event =>
      tell(session, event),
    )
  } finally {
    config.files.remove(temporaryFolder)
  }
  return 'success'
}

/** @throws CommandStopped where the file could not be read with the new entry: then it is left as it was */
function addPackage(session: Session, config: BareConfig, text: string): void {
  const added = parseAddedPackage(text, config.flags.source)
  const path = posix.join(config.projectFolder, config.requests.path)
  const changed = withPackage(config.files.read(path), added)
  const faults = new Diagnostics()
  specsOf(parseYaml({ path: config.requests.path, text: changed }), undefined, faults)
  if (faults.hasErrors) throw new CommandStopped(faults.all)
  config.files.write(path, changed)
  note(session, 'DepsAddPackage', 'M032', `Added new package ${added.name}@${added.version ?? ''} to ${path}`, {
    package_name: added.name,
    version: added.version ?? '',
    packages_filepath: path,
  })
}

function tell(session: Session, event: InstallEvent): void {
  switch (event.kind) {
    case 'no packages':
      note(session, 'DepsNoPackagesFound', 'M013', 'Warning: No packages were found in packages.yml', {})
      break
    case 'lock written':
      note(session, 'DepsLockUpdating', 'M031', `Updating lock file in file path: ${event.path}`, {
        lock_filepath: event.path,
      })
      break
    case 'unpinned': {
      const followed =
        event.branch === 'HEAD' ? 'not pinned, using HEAD (default branch)' : `pinned to the "${event.branch}" branch`
      const message = `WARNING: The git package "${event.git}" \n\tis ${followed}.\n\tThis can introduce breaking changes into your project without warning!\n\nSee https://docs.getdbt.com/docs/package-management#section-specifying-package-versions`
      session.emit({ kind: 'note', name: 'DepsUnpinned', code: 'M029', level: 'warn', message })
      break
    }
    case 'installing':
      note(session, 'DepsStartPackageInstall', 'M014', `Installing ${event.name}`, { package_name: event.name })
      break
    case 'installed':
      tellInstalled(session, event)
      break
    case 'updates available': {
      const { packages } = event
      note(session, 'Formatting', 'Z017', '')
      const message = `Updates available for packages: ${repr([...packages])}                 \nUpdate your versions in packages.yml, then run dbt deps`
      note(session, 'DepsNotifyUpdatesAvailable', 'M019', message, { packages })
      break
    }
  }
}

function tellInstalled(session: Session, { pinned, latest }: Extract<InstallEvent, { kind: 'installed' }>): void {
  const version = versionName(pinned)
  note(session, 'DepsInstallInfo', 'M015', `Installed from ${version}`, { version_name: version })
  if (pinned.kind === 'hub' && pinned.version === latest) note(session, 'DepsUpToDate', 'M017', 'Up to date!', {})
  else if (pinned.kind === 'hub' && latest !== undefined) {
    note(session, 'DepsUpdateAvailable', 'M016', `Updated version available: ${latest}`, { version_latest: latest })
  }
  if (pinned.kind !== 'git' || pinned.subdirectory === null) return
  const { subdirectory } = pinned
  note(session, 'DepsListSubdirectory', 'M018', `and subdirectory ${subdirectory}`, { subdirectory })
}

function versionName(pinned: PinnedPackage): string {
  switch (pinned.kind) {
    case 'local':
      return `<local @ ${pinned.local}>`
    case 'tarball':
      return `tarball (url: ${pinned.tarball})`
    case 'git':
      return `revision ${pinned.revision}`
    case 'hub':
      return `version ${pinned.version}`
  }
}
