/** From the command line to the graph: the phases that every command with a project begins with. */
import { manifestEntry } from '../artifacts/manifest.ts'
import { renderedTexts, textsToKeep } from '../artifacts/rendered-texts.ts'
import { adapterVersion, dbtVersion } from '../base/dbt-version.ts'
import { Diagnostics } from '../base/diagnostic.ts'
import { sha256 } from '../base/fingerprint.ts'
import { lazy } from '../base/lazy.ts'
import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load-config.ts'
import { shownVars } from '../config/secrets.ts'
import { WarningPolicy } from '../config/warning-policy.ts'
import { templateEffects } from '../execution/template-effects.ts'
import type { Graph } from '../graph/graph.ts'
import { linkGraph } from '../graph/link-graph.ts'
import type { GraphTexts } from '../parse-cache/graph-texts.ts'
import { ParseCache } from '../parse-cache/parse-cache.ts'
import { parseProject } from '../project/parse-project.ts'
import { ParseWitness, sayAgain } from '../project/parse-witness.ts'
import { WatchedFiles } from '../storage/watched-files.ts'
import { str } from '../template/repr.ts'
import { CommandStopped, stopOnErrors } from './command-stopped.ts'
import { foundStats } from './found-stats.ts'
import { note } from './note.ts'
import type { Session } from './session.ts'
import { tellChanges, tellFullParse, tellKept, tellNotEnabled } from './tell-parsing.ts'
import { tellProblems } from './tell-problems.ts'
import { timed } from './timed.ts'
import { workingFolder } from './working-folder.ts'

export interface LoadedProject {
  readonly config: Config
  readonly graph: Graph
  /** What artifacts say of the graph. */
  readonly texts: () => GraphTexts
  readonly warnings: WarningPolicy
}

/** @throws CommandStopped with everything that is wrong in the first phase that found something */
export function loadSettings(session: Session): { config: Config; warnings: WarningPolicy } {
  const diagnostics = new Diagnostics()
  const config = timed(session, 'read settings', () => loadConfig(session.launch, diagnostics))
  stopOnErrors(diagnostics)
  if (config === undefined) throw new CommandStopped(diagnostics.all)
  session.outside.enterFolder(workingFolder(session, config))
  session.begin(config)
  const warnings = new WarningPolicy(config.flags, config.projectFile.behaviour.requireAllWarningsHandledByWarnError)
  tellProblems(session, warnings, diagnostics.all)
  return { config, warnings }
}

/**
 * The graph of the last run where nothing has changed since, otherwise that of the files.
 * @throws CommandStopped with everything that is wrong in the first phase that found something
 */
export async function loadGraph(session: Session): Promise<LoadedProject> {
  const { config, warnings } = loadSettings(session)
  tellSettings(session, config)
  const cache = new ParseCache({
    config,
    stamp: session.buildStamp,
    builtins: session.builtins,
    entryOf: manifestEntry,
    path: `${config.flags.targetPath}/parse.cache`,
    mayWrite: config.flags.writeJson && !config.flags.dryRun,
  })
  const known = config.flags.partialParse ? timed(session, 'read parse cache', () => cache.known()) : undefined
  if (known === undefined) return { config, warnings, ...readGraph(session, config, warnings, cache) }
  tellKept(session.emit, known.editedCount)
  sayAgain(known.told.said, templateEffects(config, session.emit, null))
  tellProblems(session, warnings, known.told.parsing)
  tellProblems(session, warnings, known.told.linking)
  return { config, warnings, graph: known.graph, texts: () => known.texts }
}

function readGraph(
  session: Session,
  config: Config,
  warnings: WarningPolicy,
  cache: ParseCache,
): { readonly graph: Graph; readonly texts: () => GraphTexts } {
  const { partialParse } = config.flags
  if (partialParse) tellFullParse(session.emit, cache.before, config)
  else tellNotEnabled(session.emit)
  const startedAtMs = config.clock.now()
  const watched = new WatchedFiles(config.files)
  const witness = new ParseWitness()
  const parsing = new Diagnostics()
  const read = timed(session, 'parse', () =>
    parseProject({ ...config, files: watched.files }, session.builtins(), parsing, {
      macros: cache.macros,
      witness,
      effects: templateEffects(config, session.emit, null),
    }),
  )
  const project = { ...read, config }
  if (partialParse) tellChanges(session.emit, cache.before, { config, watched, macros: cache.macros })
  tellProblems(session, warnings, parsing.all)
  const linking = new Diagnostics()
  const graph = timed(session, 'link', () => linkGraph(project, linking))
  tellProblems(session, warnings, linking.all)
  if (graph === undefined) throw new CommandStopped(linking.all)
  const dates = [...project.nodes.values()].flatMap(node => ('deprecationDate' in node && node.deprecationDate) || [])
  const fresh = {
    graph,
    told: { said: witness.said, parsing: parsing.all, linking: linking.all },
    texts: textsToKeep(graph),
    record: { config, watched, witness, dates, startedAtMs },
  }
  const kept = session.spare.add(cache.keep(fresh))
  const texts = lazy(() => timed(session, 'keep parse', kept) ?? renderedTexts(graph))
  return { graph, texts }
}

/** Which adapter works, and with which variables: as dbt tells when it has read the settings. */
function tellSettings(session: Session, config: Config): void {
  const data = { adapter_name: 'duckdb', adapter_version: `=${adapterVersion}` }
  const message = `Registered adapter: duckdb=${adapterVersion}`
  note(session, 'AdapterRegistered', 'E034', message, data)
  const { flags } = config
  const vars = str(shownVars(flags.vars))
  const facts = { vars, profile: flags.profile ?? '', target: flags.target ?? '', version: dbtVersion }
  const checksum = sha256(Object.values(facts).join('\0'))
  session.emit({
    kind: 'note',
    name: 'StateCheckVarsHash',
    code: 'I025',
    level: 'debug',
    message: `checksum: ${checksum}, vars: ${vars}, profile: ${facts.profile}, target: ${facts.target}, version: ${dbtVersion}`,
    data: { checksum, ...facts },
  })
}

/** Tells `Found 3 models, …`: what a command works on. */
export function tellFound(session: Session, graph: Graph): void {
  session.emit({ kind: 'project found', statLine: foundStats(graph), groups: graph.project.groups })
}
