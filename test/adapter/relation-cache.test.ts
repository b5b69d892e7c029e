import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Connection } from '../../src/adapter/adapter.ts'
import { duckdbDatabase } from '../../src/adapter/duckdb.ts'
import { createSchemaSql, RelationCache } from '../../src/adapter/relation-cache.ts'
import { defaultDuckdbSettings } from '../../src/adapter/settings.ts'

const database = duckdbDatabase(defaultDuckdbSettings)
let connection: Connection
const asked: string[] = []
const ask = (sql: string) => {
  asked.push(sql)
  return connection.rows(sql)
}
const main = (identifier: string) => ({ database: 'memory', schema: 'main', identifier })

beforeAll(async () => {
  connection = await database.connect()
  await connection.execute(`create table t (x int); create view v as select 1 as x; create table "Mixed" (x int);
    create temp table hidden (x int); ${createSchemaSql({ database: 'memory', schema: 'O"dd' })};
    attach ':memory:' as lake; create table lake.main.l (x int)`)
})
afterAll(() => database.close())

describe('RelationCache', () => {
  test('one query lists all wanted schemas, and none is asked again', async () => {
    const cache = new RelationCache()
    asked.length = 0
    await cache.load([main(''), { database: 'memory', schema: 'O"dd' }], ask)
    expect(await cache.find(main('t'), ask)).toEqual({ ...main('t'), kind: 'table' })
    expect(await cache.find(main('v'), ask)).toEqual({ ...main('v'), kind: 'view' })
    expect(await cache.find(main('hidden'), ask)).toBeUndefined()
    expect(
      cache
        .relationsOf(main(''))
        .map(one => one.identifier)
        .sort(),
    ).toEqual(['Mixed', 't', 'v'])
    expect(asked).toHaveLength(1)
  })
  test('concurrent questions about one schema share the query', async () => {
    const cache = new RelationCache()
    asked.length = 0
    const found = await Promise.all(['t', 'v', 'nope'].map(name => cache.find(main(name), ask)))
    expect(found.map(one => one?.kind)).toEqual(['table', 'view', undefined])
    expect(asked).toHaveLength(1)
  })
  test('a name that differs in case alone is an error', async () => {
    const cache = new RelationCache()
    await expect(cache.find(main('mixed'), ask)).rejects.toThrow('approximate match')
    await expect(cache.find({ ...main('t'), schema: 'MAIN' }, ask)).rejects.toThrow('approximate match')
    expect(await cache.find(main('Mixed'), ask)).toEqual({ ...main('Mixed'), kind: 'table' })
  })
  test('unquoted parts are looked for in lower case', async () => {
    const cache = new RelationCache({ quoting: { database: true, schema: true, identifier: false } })
    expect(await cache.find(main('T'), ask)).toEqual({ ...main('t'), kind: 'table' })
    await expect(cache.find(main('Mixed'), ask)).rejects.toThrow('approximate match')
  })
  test('it follows what the run adds, drops and renames', async () => {
    const cache = new RelationCache()
    await cache.load([main('')], ask)
    cache.renamed(main('v'), main('w'))
    cache.dropped(main('t'))
    cache.added({ ...main('n'), kind: 'view' })
    expect(cache.known(main('v'))).toBeUndefined()
    expect(cache.known(main('w'))?.kind).toBe('view')
    expect(cache.known(main('t'))).toBeUndefined()
    expect(cache.known(main('n'))?.kind).toBe('view')
    cache.schemaDropped(main(''))
    expect(cache.relationsOf(main(''))).toEqual([])
  })
  test('a lake is never listed: each relation is asked for once', async () => {
    const cache = new RelationCache({ lakes: ['lake'] })
    const name = { database: 'lake', schema: 'main', identifier: 'l' }
    asked.length = 0
    await cache.load([{ database: 'lake', schema: 'main' }], ask)
    expect(asked).toHaveLength(0)
    expect((await cache.find(name, ask))?.kind).toBe('table')
    expect(await cache.find({ ...name, identifier: 'none' }, ask)).toBeUndefined()
    await cache.find(name, ask)
    expect(asked).toHaveLength(2)
  })
})
