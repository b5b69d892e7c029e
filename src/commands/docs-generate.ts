/** `docs generate`: manifest and catalog for a documentation site. */
import { posix } from 'node:path'
import { artifactMetadata } from '../artifacts/artifact-metadata.ts'
import { emptyCatalog, renderCatalog } from '../artifacts/catalog.ts'
import { Diagnostics } from '../base/diagnostic.ts'
import type { Catalog } from '../execution/catalog-table.ts'
import { readCatalog } from '../execution/read-catalog.ts'
import { commandResourceTypes } from '../graph/command-selection.ts'
import { artifactWriter } from './artifact-writer.ts'
import { compilationPlan, compileAndWrite } from './compile.ts'
import { type LoadedProject, loadGraph, tellFound } from './load-graph.ts'
import { openDatabase } from './open-database.ts'
import { runOf } from './run-nodes.ts'
import { selectMembers } from './select-members.ts'
import type { Command, Session } from './session.ts'
import { tellProblems } from './tell-problems.ts'

export const docsGenerate: Command = async session => {
  const loaded = await loadGraph(session)
  const { config, graph } = loaded
  tellFound(session, graph)
  if (config.flags.compile) await compileAndWrite(session, loaded, compilationPlan(session, loaded))
  const writer = artifactWriter(session, config)
  note(session, 'BuildingCatalog', 'E044', 'Building catalog')
  const catalog = config.flags.emptyCatalog ? emptyCatalog : await catalogOf(session, loaded)
  tellFailures(session, loaded, catalog)
  writer.write('CatalogArtifact', 'catalog.json', () => renderCatalog(catalog, artifactMetadata(config, 'catalog/v1')))
  copyAssets(loaded)
  const count = catalog.failures.length
  if (count > 0) {
    const message = `dbt encountered ${count} failure${count === 1 ? '' : 's'} while writing the catalog`
    session.emit({ kind: 'note', name: 'WriteCatalogFailure', code: 'E041', level: 'error', message })
  }
  note(session, 'CatalogWritten', 'E046', `Catalog written to ${writer.pathOf('catalog.json')}`)
  return count > 0 ? 'failure' : 'success'
}

/** What macros of the project could not tell is a warning. @throws CommandStopped where warnings are errors */
function tellFailures(session: Session, { warnings }: LoadedProject, { failures }: Catalog): void {
  const problems = new Diagnostics()
  for (const failure of failures) {
    problems.add({
      code: 'execution/catalog-macro',
      severity: 'warning',
      message: `Encountered an error while generating catalog: ${failure}`,
    })
  }
  tellProblems(session, warnings, problems.all)
}

/** Folders that descriptions show pictures from, copied beside the catalog; only those inside the project. */
function copyAssets({ config }: LoadedProject): void {
  const { files, flags, projectFile, projectFolder } = config
  const target = posix.resolve(projectFolder, flags.targetPath)
  for (const written of projectFile.paths.assets) {
    const folder = posix.relative(projectFolder, posix.resolve(projectFolder, written))
    if (folder === '' || folder.startsWith('..')) continue
    files.remove(`${target}/${folder}`)
    for (const path of files.list(`${projectFolder}/${folder}`)) {
      const content = files.readBytes(`${projectFolder}/${folder}/${path}`)
      if (content) files.write(`${target}/${folder}/${path}`, content)
    }
  }
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
    return await readCatalog(run, wanted, !flags.compile)
  } finally {
    await database.close()
  }
}
