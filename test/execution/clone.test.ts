import { afterEach, expect, test } from 'vitest'
import { RunRig } from '../rig/run-rig.ts'

let rig: RunRig | undefined
afterEach(() => rig?.close())

const there = (name: string) => ({
  database: 'shop',
  schema: 'other',
  alias: name,
  relationName: `"shop"."other"."${name}"`,
  resourceType: 'model',
  name,
  description: '',
  compiledCode: null,
  meta: {},
  tags: [],
  config: {},
})

test('clone makes views of what the other environment has, and leaves what is already there', async () => {
  const p = new RunRig({
    'models/a.sql': "{{ config(materialized='table') }} select 1 as id",
    'models/b.sql': "{{ config(materialized='table') }} select 2 as id",
    'models/c.sql': 'select 3 as id',
  })
  rig = p
  await p.rows('create schema other')
  await p.rows('create table other.a as select 7 as id')
  await p.rows('create table other.b as select 8 as id')
  await p.run({ only: ['b'] })
  const relations = new Map(['a', 'b'].map(name => [`model.shop.${name}`, there(name)]))
  const deferral = { relations, functions: new Map(), active: false, favorState: false }
  const outcome = await p.run({ command: 'clone', change: { deferral } })
  expect(Object.keys(outcome.statuses).sort()).toEqual(['a', 'b', 'c'])
  expect(outcome.result('b').message).toBe('No-op')
  expect(await p.rows('select (select id from main.a), (select id from main.b)')).toEqual([[7, 2]])
  expect(await p.relations()).toEqual({ a: 'view', b: 'table' })

  await p.run({ command: 'clone', flags: { fullRefresh: true }, change: { deferral } })
  expect(await p.rows('select id from main.b')).toEqual([[8]])
})

test('clone has nothing to do for ephemeral models', async () => {
  const p = new RunRig({ 'models/e.sql': "{{ config(materialized='ephemeral') }} select 1 as id" })
  rig = p
  const deferral = { relations: new Map(), functions: new Map(), active: false, favorState: false }
  const { results, events } = await p.run({ command: 'clone', change: { deferral } })
  expect(results).toEqual([])
  expect(events.some(one => one.kind === 'template log')).toBe(false)
})

test('clone skips nothing for what could not be cloned', async () => {
  const p = new RunRig({
    'models/a.sql': "{{ config(post_hook='select nothing') }} select 1 as id",
    'models/b.sql': "select * from {{ ref('a') }}",
  })
  rig = p
  await p.rows('create schema other')
  await p.rows('create table other.a as select 7 as id')
  const relations = new Map([['model.shop.a', there('a')]])
  const deferral = { relations, functions: new Map(), active: false, favorState: false }
  const { statuses } = await p.run({ command: 'clone', change: { deferral } })
  expect(statuses).toEqual({ a: 'error', b: 'success' })
})
