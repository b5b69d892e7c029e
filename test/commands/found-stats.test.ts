import { expect, test } from 'vitest'
import { project } from '../rig/project-rig.ts'
import { shop } from '../rig/small-shop.ts'

test('what was found is counted, but for functions', async () => {
  const p = project({
    ...shop,
    'functions/next.sql': 'x + 1',
    'functions/next.yml':
      'functions: [{name: next, arguments: [{name: x, data_type: integer}], returns: {data_type: integer}}]\n',
  })
  expect(await p.run('list --resource-type function')).toBe(0)
  await p.run('compile')
  expect(p.stdout).toMatch(/ Found 2 models, 1 seed, \d+ macros\n/)
})
