/** `docs generate`: manifest and catalog for a documentation site. */
import { posix } from 'node:path'
import { artifactMetadata } from '../artifacts/artifact-metadata.ts'
import type { ArtifactWriter } from '../artifacts/artifact-writer.ts'
import { emptyCatalog, renderCatalog } from '../artifacts/catalog.ts'
import { docsPage, inlinedPage, isOwnPage } from '../artifacts/docs-page.ts'
import { DiagnosticError, Diagnostics } from '../base/diagnostic.ts'
import type { Catalog } from '../execution/catalog-table.ts'
import { readCatalog } from '../execution/read-catalog.ts'
import { commandResourceTypes } from '../graph/command-selection.ts'
import { artifactWriter } from './artifact-writer.ts'
import { compilationPlan, compileAll } from './compile.ts'
import { type LoadedProject, loadGraph, tellFound } from './load-graph.ts'
import { note } from './note.ts'
import { openDatabase } from './open-database.ts'
import { runOf } from './run-nodes.ts'
import { selectMembers } from './select-members.ts'
import type { Command, Session } from './session.ts'
import { tellProblems } from './tell-problems.ts'

export const docsGenerate: Command = async session => {
  const loaded = await loadGraph(session)
  const { config, graph } = loaded
  if (config.flags.compile) {
    tellFound(session, graph)
    await compileAll(session, loaded, compilationPlan(session, loaded))
  }
  const writer = artifactWriter(session, config)
  note(session, 'BuildingCatalog', 'E044', 'Building catalog', {})
  const catalog = config.flags.emptyCatalog ? emptyCatalog : await catalogOf(session, loaded)
  tellFailures(session, loaded, catalog)
  writer.write('CatalogArtifact', 'catalog.json', () => renderCatalog(catalog, artifactMetadata(config, 'catalog/v1')))
  copyAssets(loaded)
  writePages(loaded, writer)
  const count = catalog.failures.length
  if (count > 0) {
    const message = `dbt encountered ${count} failure${count === 1 ? '' : 's'} while writing the catalog`
    session.emit({ kind: 'note', name: 'WriteCatalogFailure', code: 'E041', level: 'error', message })
  }
  const path = writer.pathOf('catalog.json')
  note(session, 'CatalogWritten', 'E042', `Catalog written to ${path}`, { path })
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

/**
 * `index.html`, unless a page that is not ours stands there already, such as the one of dbt; with `--static` the same page with
 * manifest and catalog in it.
 * @throws DiagnosticError where there is nothing to put into it, or no place for it
 */
function writePages({ config: { files, flags } }: LoadedProject, writer: ArtifactWriter): void {
  const kept = files.read(writer.pathOf('index.html'))
  const page = kept === undefined || isOwnPage(kept) ? docsPage : kept
  if (page !== kept) files.write(writer.pathOf('index.html'), page)
  if (!flags.static) return
  const documents = ['manifest.json', 'catalog.json'].map(name => files.read(writer.pathOf(name)))
  const [manifest, catalog] = documents
  if (manifest === undefined || catalog === undefined) {
    throw noStaticPage(
      'manifest.json or catalog.json is not in the target folder',
      'leave out --no-compile and --no-write-json',
    )
  }
  const filled = inlinedPage(page, manifest, catalog)
  if (filled === undefined) {
    throw noStaticPage(
      `"${writer.pathOf('index.html')}" has no place for manifest and catalog`,
      'delete it, and it is written anew',
    )
  }
  files.write(writer.pathOf('static_index.html'), filled)
}

function noStaticPage(message: string, hint: string): DiagnosticError {
  return new DiagnosticError({ code: 'commands/no-documentation', kind: 'Runtime', message, hint })
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

/** Of the selected nodes and sources, by the flags or by the default selector; of everything where nothing was compiled. */
async function catalogOf(session: Session, loaded: LoadedProject): Promise<Catalog> {
  const { flags } = loaded.config
  const resourceTypes = new Set([...commandResourceTypes(flags), 'source' as const])
  const wanted = flags.compile ? new Set(selectMembers(loaded, session, { resourceTypes }).uniqueIds) : null
  const database = await openDatabase(session, loaded.config, { readOnlyIfLocked: true })
  try {
    const run = runOf(session, loaded, { database, deferral: null, selection: { uniqueIds: [...(wanted ?? [])] } })
    return await readCatalog(run, wanted, !flags.compile)
  } finally {
    await database.close()
  }
}
