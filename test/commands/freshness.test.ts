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

  test('shows its results to the hooks at the end', async () => {
    const p = project({
      ...shop,
      'models/sources.yml': sources,
      'dbt_project.yml': "name: shop\nprofile: shop\non-run-end: '{{ tell(results) }}'\n",
      'macros/tell.sql': `{% macro tell(results) %}{% for one in results %}
        {% do log(one.node.unique_id ~ ' ' ~ one.status ~ ' ' ~ (one.age > 86400) ~ ' ' ~ one.max_loaded_at.year, info=true) %}
      {% endfor %}{% endmacro %}`,
    })
    await p.run('seed --empty')
    await p.run('source freshness')
    expect(p.stdout).toContain(' source.shop.raw.countries error True 2001\n')
  })

  test('asks after sources with a whole threshold alone', async () => {
    const yml = `sources:
  - name: raw
    schema: main
    loaded_at_field: now()
    tables:
      - {name: countries, freshness: {warn_after: {count: 1, period: day}}}
      - {name: orders, freshness: {filter: x = 1}}
      - {name: customers}
`
    const p = project({ ...shop, 'models/sources.yml': yml })
    await p.run('seed')
    expect(await p.run('source freshness')).toBe(0)
    expect(p.stdout).toContain('1 of 1 PASS freshness of raw.countries')
    expect(await p.run('source freshness --exclude source:raw.countries')).toBe(0)
    expect(p.stdout).toMatch(/Nothing to do.*\n.*Done\.\n$/)
  })

  test('tells at the end what failed', async () => {
    const yml = sources.replace(
      '    tables:\n',
      '    tables:\n      - {name: gone, loaded_at_field: x, freshness: {warn_after: {count: 1, period: day}}}\n',
    )
    const p = project({ ...shop, 'models/sources.yml': yml })
    await p.run('seed')
    expect(await p.run('source freshness')).toBe(1)
    const end = p.stdout.slice(p.stdout.indexOf('Finished running'))
    expect(end).toContain('Runtime Error in source gone (models/sources.yml)')
    const { results } = p.json('target/sources.json') as { results: Record<string, unknown>[] }
    const failed = results.find(one => one.unique_id === 'source.shop.raw.gone')
    expect(failed).toMatchObject({ status: 'runtime error', error: expect.stringContaining('gone') })
    expect(end).toMatch(/Failure in source countries \(models\/sources\.yml\)\n\S+ {4}Status: error\n/)
  })

  test('warns of a macro that gives a table alone, by the name of that warning', async () => {
    const macro = `{% macro collect_freshness(source, loaded_at_field, filter) %}
      {{ return(run_query('select ' ~ loaded_at_field ~ ', now()')) }}
    {% endmacro %}`
    const p = project({ ...shop, 'models/sources.yml': sources, 'macros/f.sql': macro })
    await p.run('source freshness')
    expect(p.stdout).toContain("The 'collect_freshness' macro signature has changed")
    await p.run(['source', 'freshness', '--warn-error-options', '{silence: [CollectFreshnessReturnSignature]}'])
    expect(p.stdout).not.toContain('macro signature')
  })
})
