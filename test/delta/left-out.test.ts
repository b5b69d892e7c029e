/** Whatever is left out, and whether or not with good reason, a query gives its rows or fails. */
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AddFile } from '../../src/delta/action.ts'
import { createChange } from '../../src/delta/change.ts'
import type { Predicate } from '../../src/delta/data-skipping.ts'
import { leftOutFiles } from '../../src/delta/left-out.ts'
import { snapshotSql } from '../../src/delta/scan.ts'
import type { Snapshot } from '../../src/delta/snapshot.ts'
import { type DeltaRig, deltaRig } from '../rig/delta-writer.ts'
import { randomly } from '../rig/randomly.ts'

let table: DeltaRig
let snapshot: Snapshot

beforeAll(async () => {
  table = await deltaRig()
  const queries = Array.from(
    { length: 12 },
    (
      _,
      at,
    ) => `select i - 60 as id, (i % 7)::tinyint as tiny, date '2024-02-01' + i::int as d, (i / 8 - 5)::decimal(7,2) as price,
      ((i - 60) * 98765432109876.54321)::decimal(38,5) as big, ['a', 'é', '', 'the same lead ', 'z''z', '😀'][i // 20 + 1] || i as s,
      timestamptz '2024-01-01 00:00:00Z' + to_microseconds(i * 700333) as at_time, timestamp '2024-01-01' + to_milliseconds(i * 977) as local_time,
      case when ${at} % 3 = 0 then null when ${at} % 3 = 1 and i % 2 = 0 then null else i end as n, i / 3.0 as f, {'a': i} as st, i % 5 = 0 as flag
    from range(${at * 10}, ${at * 10 + 10}) t(i)`,
  )
  const shape = await table.shapeOf(queries[0] ?? '')
  const adds: AddFile[] = []
  for (const query of queries) adds.push(...(await table.write(query, shape)))
  await table.commit(createChange({ id: 'table', name: 'table', shape, nowMs: 0 }, adds))
  snapshot = await table.snapshot()
})

afterAll(() => table.close())

const values: Readonly<Record<string, readonly string[]>> = {
  id: ['-61', '-60', '-51', '-50', '0', '5', '59', '60'],
  tiny: ['-1', '0', '3', '6', '7'],
  d: ['2024-01-31', '2024-02-01', '2024-02-10', '2024-02-11', '2024-05-30', '2024-06-01'],
  price: ['-5.01', '-5', '0', '2.5', '9.88', '10'],
  big: ['-5925925926592592.59258', '0', '98765432109876.54321', '5827160494482716.05'],
  s: ['a0', 'a', 'é25', 'the same lead 61', 'the same lead 7', '', 'z', "z'z99", 'zz'],
  at_time: [
    '2024-01-01 00:00:00+00',
    '2024-01-01 05:30:07+05:30',
    '2024-01-01 00:01:23.339627+00',
    '2024-01-02 00:00:00+00',
  ],
  local_time: ['2024-01-01 00:00:00', '2024-01-01 00:00:09.77', '2024-01-01 00:01:56.263', '2025-01-01 00:00:00'],
  n: ['0', '9', '10', '15', '119', '200'],
  f: ['0', '3.3333333333333335', '40'],
}
const names = Object.keys(values)

function predicateOf(one: ReturnType<typeof randomly>, column = one(names)): Predicate {
  const value = (): string => one(values[column] ?? [])
  const kind = one(['=', '<', '<=', '>', '>=', 'in', 'is null', 'any'] as const)
  if (kind === 'in') return { column, kind, values: [value(), value(), value()] }
  if (kind === 'is null') return { column, kind }
  if (kind !== 'any') return { column, kind, value: value() }
  const of = [
    { column, kind: one(['<', '='] as const), value: value() },
    { column, kind: one(['>', '>='] as const), value: value() },
  ]
  return { column, kind, of: one([true, false]) ? of : [...of, { column, kind: 'is null' }] }
}

/** On two columns: those on one column come to another form in DuckDB before bounds are looked at. */
function twoOf(one: ReturnType<typeof randomly>): readonly Predicate[] {
  const first = one(names)
  return [predicateOf(one, first), predicateOf(one, one(names.filter(name => name !== first)))]
}

function sqlOf(predicate: Predicate): string {
  const { column } = predicate
  const text = (value: string): string => `'${value.replaceAll("'", "''")}'`
  switch (predicate.kind) {
    case 'any':
      return `(${predicate.of.map(sqlOf).join(' or ')})`
    case 'in':
      return `${column} in (${predicate.values.map(text).join(', ')})`
    case 'is null':
    case 'is not null':
      return `${column} ${predicate.kind}`
    default:
      return `${column} ${predicate.kind} ${text(predicate.value)}`
  }
}

