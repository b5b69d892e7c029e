/** Every file that is a node -> its draft, its calls read, and whether it is enabled so far. */
import { DiagnosticError, type Diagnostics } from '../base/diagnostic.ts'
import type { Config } from '../config/config.ts'
import type { ProjectFile } from '../config/project-file.ts'
import { fileDraft, hookDrafts, seedDraft, snapshotDrafts } from './code-files.ts'
import type { Draft } from './draft.ts'
import { duplicateName } from './duplicate-names.ts'
import { configOf } from './finish-node.ts'
import { type FoundFile, readFound } from './found-file.ts'
import type { PackageFiles } from './load-macros.ts'
import type { NodeCalls } from './node-calls.ts'
import type { NodeMaker } from './node-maker.ts'

const fileKinds = [
  ['model', 'model'],
  ['snapshot', 'snapshot'],
  ['analysis', 'analysis'],
  ['singular test', 'test'],
  ['seed', 'seed'],
] as const

export function loadDrafts(files: PackageFiles, config: Config, maker: NodeMaker, calls: NodeCalls): Draft[] {
  const drafts: Draft[] = []
  const { projectFile } = config
  for (const [owner, found] of files) {
    const oldest = owner.projectFile.configVersion < projectFile.configVersion ? owner.projectFile : projectFile
    const of = (draft: Draft): void => {
      if (oldest.configVersion !== 2) throw unexpectedVersion(oldest)
      calls.readCode(draft)
      draft.enabled = isEnabled(draft, maker)
      drafts.push(draft)
    }
    for (const [kind, type] of fileKinds) {
      for (const one of found.get(kind) ?? []) for (const draft of draftsOf(type, one, config, maker)) of(draft)
    }
    for (const hook of hookDrafts(owner, maker.createdAtMs())) of(hook)
    for (const one of found.get('function') ?? []) {
      for (const draft of draftsOf('function', one, config, maker)) of(draft)
    }
  }
  return drafts
}

/** As in dbt it matters with the first file of a package that has a configuration, and stops everything. */
function unexpectedVersion({ configVersion, file }: ProjectFile): DiagnosticError {
  const key = 'config-version'
  const start = file.text.indexOf(key)
  return new DiagnosticError({
    code: 'config/bad-project-file',
    kind: 'Internal',
    message: `Got an unexpected project version=${configVersion}, expected 2`,
    hint: `write \`${key}: 2\``,
    at: { file, start, end: start + key.length },
  })
}

function draftsOf(
  type: 'model' | 'snapshot' | 'analysis' | 'test' | 'seed' | 'function',
  found: FoundFile,
  { files }: Config,
  maker: NodeMaker,
): Draft[] {
  const now = maker.createdAtMs()
  if (type === 'seed') {
    const size = files.stat(found.absolutePath)?.sizeBytes ?? 0
    return [seedDraft(found, size, () => wholeText(found, files), now)]
  }
  const file = readFound(found, files)
  if (!file) return []
  if (type !== 'snapshot') return [fileDraft(type, found, file, now)]
  try {
    return file.text.includes('{%') ? snapshotDrafts(found, file, now, maker.diagnostics) : []
  } catch (error) {
    maker.diagnostics.absorb(error)
    return []
  }
}

/** With its byte order mark: dbt hashes it, too. */
function wholeText(found: FoundFile, files: Config['files']): string {
  const bytes = files.readBytes(found.absolutePath)
  return bytes ? new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes) : ''
}

/** Enabled as far as the project file and the node's own file say. */
export function isEnabled(draft: Draft, maker: NodeMaker): boolean {
  return configOf(draft, maker).config.get('enabled') !== false
}

/** Reports enabled drafts of one unique id; only the first of them is kept. */
export function withoutDuplicates(drafts: readonly Draft[], diagnostics: Diagnostics): Draft[] {
  const known = new Map<string, Draft>()
  return drafts.filter(draft => {
    if (!draft.enabled) return true
    const first = known.get(draft.uniqueId)
    if (!first) {
      known.set(draft.uniqueId, draft)
      return true
    }
    diagnostics.add(duplicateName(named(first), named(draft)))
    return false
  })
}

function named(draft: Draft): Parameters<typeof duplicateName>[0] {
  const { place, generic, ...rest } = draft
  return { ...rest, ...(generic && { generic }), ...(place && { at: place() }) }
}

/** Runs a step whose failure concerns one resource alone. @returns undefined after a failure, which is reported */
export function guarded<T>(diagnostics: Diagnostics, step: () => T): T | undefined {
  try {
    return step()
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error
    diagnostics.absorb(error)
    return undefined
  }
}
