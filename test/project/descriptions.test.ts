import { expect, test } from 'vitest'
import { parsed } from './parsed.ts'

const docs = '{% docs x %}ex{% enddocs %}\n{% docs y %}wy{% enddocs %}'

function columnsOf(columns: string, model = ''): { model: unknown; columns: unknown } {
  const json = parsed({
    'models/a.sql': 'select 1 as id',
    'models/a.yml': `models:\n  - name: a\n${model}    columns: ${columns}\n`,
    'models/d.md': docs,
  }).json('model.shop.a') as { doc_blocks: unknown; columns: Record<string, { doc_blocks: unknown }> }
  return { model: json.doc_blocks, columns: Object.values(json.columns).map(one => one.doc_blocks) }
}

test('doc blocks are those quoted by an expression of their own', () => {
  const found = columnsOf(
    `[{name: p, description: "{{ doc('x') ~ doc('y') }}"}, {name: q, description: "{{ doc('y').format(z=1) }} {{ doc('x') }}"}]`,
    `    description: "{{ doc('x') }}, {{ doc('x') | upper }}, {{ doc('shop', 'y') }}"\n`,
  )
  expect(found).toEqual({ model: ['doc.shop.x', 'doc.shop.y'], columns: [[], ['doc.shop.x']] })
})

test('a key doc_blocks that somebody wrote counts for a column if it is a list of texts', () => {
  const found = columnsOf('[{name: p, doc_blocks: [q]}, {name: r, doc_blocks: [q, 2]}]', '    doc_blocks: 2\n')
  expect(found).toEqual({ model: [], columns: [['q'], []] })
})

test('a function in Python is a template, a model in Python is not', () => {
  const config = "{{ config(volatility='deterministic') }}\ndef f(a):\n    return a"
  const yaml =
    "functions:\n  - name: f\n    config: {entry_point: f, runtime_version: '3.11'}\n    returns: {data_type: float}\n"
  const found = parsed({
    'functions/f.py': config,
    'functions/f.yml': yaml,
    'models/m.py': "def model(dbt, session):\n    # {{ config(tags='x') }}\n    return dbt.ref('n')",
    'models/n.sql': 'select 1',
  })
  expect(found.json('function.shop.f').config).toMatchObject({ volatility: 'deterministic' })
  expect(found.json('model.shop.m')).toMatchObject({ refs: [{ name: 'n' }], tags: [] })
})