async function hollowScan(
  scans: readonly (readonly Predicate[])[],
): Promise<{ readonly sql: string; readonly count: number }> {
  const { files, hollows } = leftOutFiles(snapshot, snapshot.files, scans)
  const paths = hollows.map((bytes, at) => {
    const path = join(dirname(table.root), `hollow-${at}.parquet`)
    writeFileSync(path, bytes)
    return path
  })
  const guard = { message: 'guard', byPartition: [], hollows: paths }
  const sql = await snapshotSql(table.files, snapshot, { tag: 'x0_', keep: add => !files.has(add), guard })
  return { sql, count: files.size }
}

const totals = `count(*) as n, sum(id) as i, min(s) as s1, max(s) as s2, sum(big) as b, max(at_time)::varchar as t, count(n) as ns, round(sum(f), 6) as f, sum(st.a) as a`

async function rowsOf(sql: string): Promise<string> {
  const rows = await table.files.reader.rows(`select to_json(x)::varchar as line from (${sql}) x`)
  return rows.map(row => String(row.line)).join('\n')
}

test('with good reason: the rows, without a failure', async () => {
  const one = randomly(11)
  const plain = await snapshotSql(table.files, snapshot)
  let left = 0
  for (let count = 0; count < 150; count++) {
    const scans = one([true, false]) ? [[predicateOf(one)], twoOf(one)] : [[predicateOf(one)]]
    const { sql, count: its } = await hollowScan(scans)
    left += its
    for (const predicates of scans) {
      const query = `select ${totals} from T where ${predicates.map(sqlOf).join(' and ')}`
      const [ours, theirs] = [query.replace('T', `(${sql})`), query.replace('T', `(${plain})`)]
      expect(`${query}\n${await rowsOf(ours)}`).toBe(`${query}\n${await rowsOf(theirs)}`)
    }
  }
  expect(left).toBeGreaterThan(400)
})

test('without reason: the rows, or a failure', async () => {
  const one = randomly(23)
  const plain = await snapshotSql(table.files, snapshot)
  const outcomes = { rows: 0, failures: 0 }
  for (let count = 0; count < 200; count++) {
    const column = one(names)
    const { sql, count: left } = await hollowScan([[predicateOf(one, column)]])
    if (left === 0) continue
    const condition = one([
      () => sqlOf(predicateOf(one, column)),
      () => `${sqlOf(predicateOf(one, column))} and ${sqlOf(predicateOf(one))}`,
      () => `(${sqlOf(predicateOf(one))} or ${sqlOf(predicateOf(one))})`,
      () => `not ${sqlOf(predicateOf(one, column))}`,
      () => `coalesce(${one(['id', 'n', 'tiny'])}, 5) = 5`,
      () => `s = 'a1' and h is not null`.replace('h', one(names)),
      () => `n is not distinct from ${one(['null', '15'])}`,
      () => `id % 7 = 3`,
    ])()
    const selected = one([
      totals,
      totals,
      'count(*) as n',
      'min(id) as least',
      'distinct tiny',
      'id order by id desc limit 3',
    ])
    const [columns, ...order] = selected.split(' order ')
    const query = `select ${columns} from T where ${condition} ${order.length > 0 ? `order ${order[0]}` : ''}`
    const theirs = await rowsOf(query.replace('T', `(${plain})`))
    const ours = await rowsOf(query.replace('T', `(${sql})`)).catch((error: unknown) => {
      expect(String(error)).toContain('TProtocolException')
      return 'failure'
    })
    outcomes[ours === 'failure' ? 'failures' : 'rows'] += 1
    if (ours !== 'failure')
      expect(`${query}\n${ours.split('\n').sort().join('\n')}`).toBe(
        `${query}\n${theirs.split('\n').sort().join('\n')}`,
      )
  }
  expect(outcomes.rows).toBeGreaterThan(10)
  expect(outcomes.failures).toBeGreaterThan(10)
})

test('without a scan: none, and a failure for any query', async () => {
  const { sql, count } = await hollowScan([])
  expect(count).toBe(12)
  await expect(rowsOf(`select id from (${sql}) where id = 5`)).rejects.toThrow('TProtocolException')
})

test.each(['count(*)', 'min(id)', 'max(d)', '1', 'st.a', 'count(s)'])(
  'a query for %s of all rows fails',
  async selected => {
    const { sql, count } = await hollowScan([[{ column: 'id', kind: '=', value: '5' }]])
    expect(count).toBe(11)
    await expect(rowsOf(`select ${selected} as x from (${sql})`)).rejects.toThrow('TProtocolException')
  },
)
