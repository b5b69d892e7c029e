import { expect, test } from 'vitest'
import { project } from '../rig/project-rig.ts'
import { shop } from '../rig/small-shop.ts'

test('what stopped the command is told also where no manifest can be left', async () => {
  const p = project({ ...shop, 'target/manifest.json/in-the-way': '' })
  expect(await p.run('run-operation nope')).toBe(2)
  expect(p.diagnostics.map(one => one.code)).toEqual(['execution/macro-not-found'])
})
