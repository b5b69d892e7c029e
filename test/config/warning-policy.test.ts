import { describe, expect, test } from 'vitest'
import { project } from '../rig/project-rig.ts'
import { shop } from '../rig/small-shop.ts'

describe('warnings', () => {
  const files = { ...shop, 'models/schema.yml': 'models:\n  - name: nowhere\n' }

  test('are told with dbt’s mark', async () => {
    const p = project(files)
    expect(await p.run('parse')).toBe(0)
    expect(p.stdout).toContain('[WARNING]: Did not find matching node for patch')
  })

  test('are errors with --warn-error', async () => {
    const p = project(files)
    expect(await p.run('parse --warn-error')).toBe(2)
  })

  test('are silenced by the name of their event', async () => {
    const p = project(files)
    await p.run(['parse', '--warn-error-options', '{silence: [NoNodeForYamlKey]}'])
    expect(p.stdout).not.toContain('[WARNING]')
  })
})
