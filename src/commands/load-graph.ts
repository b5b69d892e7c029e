/** From the command line to the graph: the phases that every command with a project begins with. */
import { adapterVersion, dbtVersion } from '../base/dbt-version.ts'
import { type Diagnostic, Diagnostics } from '../base/diagnostic.ts'
import { sha256 } from '../base/fingerprint.ts'
import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load-config.ts'
import { shownVars } from '../config/secrets.ts'
import { WarningPolicy } from '../config/warning-policy.ts'
import { templateEffects } from '../execution/template-effects.ts'
import type { Graph } from '../graph/graph.ts'
import { linkGraph } from '../graph/link-graph.ts'
import type { Builtins } from '../project/builtins.ts'
import { MacroCache } from '../project/macro-cache.ts'
import { parseProject } from '../project/parse-project.ts'
import { str } from '../template/repr.ts'
import { CommandStopped, stopOnErrors } from './command-stopped.ts'
import { foundStats } from './found-stats.ts'
import type { Session } from './session.ts'
import { timed } from './timed.ts'
import { isDeprecation, isPlainWarning, warningEvent } from './warning-names.ts'
import { workingFolder } from './working-folder.ts'

export interface LoadedProject {
  readonly config: Config
  readonly graph: Graph
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
  tellProblems(session, warnings, diagnostics)
  return { config, warnings }
}

/** @throws CommandStopped with everything that is wrong in the first phase that found something */
export async function loadGraph(session: Session): Promise<LoadedProject> {
  const { config, warnings } = loadSettings(session)
  tellSettings(session, config)
  const parsing = new Diagnostics()
  const builtins = session.builtins()
  const cache = openMacroCache(session, config, builtins.stamp)
  const effects = templateEffects(config, session.emit, null)
  const project = timed(session, 'parse', () => parseProject(config, builtins, parsing, cache, effects))
  tellProblems(session, warnings, parsing)
  const linking = new Diagnostics()
  const graph = timed(session, 'link', () => linkGraph(project, linking))
  tellProblems(session, warnings, linking)
  if (graph === undefined) throw new CommandStopped(linking.all)
  return { config, graph, warnings }
}

/** Which adapter works, and with which variables: as dbt tells when it has read the settings. */
function tellSettings(session: Session, config: Config): void {
  const data = { adapter_name: 'duckdb', adapter_version: `=${adapterVersion}` }
  const message = `Registered adapter: duckdb=${adapterVersion}`
  session.emit({ kind: 'note', name: 'AdapterRegistered', code: 'E034', level: 'info', message, data })
  const { flags, target } = config
  const vars = str(shownVars(flags.vars))
  const facts = { vars, profile: flags.profile ?? '', target: target.targetName, version: dbtVersion }
  const checksum = sha256(JSON.stringify(facts))
  session.emit({
    kind: 'note',
    name: 'StateCheckVarsHash',
    code: 'I025',
    level: 'debug',
    message: `checksum: ${checksum}, vars: ${vars}, profile: ${facts.profile}, target: ${facts.target}, version: ${dbtVersion}`,
    data: { checksum, ...facts },
  })
}

/** The cache lies in the target folder, so `clean` removes it. It is replaced in one piece: other runs may be reading it. */
function openMacroCache(session: Session, config: Config, stamp: Builtins['stamp']): MacroCache {
  const { files, flags } = config
  const path = `${flags.targetPath}/macros.cache.json`
  const cache = new MacroCache(stamp, stamp === undefined ? undefined : files.read(path))
  session.atEnd(() => {
    const text = flags.writeJson ? cache.text() : undefined
    if (text === undefined) return
    const written = `${path}.${session.launch.ids()}`
    files.write(written, text)
    files.rename(written, path)
  })
  return cache
}

/** Tells `Found 3 models, …`: what a command works on. */
export function tellFound(session: Session, graph: Graph): void {
  session.emit({ kind: 'project found', statLine: foundStats(graph), groups: graph.project.groups })
}

/** Shows warnings, or stops where they or others are errors. @throws CommandStopped */
export function tellProblems(session: Session, warnings: WarningPolicy, diagnostics: Diagnostics): void {
  const errors: Diagnostic[] = [...diagnostics.errors]
  for (const diagnostic of diagnostics.all) {
    if (diagnostic.severity === 'error') continue
    const event = warningEvent(diagnostic.code)
    if (isDeprecation(event) && !session.noteDeprecation(event.name, event.code) && !warnings.showsAll) continue
    const treatment = isPlainWarning(event) && !warnings.strict ? 'warn' : warnings.of(diagnostic.code, event.name)
    if (treatment === 'error') errors.push({ ...diagnostic, severity: 'error' })
    else if (treatment === 'warn') session.emit({ kind: 'problem found', diagnostic })
  }
  if (errors.length > 0) throw new CommandStopped(errors)
}
