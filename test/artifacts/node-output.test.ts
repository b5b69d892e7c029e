import { expect, test } from 'vitest'
import { nodeOutput } from '../../src/artifacts/node-output.ts'
import { SpareTime } from '../../src/base/spare-time.ts'
import type { GraphMember } from '../../src/project/node.ts'
import { memoryFiles } from '../../src/storage/memory-files.ts'
import { project } from '../rig/project-rig.ts'

const clock = { now: () => 0, elapsedMs: () => 0 }

function member(name: string): GraphMember {
  const path = `models/${name}.sql`
  return {
    uniqueId: `model.shop.${name}`,
    name,
    packageName: 'shop',
    path: `${name}.sql`,
    originalFilePath: path,
    resourceType: 'model',
  } as GraphMember
}

function outputIn(files = memoryFiles()) {
  const spare = new SpareTime(clock)
  const options = { files, targetPath: 'target', projectFolder: '/project', keepCode: true }
  return { files, spare, output: nodeOutput({ ...options, later: work => spare.add(work) }) }
}

test('the first text is written at once, others in spare moments', () => {
  const { files, spare, output } = outputIn()
  output.ran(member('a'), 'select 1')
  output.ran(member('b'), 'select 2')
  expect(files.read('target/run/shop/models/a.sql')).toBe('select 1')
  expect(files.exists('target/run/shop/models/b.sql')).toBe(false)
  spare.use()
  expect(files.read('target/run/shop/models/b.sql')).toBe('select 2')
})

test('a node that is settled has its texts in the target folder, the last of each path', () => {
  const { files, output } = outputIn()
  for (const name of ['a', 'b', 'c']) output.ran(member(name), `first of ${name}`)
  output.ran(member('b'), 'second of b')
  output.settle(member('b'))
  expect(files.read('target/run/shop/models/b.sql')).toBe('second of b')
  expect(files.exists('target/run/shop/models/c.sql')).toBe(false)
})

test('a text that cannot be written is an error of its node, and the others run', async () => {
  const p = project({
    'models/a.sql': 'select 1 as id',
    'models/b.sql': 'select 2 as id',
    'models/c.sql': 'select 3 as id',
    'target/compiled/shop/models/b.sql/stands/in/the/way': '',
  })
  expect(await p.run('run --threads 1')).toBe(1)
  const { results } = JSON.parse(p.read('target/run_results.json'))
  const found = results.map((one: { unique_id: string; status: string }) => [one.unique_id, one.status])
  expect(Object.fromEntries(found)).toEqual({
    'model.shop.a': 'success',
    'model.shop.b': 'error',
    'model.shop.c': 'success',
  })
  expect(p.stdout).toContain('target/compiled/shop/models/b.sql')
})

test('a node that fails has its texts in the target folder, too', async () => {
  const p = project({ 'models/a.sql': 'select 1 as id', 'models/b.sql': 'select nothing as id' })
  expect(await p.run('run --threads 1')).toBe(1)
  expect(p.read('target/compiled/shop/models/b.sql')).toBe('select nothing as id')
  expect(p.read('target/run/shop/models/b.sql')).toContain('select nothing as id')
})
