/** `show`: the first rows of a node, of `--inline` SQL, or of `--inline-direct` SQL that is sent as it stands. */
import { DiagnosticError } from '../base/diagnostic.ts'
import { printedTable } from '../context/agate-table.ts'
import { failureText } from '../execution/failure-text.ts'
import { type PreviewResult, previewNode, previewOf, previewText } from '../execution/preview-node.ts'
import type { NodeResult } from '../execution/run-result.ts'
import type { Node } from '../project/node.ts'
import { CommandStopped } from './command-stopped.ts'
import { failureDiagnostics } from './compile.ts'
import { tellEmptySelection } from './empty-selection.ts'
import { inlineNode } from './inline-node.ts'
import { loadDeferral } from './load-deferral.ts'
import { type LoadedProject, loadGraph, tellFound } from './load-graph.ts'
import { openDatabase } from './open-database.ts'
import { runOf, writeRun } from './run-nodes.ts'
import { selectMembers } from './select-members.ts'
import type { Command, Session } from './session.ts'

export const show: Command = async session => {
  const loaded = await loadGraph(session)
  const { config } = loaded
  const { flags } = config
  if (!flags.inline && flags.inlineDirect === null && flags.select.length === 0 && flags.selector === null) {
    throw new DiagnosticError({
      code: 'commands/nothing-to-show',
      kind: 'Runtime',
      message: 'Either --select or --inline must be passed to show',
      hint: 'eider show --select MODEL',
    })
  }
  if (flags.inlineDirect !== null) {
    await showText(session, loaded, flags.inlineDirect)
    return 'success'
  }
  tellFound(session, loaded.graph)
  await showNodes(
    session,
    loaded,
    flags.inline === null ? selectedNodes(session, loaded) : [inlineNode(flags.inline, config)],
  )
  return 'success'
}

function selectedNodes(session: Session, loaded: LoadedProject): Node[] {
  const { graph, config } = loaded
  const [asked] = config.flags.select
  const nodes = selectMembers(loaded, session).uniqueIds.flatMap(id => {
    const member = graph.members.get(id)
    return member !== undefined && 'rawCode' in member ? [member] : []
  })
  if (nodes.length === 0) tellEmptySelection(session, loaded, 'NothingToDo')
  // Tests come along with a model that is selected by name, but are not shown.
  return nodes.filter(node => asked === undefined || asked.includes(node.name))
}

const rowLimit = (limit: number): number | null => (limit < 0 ? null : limit)

async function showNodes(session: Session, loaded: LoadedProject, nodes: readonly Node[]): Promise<void> {
  const { config } = loaded
  const { clock, flags } = config
  const database = await openDatabase(session, config, { readOnlyIfLocked: true })
  const selection = { uniqueIds: nodes.map(node => node.uniqueId) }
  const run = runOf(session, loaded, { database, deferral: loadDeferral(session, config), selection })
  const results: NodeResult[] = []
  const startedMs = clock.elapsedMs()
  tellConcurrency(session, loaded, nodes.length)
  try {
    for (const node of nodes) {
      const shown = await previewNode(node, run, rowLimit(flags.limit))
      const { table, preview } = shown
      const result = shownResult(shown)
      const { threadId } = result
      session.emit({ kind: 'node finished', atMs: clock.now(), node, description: node.name, threadId, result })
      session.emit({
        kind: 'rows shown',
        atMs: clock.now(),
        node,
        preview,
        table: printedTable(table, { maxRows: null }),
      })
      results.push(result)
    }
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error
    throw new CommandStopped(failureDiagnostics(failedResult(error, nodes[results.length]), flags.inline !== null))
  } finally {
    await database.close()
  }
  const result = { results, elapsedMs: clock.elapsedMs() - startedMs, interrupted: false }
  session.emit({ kind: 'run finished', atMs: clock.now(), result, statLine: '' })
  writeRun(session, loaded, run, result)
}

function tellConcurrency(session: Session, { config }: LoadedProject, nodeCount: number): void {
  session.emit({
    kind: 'run started',
    atMs: config.clock.now(),
    command: 'show',
    threads: config.flags.threads ?? config.target.threads,
    targetName: config.target.targetName,
    nodeCount,
  })
}

type Shown = Pick<PreviewResult, 'compiledCode' | 'elapsedMs'> & {
  readonly node: Pick<Node, 'uniqueId' | 'relationName'>
  readonly timing?: PreviewResult['timing']
}

function shownResult({ node, compiledCode, elapsedMs, timing }: Shown): NodeResult {
  return {
    uniqueId: node.uniqueId,
    status: 'success',
    timing: timing
      ? [
          { name: 'compile', startedAtMs: timing.startedAtMs, completedAtMs: timing.executingAtMs },
          { name: 'execute', startedAtMs: timing.executingAtMs, completedAtMs: timing.completedAtMs },
        ]
      : [],
    threadId: 'Thread-1 (worker)',
    executionTimeMs: elapsedMs,
    adapterResponse: { _message: 'OK' },
    message: null,
    failures: null,
    diagnostics: [],
    compiled: compiledCode !== null,
    compiledCode,
    relationName: node.relationName,
    batchResults: null,
  }
}

function failedResult(error: DiagnosticError, node: Node | undefined): NodeResult {
  const { diagnostic } = error
  const message = node === undefined ? diagnostic.message : failureText(diagnostic, node)
  return {
    ...shownResult({ node: node ?? { uniqueId: '', relationName: null }, compiledCode: null, elapsedMs: 0 }),
    status: 'error',
    message,
    diagnostics: [diagnostic],
  }
}

/** Sends the text without templates around it. */
async function showText(session: Session, loaded: LoadedProject, sql: string): Promise<void> {
  const { config } = loaded
  const database = await openDatabase(session, config, { readOnlyIfLocked: true })
  const run = runOf(session, loaded, { database, deferral: null, selection: { uniqueIds: [] } })
  try {
    const table = await previewText(sql, run, rowLimit(config.flags.limit))
    session.emit({
      kind: 'rows shown',
      atMs: config.clock.now(),
      node: inlineNode(sql, config),
      preview: previewOf(table),
      table: printedTable(table, { maxRows: null }),
    })
  } finally {
    await database.close()
  }
}
