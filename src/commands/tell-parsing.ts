/** Whether the last parse can be used again, and why not: in the words of dbt's partial parsing. */
import type { Config } from '../config/config.ts'
import type { EarlierParse } from '../parse-cache/parse-cache.ts'
import { changedAnswers, changedSettings, fileChanges, type ParseInputs } from '../parse-cache/parse-inputs.ts'
import type { MacroCache } from '../project/macro-cache.ts'
import type { WatchedFiles } from '../storage/watched-files.ts'
import type { CommandSink } from './command-event.ts'

/** Macros that decide about every node. */
const specialMacros = new Set([
  ...['ref', 'source', 'config', 'function'],
  ...['generate_schema_name', 'generate_database_name', 'generate_alias_name'],
])

export function tellNotEnabled(emit: CommandSink): void {
  const message = 'Partial parsing not enabled'
  emit({ kind: 'note', name: 'PartialParsingNotEnabled', code: 'I028', level: 'debug', message })
}

/** The last parse is used again. */
export function tellKept(emit: CommandSink, editedCount: number): void {
  if (editedCount > 0) {
    tellCounts(emit, { deleted: 0, added: 0, changed: editedCount })
    return
  }
  const told = 'Nothing changed, skipping partial parsing.'
  emit({ kind: 'note', name: 'Note', code: 'Z050', level: 'debug', message: told, data: { msg: told } })
  const message = 'Partial parsing enabled, no changes found, skipping parsing'
  emit({ kind: 'note', name: 'PartialParsingSkipParsing', code: 'I017', level: 'debug', message })
}

/** What can be said before the files are read. */
export function tellFullParse(emit: CommandSink, before: EarlierParse, config: Config): void {
  switch (before.kind) {
    case 'not kept':
      return
    case 'none': {
      // Where the project was parsed before, there is something in it that is never the same twice: that is no news.
      const isNews = !config.files.exists(`${config.flags.targetPath}/manifest.json`)
      unable(emit, 'saved manifest not found. Starting full parse.', isNews ? 'info' : 'debug')
      return
    }
    case 'of another version':
      unable(emit, 'of a version mismatch')
      return
    case 'kept':
      for (const reason of reasons(before.inputs, config)) unable(emit, reason)
  }
}

function reasons(inputs: ParseInputs, config: Config): string[] {
  const settings = changedSettings(inputs, config)
  const about = new Set(changedAnswers(inputs, config).map(([kind]) => kind))
  const asVariable = (['var', 'plain var', 'vars', 'target'] as const).some(kind => about.has(kind))
  return [
    ...(asVariable ? ['config vars, config profile, or config target have changed'] : []),
    ...(settings.has('profile') ? ['profile has changed'] : []),
    ...(settings.has('project') ? ['a project config has changed'] : []),
  ]
}

interface Reading {
  readonly config: Config
  readonly watched: WatchedFiles
  readonly macros: MacroCache
}

/** What can be said when they were read. */
export function tellChanges(emit: CommandSink, before: EarlierParse, { config, watched, macros }: Reading): void {
  if (before.kind !== 'kept') return
  const { added, changed, deleted } = fileChanges(before.inputs, watched, config)
  if ([...macros.changedNames()].some(name => specialMacros.has(name))) {
    unable(emit, 'change detected to override macro. Starting full parse.')
    return
  }
  tellCounts(emit, { deleted: deleted.length, added: added.length, changed: changed.length })
}

function tellCounts(emit: CommandSink, counts: { deleted: number; added: number; changed: number }): void {
  emit({
    kind: 'note',
    name: 'PartialParsingEnabled',
    code: 'I040',
    level: 'debug',
    message: `Partial parsing enabled: ${counts.deleted} files deleted, ${counts.added} files added, ${counts.changed} files changed.`,
    data: counts,
  })
}

function unable(emit: CommandSink, reason: string, level: 'info' | 'debug' = 'info'): void {
  const message = `Unable to do partial parsing because ${reason}`
  emit({ kind: 'note', name: 'UnableToPartialParse', code: 'I024', level, message, data: { reason } })
}
