/** `delta history|optimize|restore|vacuum`: upkeep of one Delta table, by the name of its model or by its place. */
import { Diagnostics } from '../base/diagnostic.ts'
import type { Change } from '../delta/change.ts'
import { history } from '../delta/history.ts'
import { optimizeChange } from '../delta/optimize.ts'
import { publishChange } from '../delta/publish.ts'
import { restoreChange } from '../delta/restore.ts'
import { requireSnapshot } from '../delta/snapshot.ts'
import { vacuum } from '../delta/vacuum.ts'
import { type OpenTable, withDeltaTable } from '../execution/with-delta-table.ts'
import { CommandStopped } from './command-stopped.ts'
import { loadGraph } from './load-graph.ts'
import { openDatabase } from './open-database.ts'
import { runOf } from './run-nodes.ts'
import type { Command, Outcome, Session } from './session.ts'

const usualLimit = 20

export const deltaHistory: Command = session =>
  onTable(session, async ({ table }) => {
    for (const entry of await history(table.files, number(session, 'limit') ?? usualLimit)) {
      const time = new Date(entry.timestampMs).toISOString()
      const files = `+${entry.addedFiles} -${entry.removedFiles} files`
      const by = [entry.engine, entry.userMetadata].filter(one => one !== undefined).join(' ')
      session.emit({ kind: 'output', text: `${entry.version}  ${time}  ${entry.operation}  ${files}  ${by}`.trimEnd() })
    }
    return 'success'
  })

export const deltaOptimize: Command = session =>
  onTable(session, async open => {
    const { files } = open.table
    const zOrderBy = columns(session, 'zorderBy')
    const targetBytes = bytes(session, 'targetSize')
    const change = await optimizeChange(files, open.writer, await requireSnapshot(files), {
      ...(zOrderBy.length > 0 && { zOrderBy }),
      ...(targetBytes !== undefined && { targetBytes }),
    })
    return publish(session, open, change, `${change?.removes.length ?? 0} files became ${change?.adds.length ?? 0}`)
  })

export const deltaRestore: Command = session =>
  onTable(session, async open => {
    const version = number(session, 'toVersion')
    if (version === undefined) return stopped("Missing option '--to-version'")
    const { files } = open.table
    const change = await restoreChange(files, await requireSnapshot(files), await requireSnapshot(files, version))
    return publish(session, open, change, `is as it was at version ${version}`)
  })

export const deltaVacuum: Command = session =>
  onTable(session, async ({ table, lake }) => {
    const hours = number(session, 'retainHours')
    const dryRun = session.launch.given.dryRun === true
    const { keys, sizeBytes } = await vacuum(table.files, await requireSnapshot(table.files), {
      nowMs: lake.settings.clock.now(),
      ...(hours !== undefined && { retainMs: hours * 3_600_000 }),
      force: session.launch.given.force === true,
      dryRun,
    })
    if (dryRun) for (const key of keys) session.emit({ kind: 'output', text: key })
    const verb = dryRun ? 'would be deleted' : 'deleted'
    session.emit({ kind: 'output', text: `${keys.length} files ${verb}, ${sizeBytes} bytes` })
    return 'success'
  })

async function onTable(session: Session, action: (open: OpenTable) => Promise<Outcome>): Promise<Outcome> {
  const loaded = await loadGraph(session)
  const database = await openDatabase(session, loaded.config, { readOnlyIfLocked: true })
  const run = runOf(session, loaded, { database, deferral: null, selection: { uniqueIds: [] } })
  try {
    return await withDeltaTable(String(session.launch.given.table ?? ''), run, action)
  } finally {
    await database.close()
  }
}

async function publish(
  session: Session,
  { table, lake, writer }: OpenTable,
  change: Change | undefined,
  told: string,
): Promise<Outcome> {
  const say = (text: string): void => session.emit({ kind: 'output', text: `${table.location}: ${text}` })
  if (change === undefined) {
    say('nothing to do')
    return 'success'
  }
  const { clock, ids } = lake.settings
  const { outcome } = await publishChange(table.files, writer, change, { clock, ids, engine: 'eider' })
  if (outcome.kind === 'committed') {
    say(`version ${outcome.version}, ${told}`)
    return 'success'
  }
  say(outcome.kind === 'conflict' ? `version ${outcome.version} was first: ${outcome.reason}` : String(outcome.cause))
  return 'failure'
}

function number(session: Session, name: string): number | undefined {
  const given = session.launch.given[name]
  return given === undefined ? undefined : Number(given)
}

/** Names with commas between them, in one word or several. */
function columns(session: Session, name: string): string[] {
  const given = session.launch.given[name]
  const texts = Array.isArray(given) ? given.map(String) : given === undefined ? [] : [String(given)]
  return texts
    .flatMap(text => text.split(','))
    .map(text => text.trim())
    .filter(text => text !== '')
}

/** A number of bytes, also as `64KB`, `128MB` or `1GB`. */
function bytes(session: Session, name: string): number | undefined {
  const given = session.launch.given[name]
  if (given === undefined) return undefined
  const match = /^\s*(\d+)\s*(?:([kmg])?b?)\s*$/i.exec(String(given))
  if (match === null) return stopped(`"${String(given)}" is no size; write it as 128MB`)
  return Number(match[1]) * 1024 ** ['', 'k', 'm', 'g'].indexOf(match[2]?.toLowerCase() ?? '')
}

function stopped(message: string): never {
  const diagnostics = new Diagnostics()
  diagnostics.add({ code: 'config/bad-flag', kind: 'Runtime', message })
  throw new CommandStopped(diagnostics.all)
}
