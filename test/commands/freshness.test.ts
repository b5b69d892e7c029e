import { describe, expect, test } from 'vitest'
import { project } from '../rig/project-rig.ts'
import { shop } from '../rig/small-shop.ts'

describe('source freshness', () => {
  const sources = `sources:
  - name: raw
    schema: main
    tables:
      - name: countries
        loaded_at_field: "timestamp '2001-01-01'"
        freshness: {error_after: {count: 1, period: day}}
`

  test('stale data is exit code 1, written to sources.json', async () => {
    const p = project({ ...shop, 'models/sources.yml': sources })
    await p.run('seed')
    expect(await p.run('source freshness')).toBe(1)
    expect(p.stdout).toContain('ERROR STALE freshness of raw.countries')
    const { results } = p.json('target/sources.json') as { results: Record<string, unknown>[] }
    expect(results[0]).toMatchObject({ unique_id: 'source.shop.raw.countries', status: 'error' })
  })
})
