import { describe, expect, test } from 'vitest'
import { project } from '../rig/project-rig.ts'

interface TraceEvent {
  readonly name: string
  readonly cat?: string
  readonly ph: string
  readonly tid: number
  readonly ts: number
  readonly dur: number
  readonly args?: Record<string, unknown>
}

const models = { 'models/a.sql': 'select 1 as x', 'models/b.sql': "select * from {{ ref('a') }}" }

function traced(p: ReturnType<typeof project>): TraceEvent[] {
  const { traceEvents } = p.json('trace.json') as { traceEvents: TraceEvent[] }
  return traceEvents
}

describe('--profile-run', () => {
  test('writes the phases, the nodes and their statements as spans that lie within each other', async () => {
    const p = project(models)
    await p.run('run --profile-run trace.json')
    expect(p.exitCode).toBe(0)
    const spans = traced(p).filter(one => one.ph === 'X')
    expect(spans.filter(one => one.cat === 'phase').map(one => one.name)).toEqual([
      'read settings',
      'read parse cache',
      'parse',
      'link',
      'plan',
      'keep parse',
      'write artifacts',
    ])
    const node = spans.find(one => one.name === 'model.shop.b')
    expect(node?.args).toMatchObject({ status: 'success' })
    const inside = spans.filter(
      one => node && one !== node && one.tid === node.tid && one.ts >= node.ts && one.ts < node.ts + node.dur,
    )
    expect(inside.map(one => one.cat).sort()).toEqual(['compile', 'execute', 'statement'])
    expect(inside.find(one => one.cat === 'statement')?.args?.sql).toContain('create or replace view')
  })

  test('nodes that ran beside each other have rows of their own', async () => {
    const slowly = 'select i from range(20000000) t(i) where i % 7 = 8'
    const p = project({
      'profiles.yml': 'shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb, threads: 1}}}\n',
      'tests/a.sql': slowly,
      'tests/b.sql': slowly,
    })
    await p.run('test --profile-run trace.json')
    const events = traced(p)
    const nodes = events.filter(one => one.cat === 'node')
    const [a, b] = nodes.sort((one, other) => one.name.localeCompare(other.name))
    if (!a || !b) throw new Error('no nodes')
    expect(b.ts).toBeLessThan(a.ts + a.dur)
    expect(a.tid).not.toBe(b.tid)
    const inside = events.filter(one => one.tid === b.tid && one !== b && one.ph === 'X')
    expect(inside.map(one => one.cat).sort()).toEqual(['compile', 'execute', 'statement'])
  })

  test("dbt's name of it is understood", async () => {
    const p = project(models)
    await p.run('-r trace.json parse')
    expect(traced(p).some(one => one.name === 'parse')).toBe(true)
    p.remove('trace.json')
    await p.run('--record-timing-info trace.json parse')
    expect(p.exists('trace.json')).toBe(true)
  })

  test('a failed command leaves a trace too', async () => {
    const p = project({ 'models/a.sql': "select * from {{ ref('nowhere') }}" })
    await p.run('run --profile-run trace.json')
    expect(p.exitCode).toBe(2)
    expect(traced(p).some(one => one.name === 'link')).toBe(true)
  })

  test('a trace that cannot be written is a warning: what was built stands', async () => {
    const p = project({ ...models, 'taken/x.txt': '' })
    await p.run('run --profile-run taken')
    expect(p.exitCode).toBe(0)
    expect(p.stdout).toContain('taken')
  })

  test('the end of a run says where the time went', async () => {
    const p = project(models)
    await p.run('run')
    expect(p.stdout).toMatch(
      /Time went to reading the project \d+\.\d\ds, compiling \d+\.\d\ds, the database \d+\.\d\ds\n/,
    )
  })
})
