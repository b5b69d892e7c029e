import { describe, expect, test } from 'vitest'
import { duckdbDatabase } from '../../src/adapter/duckdb.ts'
import { defaultDuckdbSettings } from '../../src/adapter/settings.ts'
import { Reach } from '../../src/execution/reach.ts'
import { onlyReplaces } from '../../src/execution/statement-effect.ts'

/** What a database with these relations lets a statement reach. */
async function reachOver(...statements: readonly string[]): Promise<Reach> {
  const database = duckdbDatabase(defaultDuckdbSettings)
  const connection = await database.connect()
  for (const sql of statements) await connection.execute(sql)
  const reach = new Reach()
  await reach.learn(database)
  await reach.learned
  await database.close()
  return reach
}

describe('a statement may read a relation', () => {
  test('that it names, in whatever way', () => {
    const reach = new Reach()
    const naming = [
      'select * from orders',
      'from "Orders"',
      'select * from main.orders o',
      "from query('from ' || 'orders')",
    ]
    expect(naming.filter(sql => !reach.mayRead(sql, 'orders'))).toEqual([])
    expect(reach.mayRead('select * from orders_of_today', 'orders')).toBe(false)
  })

  test('by the catalogue and by functions that take a query', () => {
    const all = [
      'from duckdb_tables()',
      'from information_schema.tables',
      'from pg_class',
      "from query_table('a')",
      'show tables',
    ]
    expect(all.filter(sql => !new Reach().mayRead(sql, 'orders'))).toEqual([])
  })

  test('by a name that is spelt in code points', () => {
    expect(new Reach().mayRead('from U&"\\006Frders"', 'orders')).toBe(true)
  })

  test('by views and macros that the database held', async () => {
    const reach = await reachOver(
      'create table orders as select 1 as id',
      'create view recent as from orders',
      'create view "Both Ways" as from recent',
      'create macro newest() as table from recent',
      'create macro best() as (select max(id) from newest())',
      'create table others as select 1 as id',
    )
    const reaching = ['from recent', 'from "Both Ways"', 'from newest()', 'select best()']
    expect(reaching.filter(sql => !reach.mayRead(sql, 'orders'))).toEqual([])
    expect(reach.mayRead('from others', 'orders')).toBe(false)
  })

  test('by views and macros that statements of the run make, also in another place or by a new name', () => {
    const reach = new Reach()
    reach.note('create or replace view a as select * from orders')
    reach.note('-- why\ncreate temp macro b(x) as (select x from a); select 1')
    reach.note('alter view a rename to c')
    expect(['from a', 'select b(1)', 'from c'].filter(sql => !reach.mayRead(sql, 'orders'))).toEqual([])
    expect(reach.mayRead('from d', 'orders')).toBe(false)
  })

  test('as soon as something was done that may bring in anything', () => {
    for (const sql of ["attach 'other.db'", 'use other', "import database 'x'", 'load spatial', 'call something()']) {
      const reach = new Reach()
      reach.note(sql)
      expect(reach.mayRead('select 1', 'orders')).toBe(true)
    }
  })
})

test('a statement that does no more than to replace a relation is known by its text', () => {
  const name = '"db"."main"."a"'
  const replacing = [
    `create or replace view ${name} as (select 1)`,
    `/* who */\n\n create or replace table\n ${name}\n as (select 1);\n`,
  ]
  const others = [
    `create or replace table ${name} (id int)`,
    `create table ${name} as (select 1)`,
    `create or replace table ${name} as (select nextval('ids'))`,
    `create or replace table ${name} as (select 1); drop table b`,
    'create or replace view "db"."main"."ab" as (select 1)',
  ]
  expect(replacing.filter(sql => !onlyReplaces(sql, name))).toEqual([])
  expect(others.filter(sql => onlyReplaces(sql, name))).toEqual([])
})
