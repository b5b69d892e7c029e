import { expect, test } from 'vitest'
import { project } from '../rig/project-rig.ts'

test('run_results.json has every field of version 6, and the flags of the run', async () => {
  const p = project({ 'models/a.sql': 'select 1 as id' })
  await p.run('run --vars "{day: 2024-02-01}" --select a')
  const written = p.json('target/run_results.json') as {
    metadata: Record<string, unknown>
    args: Record<string, unknown>
    results: Record<string, unknown>[]
    elapsed_time: number
  }
  expect(written.metadata.dbt_schema_version).toBe('https://schemas.getdbt.com/dbt/run-results/v6.json')
  expect(written.args).toMatchObject({ which: 'run', select: ['a'], vars: { day: '2024-02-01' }, full_refresh: false })
  expect(written.args.invocation_command).toBe('eider run --vars {day: 2024-02-01} --select a')
  expect(Object.keys(written.results[0] ?? {})).toEqual([
    'status',
    'timing',
    'thread_id',
    'execution_time',
    'adapter_response',
    'message',
    'failures',
    'unique_id',
    'compiled',
    'compiled_code',
    'relation_name',
    'batch_results',
  ])
  expect(written.results[0]).toMatchObject({
    status: 'success',
    thread_id: 'Thread-1 (worker)',
    adapter_response: { _message: 'OK' },
    unique_id: 'model.shop.a',
    relation_name: '"shop"."main"."a"',
  })
})
