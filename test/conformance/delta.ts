/**
 * Judges the Delta reader by tables with expectations (`tables/`, `expectations/*.json`): state, content hash, older
 * versions, in-commit times, change feed and refusals. Gives sentences on what is wrong; an empty list is a pass.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { changeFeedSql } from '../../src/delta/change-feed.ts'
import { localTable } from '../../src/delta/local-table.ts'
import { commitKey } from '../../src/delta/log-path.ts'
import { snapshotSql } from '../../src/delta/scan.ts'
import { duckdbType, renderDeltaType } from '../../src/delta/schema.ts'
import { requireSnapshot, type Snapshot } from '../../src/delta/snapshot.ts'
import { decodePath, type ParquetReader, type TableFiles } from '../../src/delta/table-files.ts'
import { versionAt } from '../../src/delta/time-travel.ts'

interface ExpectedColumn {
  readonly name: string
  readonly delta: string
  readonly duckdb: string
  readonly nullable: boolean
}

interface ExpectedState {
  readonly version?: number
  readonly expect?: 'missing-files' | 'unavailable'
  readonly protocol?: unknown
  readonly num_files?: number
  readonly partition_columns?: readonly string[]
  readonly columns?: readonly ExpectedColumn[]
  readonly num_rows?: number
  readonly hash?: string
  readonly hash_sql?: string
}

export interface Expectation {
  readonly id: string
  readonly path: string
  readonly expect: 'rows' | 'error' | 'missing-files' | 'rows-or-refuse'
  readonly mention_any?: readonly string[]
  readonly latest?: ExpectedState
  readonly versions?: readonly ExpectedState[]
  readonly hash_alternatives?: Readonly<Record<string, string>>
  readonly in_commit_timestamps?: readonly { readonly version: number; readonly in_commit_timestamp_ms: number }[]
  readonly change_feed?: {
    readonly from_version: number
    readonly counts: readonly (readonly [number, string, number])[]
  }
}

/** The expectations below a folder whose tables are there too; `missing` names those whose table is not. */
export function readExpectations(folder: string): { readonly found: Expectation[]; readonly missing: string[] } {
  const all = readdirSync(join(folder, 'expectations'))
    .filter(name => name.endsWith('.json'))
    .sort()
    .map(name => JSON.parse(readFileSync(join(folder, 'expectations', name), 'utf8')) as Expectation)
  const isThere = (one: Expectation): boolean => existsSync(join(folder, one.path))
  return { found: all.filter(isThere), missing: all.filter(one => !isThere(one)).map(one => one.id) }
}

export async function judgeTable(folder: string, expectation: Expectation, reader: ParquetReader): Promise<string[]> {
  const faults: string[] = []
  const files = localTable(join(folder, expectation.path), reader)
  if (expectation.expect === 'error') return judgeRefusal(files, expectation)
  if (expectation.expect === 'rows-or-refuse') {
    const refusal = await judgeRefusal(files, expectation)
    if (refusal.length === 0) return []
  }
  const { latest } = expectation
  if (latest === undefined) return ['the expectation has no latest state']
  const snapshot = await attempt(faults, 'latest', () => requireSnapshot(files))
  if (snapshot === undefined) return faults
  faults.push(...stateFaults(snapshot, latest))
  const alternatives = Object.values(expectation.hash_alternatives ?? {})
  faults.push(...(await contentFaults(files, snapshot, latest, expectation.expect === 'missing-files', alternatives)))
  for (const older of expectation.versions ?? []) {
    faults.push(...(await judgeVersion(files, older, latest)).map(fault => `version ${older.version}: ${fault}`))
  }
  for (const time of expectation.in_commit_timestamps ?? []) faults.push(...(await timeFaults(files, time)))
  faults.push(...(await feedFaults(files, expectation)))
  return faults
}

async function judgeRefusal(files: TableFiles, expectation: Expectation): Promise<string[]> {
  try {
    const snapshot = await requireSnapshot(files)
    await files.reader.rows(`SELECT count(*) FROM (${await snapshotSql(files, snapshot)})`)
  } catch (error) {
    const message = String(error instanceof Error ? error.message : error)
    const isNamed = (expectation.mention_any ?? []).some(word => message.toLowerCase().includes(word.toLowerCase()))
    return isNamed ? [] : [`the refusal "${message}" mentions none of ${expectation.mention_any?.join(', ')}`]
  }
  return ['the table was read but should have been refused']
}

function stateFaults(snapshot: Snapshot, expected: ExpectedState): string[] {
  const columns = snapshot.schema.fields.map(field => ({
    name: field.name,
    delta: renderDeltaType(field.type),
    duckdb: duckdbType(field.type),
    nullable: field.nullable,
  }))
  const wantedColumns = expected.columns?.map((column, index) => ({
    ...column,
    // `*` stands for any type.
    duckdb: column.duckdb.includes('*') ? columns[index]?.duckdb : column.duckdb,
  }))
  return [
    ...differs('version', snapshot.version, expected.version),
    ...differs('protocol', snapshot.protocol, expected.protocol),
    ...differs('num_files', snapshot.files.length, expected.num_files),
    ...differs('partition_columns', snapshot.partitionColumns, expected.partition_columns),
    ...differs('columns', columns, wantedColumns),
  ]
}

