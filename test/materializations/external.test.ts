import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { RunRig } from '../rig/run-rig.ts'

let rig: RunRig
let before: string
beforeEach(() => {
  before = process.cwd()
})
/** Locations are relative to the working directory, as in dbt. */
function project(files: Record<string, string>): RunRig {
  rig = new RunRig(files)
  process.chdir(rig.folder)
  return rig
}
afterEach(async () => {
  process.chdir(before)
  await rig.close()
})

function external(options: string, query: string): string {
  return `{{ config(materialized='external'${options && `, ${options}`}) }} ${query}`
}

function filesBelow(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort()
}

describe('an external model', () => {
  test('is a file in the external root and a view over it', async () => {
    const p = project({ 'models/a.sql': external('', "select 1 as id, 'x' as v") })
    expect((await p.run()).result('a').message).toBe('OK')
    expect((await p.run()).result('a').adapterResponse).toEqual({ _message: 'OK', rows_affected: 1 })
    expect(await p.relations()).toEqual({ a: 'view' })
    expect(await p.rows("select * from read_parquet('a.parquet')")).toEqual([[1, 'x']])
    expect(await p.rows('select * from main.a')).toEqual([[1, 'x']])
  })

  test.each([
    ['csv', "location='out/a.csv', delimiter='|'", 'id|v\n1|x\n'],
    ['json', "location='out/a.json'", '{"id":1,"v":"x"}\n'],
  ])('can be %s', async (_, options, text) => {
    const p = project({ 'models/a.sql': external(options, "select 1 as id, 'x' as v") })
    expect((await p.run()).statuses).toEqual({ a: 'success' })
    const [path = ''] = filesBelow(join(p.folder, 'out'))
    expect(readFileSync(join(p.folder, 'out', path), 'utf8')).toBe(text)
    expect(await p.rows('select * from main.a')).toEqual([[1, 'x']])
  })

  test.each(['parquet', 'csv', 'json'])('of %s without rows still has its columns and their types', async format => {
    const p = project({
      'models/a.sql': external(`format='${format}'`, "select 1 as id, current_date as d, 'x' as v where false"),
    })
    expect((await p.run()).statuses).toEqual({ a: 'success' })
    expect((await p.rows('describe main.a')).map(row => row[1])).toEqual(['INTEGER', 'DATE', 'VARCHAR'])
    expect(await p.rows('select * from main.a')).toEqual([])
  })

  test('in partitions reads back the types that were written', async () => {
    const p = project({
      'models/a.sql': external("location='out', options={'partition_by': 'month'}", "select 1 as id, '01' as month"),
    })
    await p.run()
    expect(filesBelow(join(p.folder, 'out'))).toEqual(['month=01/data_0.parquet'])
    expect(await p.rows('select * from main.a')).toEqual([[1, '01']])
  })

  test('replaces only the partitions that it gives, when asked to', async () => {
    const p = project({
      'models/a.sql': external(
        "location='out', options={'partition_by': 'day'}, incremental_strategy='insert_overwrite'",
        "select day, '{{ var('v') }}' as v from (values (1), (2), (3)) t(day) {% if is_incremental() %} where day > 1 {% endif %}",
      ),
    })
    await p.run({ flags: { vars: '{v: old}' } })
    const inode = (): number => statSync(join(p.folder, 'out/day=1/data_0.parquet')).ino
    const first = inode()
    await p.run({ flags: { vars: '{v: new}' } })
    expect(inode()).toBe(first)
    expect(await p.rows('select day, v from main.a order by day')).toEqual([
      [1, 'old'],
      [2, 'new'],
      [3, 'new'],
    ])
    await p.run({ flags: { vars: '{v: all}', fullRefresh: true } })
    expect(await p.rows('select distinct v from main.a')).toEqual([['all']])
  })

  test('that fails leaves the old file and the old view', async () => {
    const p = project({ 'models/a.sql': external('', 'select 1 as id') })
    await p.run()
    p.write('models/a.sql', external('', "select cast('x' as int) as id"))
    expect((await p.run()).statuses).toEqual({ a: 'error' })
    expect(await p.rows('select * from main.a')).toEqual([[1]])
  })

  test('takes the place of a table', async () => {
    const p = project({ 'models/a.sql': "{{ config(materialized='table') }} select 1 as id" })
    await p.run()
    p.write('models/a.sql', external('', 'select 2 as id'))
    expect((await p.run()).statuses).toEqual({ a: 'success' })
    expect(await p.relations()).toEqual({ a: 'view' })
  })

  test('of an unknown format is refused', async () => {
    const p = project({ 'models/a.sql': external("format='xml'", 'select 1 as id') })
    expect((await p.run()).result('a').message).toMatch(/Invalid format: xml. Allowed formats are: csv, parquet, json/)
  })

  test('that the database has no view of is read from its files', async () => {
    const p = project({
      'models/a.sql': external("location='out', options={'partition_by': 'day'}", 'select 1 as id, 2 as day'),
      'models/b.sql': "{{ config(materialized='table') }} select id + day as n from {{ ref('a') }}",
    })
    await p.run({ only: ['a'] })
    await p.rows('drop view main.a')
    const { compiled } = await p.run({ only: ['b'] })
    expect(compiled.get('b')?.compiledCode).toContain("read_parquet('out/*/*.parquet', union_by_name=False)")
    expect(await p.rows('select * from main.b')).toEqual([[3]])
  })
})
