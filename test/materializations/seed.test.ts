import { afterEach, describe, expect, test } from 'vitest'
import { RunRig } from '../rig/run-rig.ts'

let rig: RunRig | undefined
function project(files: Record<string, string>): RunRig {
  rig = new RunRig(files)
  return rig
}
afterEach(() => rig?.close())

const csv = 'id,name,amount,day,at,flag\n1,a,1.5,2020-01-01,2020-01-01T10:00:00,true\n2,"b, c",2,2020-01-02,,false\n'
const seed = { command: 'seed' } as const

describe('a seed', () => {
  test("has dbt's types and the rows of its file", async () => {
    const p = project({ 'seeds/s.csv': csv })
    const { result } = await p.run(seed)
    expect(result('s')).toMatchObject({
      status: 'success',
      message: 'INSERT 2',
      adapterResponse: { _message: 'INSERT 2', code: 'INSERT', rows_affected: 2 },
    })
    const columns = await p.rows('describe main.s')
    expect(columns.map(row => row[1])).toEqual(['INTEGER', 'VARCHAR', 'DOUBLE', 'DATE', 'TIMESTAMP', 'BOOLEAN'])
    expect(await p.rows('select id, name from main.s')).toEqual([
      [1, 'a'],
      [2, 'b, c'],
    ])
  })

  test('is emptied and filled again, and made anew on a full refresh', async () => {
    const p = project({ 'seeds/s.csv': 'id\n1\n' })
    await p.run(seed)
    p.write('seeds/s.csv', 'id\n7\n8\n')
    await p.run(seed)
    expect(await p.rows('select * from main.s')).toEqual([[7], [8]])
    p.write('seeds/s.csv', 'id,more\n1,x\n')
    expect((await p.run(seed)).statuses).toEqual({ s: 'error' })
    expect(await p.rows('select * from main.s')).toEqual([[7], [8]])
    const { result } = await p.run({ ...seed, flags: { fullRefresh: true } })
    expect(result('s').message).toBe('CREATE 1')
    expect(await p.rows('select * from main.s')).toEqual([[1, 'x']])
  })

  test('takes types, quoting and delimiter from its configuration', async () => {
    const p = project({
      'seeds/s.csv': 'Id|Big\n1|99999999999\n',
      'seeds/schema.yml':
        "seeds: [{name: s, config: {delimiter: '|', column_types: {Big: bigint}, quote_columns: false}}]",
    })
    expect((await p.run(seed)).statuses).toEqual({ s: 'success' })
    expect((await p.rows('describe main.s')).map(row => row.slice(0, 2))).toEqual([
      ['Id', 'INTEGER'],
      ['Big', 'BIGINT'],
    ])
  })

  test('with numbers too large for its type fails as in dbt', async () => {
    const p = project({ 'seeds/s.csv': 'id\n99999999999\n' })
    expect((await p.run(seed)).statuses).toEqual({ s: 'error' })
  })

  test('of a ragged file says which row', async () => {
    const p = project({ 'seeds/s.csv': 'id,b\n1,2\n1,2,3\n' })
    expect((await p.run(seed)).result('s').message).toMatch(/Row 1 has 3 values, but Table only has 2 columns/)
  })

  test('does not replace a view', async () => {
    const p = project({ 'seeds/s.csv': 'id\n1\n' })
    await p.rows('create view main.s as select 1 as id')
    expect((await p.run(seed)).result('s').message).toMatch(/Cannot seed to '"shop"."main"."s"', it is a view/)
  })

  test('can be inserted row by row, as the macro does it', async () => {
    const p = project({
      'seeds/s.csv': csv,
      'seeds/schema.yml': 'seeds: [{name: s, config: {fast: false}}]',
    })
    const { statuses, result } = await p.run(seed)
    expect([statuses, result('s').message]).toEqual([{ s: 'success' }, 'INSERT 2'])
    expect(await p.rows('select count(*), sum(amount) from main.s')).toEqual([[2, { kind: 'float', value: 3.5 }]])
  })

  test('with no rows makes an empty table', async () => {
    const p = project({ 'seeds/s.csv': 'id,b\n' })
    expect((await p.run(seed)).result('s').message).toBe('INSERT 0')
    expect(await p.rows('select * from main.s')).toEqual([])
  })

  test('with a unique index is filled again by another command', async () => {
    const p = project({
      'seeds/s.csv': 'id\n1\n2\n',
      'seeds/schema.yml': 'seeds: [{name: s, config: {indexes: [{columns: [id], unique: true}]}}]',
    })
    await p.run(seed)
    await p.reopen()
    expect((await p.run(seed)).statuses).toEqual({ s: 'success' })
    expect(await p.rows('select * from main.s')).toEqual([[1], [2]])
  })
})