async function contentFaults(
  files: TableFiles,
  snapshot: Snapshot,
  expected: ExpectedState,
  isMissing: boolean,
  alternatives: readonly string[],
): Promise<string[]> {
  const hashSql = isMissing ? undefined : expected.hash_sql
  try {
    const relation = `(${await snapshotSql(files, snapshot)})`
    if (hashSql === undefined) {
      await files.reader.rows(`SELECT max(hash(t)) FROM ${relation} AS t`)
      return isMissing ? ['the rows were read although files are missing'] : []
    }
    const [row] = await files.reader.rows(hashSql.replace('{REL}', () => relation))
    const isAlternative = alternatives.includes(String(row?.h))
    return [
      ...differs('num_rows', Number(row?.n), expected.num_rows),
      ...(isAlternative ? [] : differs('hash', row?.h, expected.hash)),
    ]
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const named = snapshot.files.some(file => message.includes(lastPart(decodePath(file.path))))
    const isVector = message.includes('deletion_vector_')
    if (isMissing && (named || isVector)) return []
    return [`reading fails: ${message.slice(0, 400)}`]
  }
}

function lastPart(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

async function judgeVersion(files: TableFiles, expected: ExpectedState, latest: ExpectedState): Promise<string[]> {
  const faults: string[] = []
  if (expected.expect === 'unavailable') {
    const error = await failure(() => requireSnapshot(files, expected.version))
    // A version whose commits are there can be unreadable for another reason, which has its own message.
    const isCleaned = (await files.store.head(commitKey(expected.version ?? 0))) === undefined
    const isClear = error !== undefined && (!isCleaned || error.includes('oldest'))
    return isClear ? [] : [`should not be available and name the oldest version, got ${error}`]
  }
  const snapshot = await attempt(faults, 'open', () => requireSnapshot(files, expected.version))
  if (snapshot === undefined) return faults
  faults.push(...stateFaults(snapshot, expected))
  const state = expected.hash_sql === undefined ? { ...expected, ...pickSql(latest) } : expected
  faults.push(...(await contentFaults(files, snapshot, state, expected.expect === 'missing-files', [])))
  return faults
}

function pickSql(latest: ExpectedState): Pick<ExpectedState, 'hash_sql'> {
  return latest.hash_sql === undefined ? {} : { hash_sql: latest.hash_sql }
}

async function timeFaults(
  files: TableFiles,
  time: { readonly version: number; readonly in_commit_timestamp_ms: number },
): Promise<string[]> {
  const at = await versionAt(files, time.in_commit_timestamp_ms)
  const before = await versionAt(files, time.in_commit_timestamp_ms - 1)
  return [
    ...differs(`version as of ${time.in_commit_timestamp_ms}`, at, time.version),
    ...differs(`version 1 ms before ${time.in_commit_timestamp_ms}`, before, time.version - 1),
  ]
}

type FeedCounts = readonly (readonly [number, string, number])[]

async function feedFaults(files: TableFiles, expectation: Expectation): Promise<string[]> {
  const feed = expectation.change_feed
  if (feed === undefined) return []
  const faults: string[] = []
  const rows = await attempt(faults, 'change feed', async () =>
    files.reader.rows(
      `SELECT _commit_version::INTEGER AS v, _change_type AS t, count(*)::INTEGER AS n
       FROM (${await changeFeedSql(files, { from: feed.from_version })}) GROUP BY 1, 2 ORDER BY 1, 2`,
    ),
  )
  if (rows === undefined) return faults
  const counts = rows.map(row => [Number(row.v), String(row.t), Number(row.n)] as const)
  return disputes(expectation).length === 0 ? differs('change feed', counts, feed.counts) : []
}

/**
 * Why an expectation contradicts itself: its change feed does not add up to its own row counts. Such a feed is not
 * compared, only read, and the runner names it.
 */
export function disputes(expectation: Expectation): string[] {
  const feed = expectation.change_feed
  return feed === undefined ? [] : imbalances(expectation, feed.counts)
}

/** What was inserted less what was deleted up to a version are its rows, if the feed starts with the table. */
function imbalances(expectation: Expectation, counts: FeedCounts): string[] {
  if (expectation.change_feed?.from_version !== 0) return []
  const newest = expectation.latest?.version ?? 0
  const states = [...(expectation.versions ?? []), ...(expectation.latest === undefined ? [] : [expectation.latest])]
  const beyond = counts.filter(([version]) => version > newest).map(([version]) => `version ${version} does not exist`)
  const sums = states.flatMap(state => {
    if (state.version === undefined || state.num_rows === undefined) return []
    const upTo = counts.filter(([version]) => version <= (state.version ?? 0))
    const sum = upTo.reduce((total, [, kind, n]) => total + (kind === 'insert' ? n : kind === 'delete' ? -n : 0), 0)
    return sum === state.num_rows ? [] : [`${sum} rows at version ${state.version}, which has ${state.num_rows}`]
  })
  return [...beyond, ...sums]
}

function differs(what: string, found: unknown, expected: unknown): string[] {
  if (expected === undefined || canonical(found) === canonical(expected)) return []
  return [`${what} is ${canonical(found)}, expected ${canonical(expected)}`]
}

/** JSON with sorted keys, so that the order of keys does not count. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1)))
      : inner,
  )
}

async function attempt<T>(faults: string[], what: string, action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action()
  } catch (error) {
    faults.push(`${what} fails: ${error instanceof Error ? error.message : error}`)
    return undefined
  }
}

async function failure(action: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await action()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
