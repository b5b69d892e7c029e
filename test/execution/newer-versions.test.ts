import { expect, test } from 'vitest'
import { project } from '../rig/project-rig.ts'

const files = (latest: number): Record<string, string> => ({
  'models/m_v1.sql': 'select 1 as x',
  'models/m_v2.sql': 'select 2 as x',
  'models/s.yml': `models: [{name: m, latest_version: ${latest}, versions: [{v: 1}, {v: 2}]}]\n`,
  'models/open.sql': "select * from {{ ref('m') }}",
  'models/pinned.sql': "select * from {{ ref('m', v=1) }}",
})

test.each(['run', 'compile'])('a ref without a version is told of a newer one: %s', async command => {
  const p = project(files(1))
  expect(await p.run(command)).toBe(0)
  expect([...p.stdout.matchAll(/While compiling '(\w+)':/g)].map(([, name]) => name)).toEqual(['open'])
  expect(p.stdout).toContain("Try out v2: {{ ref('shop', 'm', v='2') }}\n  Pin to  v1: {{ ref('shop', 'm', v='1') }}")
})

test('nothing is told where the latest is the newest', async () => {
  const p = project(files(2))
  await p.run('run')
  expect(p.stdout).not.toContain('While compiling')
})
