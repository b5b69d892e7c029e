import { describe, expect, it } from 'vitest'
import { Diagnostics } from '../../src/base/diagnostic.ts'
import type { RelationInfo, RelationKind } from '../../src/base/sql-value.ts'
import type { Graph } from '../../src/graph/graph.ts'
import { buildPlan } from '../../src/plan/build-plan.ts'
import { explainPlan } from '../../src/plan/explain-plan.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { told } from '../config/config-rig.ts'
import { graphOf } from '../graph/graph-rig.ts'

interface Asked {
  readonly which?: string
  readonly select?: readonly string[]
  /** `table a`, `view b`: in the target's main schema. `null`: not asked. */
  readonly existing?: readonly string[] | null
  readonly fullRefresh?: boolean
  readonly buildMissing?: boolean
  readonly readable?: readonly string[]
}

function planOf(graph: Graph, asked: Asked = {}): { plan: Plan; told: readonly string[] } {
  const { which = 'run', select, existing = [], fullRefresh = false, buildMissing = true } = asked
  const wanted = new Set(select ?? graph.members.keys())
  const uniqueIds = [...graph.members.values()]
    .filter(member => wanted.has(member.name) || wanted.has(member.uniqueId))
    .map(member => member.uniqueId)
    .filter(id => !id.startsWith('source.'))
  const relations = existing?.map((text): RelationInfo => {
    const [kind = '', identifier = ''] = text.split(' ')
    return { kind: kind as RelationKind, database: 'shop', schema: 'main', identifier }
  })
  const diagnostics = new Diagnostics()
  const plan = buildPlan(
    {
      graph,
      selection: { uniqueIds, has: id => uniqueIds.includes(id) },
      flags: { which, fullRefresh, buildMissing },
      relations: relations ?? null,
      ...(asked.readable && { readable: new Set(asked.readable) }),
    },
    diagnostics,
  )
  return { plan, told: told(diagnostics) }
}

const name = (id: string): string =>
  id
    .replace(/\.[0-9a-f]{10}$/, '')
    .split('.')
    .slice(2)
    .join('.')
const modes = (plan: Plan): Record<string, string> =>
  Object.fromEntries(plan.steps.map(({ node, mode, reason }) => [node.name, `${mode.kind}: ${reason}`]))
const waitsFor = (plan: Plan): Record<string, readonly string[]> =>
  Object.fromEntries(plan.steps.map(step => [name(step.node.uniqueId), step.after.map(name)]))
const order = (plan: Plan): string[] => plan.steps.map(step => name(step.node.uniqueId))

describe('the steps of a clone', () => {
  it('wait on nothing', () => {
    const graph = graphOf({ 'models/a.sql': 'select 1 as id', 'models/b.sql': "select * from {{ ref('a') }}" })
    expect(waitsFor(planOf(graph, { which: 'clone' }).plan)).toEqual({ a: [], b: [] })
    expect(waitsFor(planOf(graph).plan)).toEqual({ a: [], b: ['a'] })
  })
})

describe('modes', () => {
  const graph = graphOf({
    'seeds/s.csv': 'id\n1\n',
    'models/v.sql': 'select 1',
    'models/t.sql': "{{ config(materialized='table') }} select 1",
    'models/e.sql': "{{ config(materialized='ephemeral') }} select 1",
    'models/i.sql': "{{ config(materialized='incremental', incremental_strategy='append') }} select 1",
    'models/never.sql': "{{ config(materialized='incremental', full_refresh=false) }} select 1",
    'models/parts.sql':
      "{{ config(materialized='external', incremental_strategy='insert_overwrite', options={'partition_by': 'day, hour'}) }} select 1",
    'snapshots/n.sql':
      "{% snapshot n %}{{ config(unique_key='id', strategy='check', check_cols='all') }} select 1{% endsnapshot %}",
  })

  it('say what is made because it is not there', () => {
    expect(modes(planOf(graph).plan)).toEqual({
      e: 'no-op: ephemeral: becomes part of the models that use it',
      i: 'create: relation does not exist',
      n: 'create: relation does not exist',
      never: 'create: relation does not exist',
      parts: 'create: relation does not exist',
      s: 'create: relation does not exist',
      t: 'create: relation does not exist',
      v: 'create: relation does not exist',
    })
  })

  const all = ['table I', 'table n', 'table never', 'view parts', 'table s', 'table t', 'view v']

  it('say what is changed and what is made again, whatever case names have', () => {
    const { plan } = planOf(graph, { existing: all })
    expect(modes(plan)).toMatchObject({
      i: 'incremental: relation exists',
      n: 'incremental: relation exists',
      never: 'incremental: relation exists',
      parts: 'replace partitions: only partitions with new rows',
      s: 'full refresh: the file is loaded again',
      t: 'full refresh: table: is made again as a whole',
      v: 'full refresh: view: is made again as a whole',
    })
    const mode = (of: string) => plan.steps.find(step => step.node.name === of)?.mode
    expect(mode('i')).toEqual({ kind: 'incremental', strategy: 'append' })
    expect(mode('never')).toEqual({ kind: 'incremental', strategy: 'delete+insert' })
    expect(mode('n')).toEqual({ kind: 'incremental', strategy: 'check' })
    expect(mode('parts')).toEqual({ kind: 'replace partitions', partitionBy: ['day', 'hour'] })
  })

  it('obey --full-refresh, which full_refresh: false beats and snapshots ignore', () => {
    expect(modes(planOf(graph, { existing: all, fullRefresh: true }).plan)).toMatchObject({
      i: 'full refresh: --full-refresh',
      n: 'incremental: relation exists',
      never: 'incremental: relation exists',
      parts: 'full refresh: --full-refresh',
      s: 'full refresh: --full-refresh',
    })
  })

  it('make an incremental model again where a view stands in its place', () => {
    expect(modes(planOf(graph, { existing: ['view i'] }).plan).i).toBe('full refresh: a view stands in its place')
  })

  it('are plain where the target was not asked or nothing is built', () => {
    expect(modes(planOf(graph, { existing: null }).plan).t).toBe('full refresh: table: is made again as a whole')
    expect(modes(planOf(graph, { which: 'compile' }).plan).t).toBe('check: is compiled')
  })
})

