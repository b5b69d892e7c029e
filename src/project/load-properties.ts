/** All properties files, read; and the snapshots that they define. */
import type { Config } from '../config/config.ts'
import { textIn } from '../template/dict-access.ts'
import { yamlSnapshotDraft } from './code-files.ts'
import type { Draft } from './draft.ts'
import { readFound } from './found-file.ts'
import { isEnabled } from './load-drafts.ts'
import type { PackageFiles } from './load-macros.ts'
import type { NodeMaker } from './node-maker.ts'
import type { ProjectPackage } from './project-package.ts'
import { type PropertiesFile, type RenderNative, readProperties } from './properties-file.ts'
import type { PropertyEntry, Section } from './property-entry.ts'
import { checkEntry } from './property-shapes.ts'
import { readCallText } from './static-calls.ts'

export class LoadedProperties {
  private readonly files: readonly PropertiesFile[]

  constructor(files: readonly PropertiesFile[]) {
    this.files = files
  }

  /** Entries of one section of all files, or of several sections file by file. */
  *entries(...sections: readonly Section[]): Generator<PropertyEntry> {
    for (const file of this.files) for (const section of sections) yield* file.entries.get(section) ?? []
  }
}

export function loadProperties(
  files: PackageFiles,
  config: Config,
  maker: NodeMaker,
  renderer: (owner: ProjectPackage) => RenderNative,
): LoadedProperties {
  const read: PropertiesFile[] = []
  for (const [owner, found] of files) {
    const render = renderer(owner)
    for (const one of found.get('properties') ?? []) {
      const file = readFound(one, config.files)
      const properties = file && readProperties(one, file, render, maker.diagnostics)
      if (properties) read.push(checked(properties, maker))
    }
  }
  return new LoadedProperties(read)
}

/** Leaves out the entries that do not have the shape of their section, which is reported. */
function checked(file: PropertiesFile, maker: NodeMaker): PropertiesFile {
  const entries = new Map<Section, readonly PropertyEntry[]>()
  for (const [section, all] of file.entries) {
    entries.set(
      section,
      all.filter(entry => hasName(entry, maker) && checkEntry(entry, maker)),
    )
  }
  return { ...file, entries }
}

/** dbt warns of descriptions of singular tests that name none, and leaves them out. */
function hasName(entry: PropertyEntry, maker: NodeMaker): boolean {
  if (entry.section !== 'data_tests' || entry.value.has('name')) return true
  maker.report({
    code: 'project/unnamed-test',
    severity: 'warning',
    kind: 'Parsing',
    message: `Unable to parse 'data_tests' section of file '${entry.found.originalFilePath}'\n  Entry did not contain a name`,
    at: entry.at(),
  })
  return false
}

/** `snapshots: [{name, relation: ref('x')}]`: snapshots without a file of their own. */
export function yamlSnapshots(properties: LoadedProperties, maker: NodeMaker): Draft[] {
  const drafts: Draft[] = []
  for (const entry of properties.entries('snapshots')) {
    const relation = textIn(entry.value, 'relation')
    if (relation === null) continue
    const { found, file, name } = entry
    const draft = yamlSnapshotDraft(found, file, name, relation, maker.createdAtMs())
    if (!readCallText(relation, draft.calls)) {
      maker.report({
        code: 'project/invalid-entry',
        kind: 'Parsing',
        message: `Invalid ref or source expression: ${relation}`,
        at: entry.at('relation'),
      })
      continue
    }
    draft.enabled = isEnabled(draft, maker)
    drafts.push(draft)
  }
  return drafts
}
