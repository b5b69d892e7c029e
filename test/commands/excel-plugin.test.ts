import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readWorkbook } from '../../src/workbook/read-workbook.ts'
import { plainStyle, type WrittenSheet, writeWorkbook } from '../../src/workbook/write-workbook.ts'
import { project } from '../rig/project-rig.ts'

const profiles = (output: string): string =>
  `shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb, plugins: [{module: excel, config: {output: ${output}}}]}}}\n`

const people: WrittenSheet = {
  name: 'people',
  header: ['id', 'name'],
  rows: [
    [1, 'Ann'],
    [2, 'Bo'],
  ],
  hasIndex: false,
}

const sources = `sources:
  - name: book
    schema: raw
    meta: {plugin: excel, external_location: "{name}.xlsx"}
    tables:
      - {name: people, meta: {sheet_name: people}}
      - {name: first, meta: {external_location: people.xlsx}}
      - {name: kept, identifier: people, meta: {external_location: people.xlsx, save_mode: ignore}}
      - {name: wrong, meta: {external_location: people.xlsx, sheet_name: peple}}
      - {name: gone}
`

function shop(models: Readonly<Record<string, string>>, output = '{file: out.xlsx}') {
  const p = project({
    'dbt_project.yml': 'name: shop\nprofile: shop\n',
    'profiles.yml': profiles(output),
    'models/sources.yml': sources,
    ...models,
  })
  const other: WrittenSheet = { name: 'other', header: ['x'], rows: [[7]], hasIndex: false }
  writeFileSync(join(p.folder, 'people.xlsx'), writeWorkbook([other, people], plainStyle))
  return p
}

describe('a source of the plugin excel', () => {
  test('is a table with the rows of a sheet, of the first one if none is named', async () => {
    const p = shop({
      'models/a.sql': "select name from {{ source('book', 'people') }} order by id desc",
      'models/b.sql': "select x + 1 as y from {{ source('book', 'first') }}",
    })
    expect(await p.run('run')).toBe(0)
    expect(await p.rows('select * from a')).toEqual([{ name: 'Bo' }, { name: 'Ann' }])
    expect(await p.rows('select * from b')).toEqual([{ y: 8 }])
    expect(await p.rows('select count(*) as n from raw.people')).toEqual([{ n: 2 }])
  })

  test('is loaded by one node at a time where there is one thread', async () => {
    const models = ['a', 'b', 'c', 'd', 'e', 'f'].map(name => [
      `models/${name}.sql`,
      `select * from {{ source('book', '${'ace'.includes(name) ? 'people' : 'first'}') }}`,
    ])
    for (let round = 0; round < 5; round++) expect(await shop(Object.fromEntries(models)).run('run')).toBe(0)
  })

  test('that is to be kept is not loaded again', async () => {
    const p = shop({ 'models/a.sql': "select * from {{ source('book', 'kept') }}" })
    expect(await p.run('run')).toBe(0)
    writeFileSync(join(p.folder, 'people.xlsx'), 'no workbook')
    expect(await p.run('run')).toBe(0)
    expect(await p.rows('select x from a')).toEqual([{ x: 7 }])
  })

  test('is told when the file or the sheet is not there, and the rest runs', async () => {
    const p = shop({
      'models/a.sql': "select * from {{ source('book', 'wrong') }}",
      'models/b.sql': "select * from {{ source('book', 'gone') }}",
      'models/c.sql': 'select 1 as id',
    })
    expect(await p.run('run')).toBe(1)
    expect(p.stdout).toContain("Worksheet named 'peple' not found")
    expect(p.stdout).toContain('did you mean "people"')
    expect(p.stdout).toContain('gone.xlsx')
    expect(p.stdout).toContain('PASS=1 WARN=0 ERROR=2')
  })
})

describe('a model of the plugin excel', () => {
  const model = (name: string, more = ''): Record<string, string> => ({
    [`models/${name}.sql`]: `{{ config(materialized='external', plugin='excel'${more}) }}
      select 1 as id, date '2024-01-02' as day, 1.5 as price, null as nothing, [1, 2] as list`,
  })

  test('is a sheet of one workbook for all models', async () => {
    const p = shop({ ...model('a'), ...model('b', ", overrides={'index': false, 'sheet_name': 'B!', 'na_rep': '-'}") })
    expect(await p.run('run')).toBe(0)
    const book = readWorkbook(readFileSync(join(p.folder, 'out.xlsx')))
    expect([...book.sheetNames].sort()).toEqual(['B!', 'a'])
    const day = { kind: 'moment', milliseconds: Date.UTC(2024, 0, 2) }
    expect(book.rows(book.sheetNames.indexOf('a'))).toEqual([
      [null, 'id', 'day', 'price', 'nothing', 'list'],
      [0, 1, day, 1.5, null, '[1, 2]'],
    ])
    expect(book.rows(book.sheetNames.indexOf('B!'))).toEqual([
      ['id', 'day', 'price', 'nothing', 'list'],
      [1, day, 1.5, '-', '[1, 2]'],
    ])
  })

  test('is refused before it is built where the workbook could not be written', async () => {
    const p = shop(model('a'), '{file: out.xlsx, mode: a}')
    expect(await p.run('run')).toBe(1)
    expect(p.stdout).toContain('writes new workbooks only')
    expect(p.exists('a.parquet')).toBe(false)
  })
})