const chain = {
  'seeds/s.csv': 'id\n1\n',
  'models/a.sql': "select * from {{ ref('s') }}",
  'models/b.sql': "{{ config(materialized='ephemeral') }} select * from {{ ref('a') }}",
  'models/c.sql': "select * from {{ ref('b') }}",
  'models/d.sql': "select * from {{ ref('c') }}",
}

describe('order', () => {
  it('waits for parents, over everything that is no step', () => {
    const { plan } = planOf(graphOf(chain), { select: ['a', 'd'] })
    expect(order(plan)).toEqual(['a', 'd'])
    expect(waitsFor(plan)).toEqual({ a: [], d: ['a'] })
  })

  const tested = graphOf({
    'models/a.sql': 'select 1 as id',
    'models/x.sql': 'select 1 as id',
    'models/b.sql': "select * from {{ ref('a') }}",
    'models/c.sql': "select * from {{ ref('b') }}, {{ ref('x') }}",
    'models/d.sql': "select * from {{ ref('c') }}",
    'tests/ab.sql': "select * from {{ ref('a') }}, {{ ref('b') }}",
    'tests/ax.sql': "select * from {{ ref('a') }}, {{ ref('x') }}",
    'models/s.yml': `models:
  - {name: a, columns: [{name: id, data_tests: [unique]}]}
unit_tests:
  - {name: u, model: c, given: [{input: ref('b'), rows: []}, {input: ref('x'), rows: []}], expect: {rows: []}}
`,
  })

  it('of build puts tests before what is built from what they test, and unit tests before their model', () => {
    const { plan } = planOf(tested, { which: 'build' })
    expect(waitsFor(plan)).toEqual({
      a: [],
      x: [],
      unique_a_id: ['a'],
      b: ['a', 'unique_a_id'],
      ab: ['a', 'b'],
      ax: ['a', 'x'],
      'c.u': ['b', 'x', 'ab', 'ax'],
      c: ['b', 'x', 'ab', 'ax', 'c.u'],
      d: ['c'],
    })
    expect(order(plan).indexOf('c.u')).toBeLessThan(order(plan).indexOf('c'))
  })

  it('of build holds over models that were not selected', () => {
    const { plan } = planOf(tested, { which: 'build', select: ['a', 'unique_a_id', 'd'] })
    expect(waitsFor(plan).d).toEqual(['a', 'unique_a_id'])
  })

  it('of test needs no model', () => {
    const { plan } = planOf(tested, { which: 'test', select: ['unique_a_id', 'ab'] })
    expect(waitsFor(plan)).toEqual({ unique_a_id: [], ab: [] })
  })

  it('never has a step before what it waits for', () => {
    const { plan } = planOf(tested, { which: 'build' })
    const ids = plan.steps.map(step => step.node.uniqueId)
    for (const step of plan.steps) {
      for (const id of step.after) expect(ids.indexOf(id)).toBeLessThan(ids.indexOf(step.node.uniqueId))
    }
  })
})

describe('what is missing upstream', () => {
  const own = graphOf({ ...chain, 'dbt_project.yml': '', 'project.yml': 'name: shop\nprofile: shop\n' })

  it('is built along in a project of ours, and named as such', () => {
    const { plan } = planOf(own, { select: ['c'] })
    expect(plan.steps.map(step => [step.node.name, step.reason, step.addedUpstream])).toEqual([
      ['s', 'missing upstream of c', true],
      ['a', 'missing upstream of c', true],
      ['c', 'relation does not exist', false],
    ])
  })

  it('ends at what is there, or can be read elsewhere', () => {
    expect(order(planOf(own, { select: ['c'], existing: ['view a'] }).plan)).toEqual(['c'])
    expect(order(planOf(own, { select: ['c'], readable: ['model.shop.a'] }).plan)).toEqual(['c'])
    expect(order(planOf(own, { select: ['c'], existing: ['table s'] }).plan)).toEqual(['a', 'c'])
  })

  it('is refused by --no-build-missing', () => {
    const { plan, told: lines } = planOf(own, { select: ['c'], buildMissing: false })
    expect(order(plan)).toEqual(['c'])
    expect(lines).toEqual([
      'error plan/missing-upstream: The model "a", which "c" needs, does not exist in the target',
      'error plan/missing-upstream: The seed "s", which "c" needs, does not exist in the target',
    ])
  })

  it('is left alone in a project of dbt, and where the target was not asked', () => {
    expect(order(planOf(graphOf(chain), { select: ['c'] }).plan)).toEqual(['c'])
    expect(order(planOf(own, { select: ['c'], existing: null }).plan)).toEqual(['c'])
  })
})

it('a plan is explained as plain records', () => {
  const { plan } = planOf(graphOf({ 'models/a.sql': 'select 1' }), { existing: ['view a'] })
  expect(JSON.parse(JSON.stringify(explainPlan(plan)))).toEqual([
    {
      unique_id: 'model.shop.a',
      resource_type: 'model',
      name: 'a',
      materialized: 'view',
      relation_name: '"shop"."main"."a"',
      mode: { kind: 'full refresh' },
      reason: 'view: is made again as a whole',
      after: [],
      added_upstream: false,
    },
  ])
})
