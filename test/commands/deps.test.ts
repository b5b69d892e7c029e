import { describe, expect, test } from 'vitest'
import { project } from '../rig/project-rig.ts'
import { shop } from '../rig/small-shop.ts'

describe('deps', () => {
  test('installs a local package and writes the lock', async () => {
    const p = project({
      ...shop,
      'packages.yml': 'packages:\n  - local: kit\n',
      'kit/dbt_project.yml': 'name: kit\n',
      'kit/macros/one.sql': '{% macro one() %}1{% endmacro %}',
      'models/c.sql': 'select {{ kit.one() }} as x',
    })
    expect(await p.run('run')).toBe(2)
    expect(await p.run('deps')).toBe(0)
    expect(p.stdout).toContain('Installing kit')
    expect(p.read('package-lock.yml')).toContain('local: kit')
    expect(await p.run('run -s c')).toBe(0)
  })
})
