/** Folders that the command line or the environment names have to be there, as in dbt, before anything else is looked at. */
import { posix } from 'node:path'
import type { Arguments } from './args.ts'
import { fieldName } from './option-table.ts'
import type { Surroundings } from './surroundings.ts'
import { UsageError } from './usage-error.ts'

type CommandArguments = Extract<Arguments, { kind: 'command' }>

/** They look for profiles.yml themselves, or do without. */
const withoutProfiles = ['debug', 'deps', 'init']

/** @throws UsageError */
export function checkFolders(parsed: CommandArguments, surroundings: Surroundings): void {
  checkFolder(parsed, surroundings, 'project-dir')
  for (const option of ['state', 'defer-state', 'target-path', 'log-path']) checkNoFile(parsed, surroundings, option)
  if (withoutProfiles.includes(parsed.entry.words)) return
  checkFolder(parsed, surroundings, 'profiles-dir')
}

/** It may be missing, but it is no file. */
function checkNoFile({ given, entry }: CommandArguments, { files }: Surroundings, option: string): void {
  const folder = given[fieldName(option)]
  if (typeof folder !== 'string' || files.stat(posix.resolve(files.root, folder))?.kind !== 'file') return
  throw new UsageError(`Invalid value for '--${option}': Directory '${folder}' is a file.`, entry)
}

function checkFolder({ given, entry }: CommandArguments, { environment, files }: Surroundings, option: string): void {
  const written = given[fieldName(option)]
  const upper = option.toUpperCase().replace('-', '_')
  const names = [`EIDER_${upper}`, `DBT_ENGINE_${upper}`, `DBT_${upper}`]
  const variable = written === undefined ? names.find(name => (environment[name] ?? '') !== '') : undefined
  const folder = written ?? (variable === undefined ? undefined : environment[variable])
  if (typeof folder !== 'string' || folder.startsWith('~')) return
  if (files.stat(posix.resolve(files.root, folder)) !== undefined) return
  const source = variable === undefined ? '' : ` (env var: '${variable}')`
  throw new UsageError(`Invalid value for '--${option}'${source}: Path '${folder}' does not exist.`, entry)
}
