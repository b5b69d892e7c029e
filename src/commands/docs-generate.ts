/** `docs generate`: manifest and catalog for a documentation site. */
import { artifactMetadata } from '../artifacts/artifact-metadata.ts'
import { emptyCatalog, renderCatalog } from '../artifacts/catalog.ts'
import { type Catalog, readCatalog } from '../execution/read-catalog.ts'
import { commandResourceTypes } from '../graph/command-selection.ts'
import { artifactWriter } from './artifact-writer.ts'
import { compilationPlan, compileAndWrite } from './compile.ts'
import { type LoadedProject, loadGraph, tellFound } from './load-graph.ts'
import { openDatabase } from './open-database.ts'
import { runOf } from './run-nodes.ts'
import { selectMembers } from './select-members.ts'
import type { Command, Session } from './session.ts'

export const docsGenerate: Command = async session => {
  const loaded = await loadGraph(session)
  const { config, graph } = loaded
  tellFound(session, graph)
  if (config.flags.compile) await compileAndWrite(session, loaded, compilationPlan(session, loaded))
  const writer = artifactWriter(session, config)
  if (!config.flags.compile) writer.manifest(graph)
  note(session, 'BuildingCatalog', 'E044', 'Building catalog')
  const catalog = config.flags.emptyCatalog ? emptyCatalog : await catalogOf(session, loaded)
  writer.write('CatalogArtifact', 'catalog.json', () => renderCatalog(catalog, artifactMetadata(config, 'catalog/v1')))
  note(session, 'CatalogWritten', 'E046', `Catalog written to ${writer.pathOf('catalog.json')}`)
  return 'success'
}

function note(session: Session, name: string, code: string, message: string): void {
  session.emit({ kind: 'note', name, code, level: 'info', message })
}

/** Of the selected nodes, and of sources that were asked for; of everything without a selection. */
async function catalogOf(session: Session, loaded: LoadedProject): Promise<Catalog> {
  const { flags } = loaded.config
  const isSelected = flags.select.length > 0 || flags.exclude.length > 0 || flags.selector !== null
  const resourceTypes = new Set([...commandResourceTypes(flags), 'source' as const])
  const wanted = isSelected ? new Set(selectMembers(loaded, session, { resourceTypes }).uniqueIds) : null
  const database = await openDatabase(session, loaded.config, { readOnlyIfLocked: true })
  try {
    const run = runOf(session, loaded, { database, deferral: null, selection: { uniqueIds: [...(wanted ?? [])] } })
    return await readCatalog(run, wanted)
  } finally {
    await database.close()
  }
}
