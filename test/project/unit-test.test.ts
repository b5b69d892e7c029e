import { describe, expect, test } from 'vitest'
import { project } from '../rig/project-rig.ts'

const unitTest = (more: string): string => `unit_tests:
  - name: t
    model: a
    given: []
    expect: {rows: [{x: 1}]}
${more}`

describe('a unit test', () => {
  test('cannot both include and exclude versions', async () => {
    const p = project({
      'models/a.sql': 'select 1 as x',
      'models/s.yml': unitTest('    versions: {include: [1], exclude: [2]}\n'),
    })
    expect(await p.run('parse')).toBe(2)
    expect(p.stdout).toContain('Unit tests can not both include and exclude versions.')
  })

  test('cannot choose between two fixture files of one name', async () => {
    const p = project({
      'models/a.sql': 'select 1 as x',
      'models/s.yml': unitTest(''),
      'tests/fixtures/one/rows.csv': 'x\n1\n',
      'tests/fixtures/other/rows.csv': 'x\n2\n',
    })
    expect(await p.run('parse')).toBe(2)
    expect(p.stdout).toContain('dbt found two fixtures with the name "rows"')
    expect(p.stdout).toContain('- fixture.shop.rows (tests/fixtures/other/rows.csv)')
  })
})
