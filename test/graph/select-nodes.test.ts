import { describe, expect, it } from 'vitest'
import { Diagnostics } from '../../src/base/diagnostic.ts'
import type { IndirectSelection } from '../../src/config/flags.ts'
import { commandResourceTypes, commandSelector } from '../../src/graph/command-selection.ts'
import { namedSelectors } from '../../src/graph/named-selectors.ts'
import type { PreviousState } from '../../src/graph/previous-state.ts'
import { selectNodes } from '../../src/graph/select-nodes.ts'
import { load, told } from '../config/config-rig.ts'
import { graphOf } from './graph-rig.ts'

const files = {
  'dbt_project.yml':
    'name: shop\nprofile: shop\nmodels: {shop: {staging: {+tags: stg}, marts: {+materialized: table, +meta: {level: 2, owners: [ann]}}}}\n',
  'seeds/country.csv': 'id\n1\n',
  'models/staging/stg_orders.sql': "select * from {{ source('raw', 'orders') }}",
  'models/staging/stg_people.sql': "select * from {{ ref('country') }}",
  'models/marts/orders.sql': "select * from {{ ref('stg_orders') }}, {{ ref('stg_people') }}",
  'models/marts/report.sql': "{{ config(tags=['night'], group='fin') }} select * from {{ ref('orders') }}",
  'models/m_v1.sql': 'select 1',
  'models/m_v2.sql': 'select 2',
  'models/m_v3.sql': 'select 3',
  'models/my.dotted.sql': 'select 1',
  'models/blank.sql': ' ',
  'tests/both.sql': "select * from {{ ref('stg_orders') }}, {{ ref('stg_people') }} where false",
  'models/s.yml': `groups: [{name: fin, owner: {name: x}}]
sources: [{name: raw, tables: [{name: orders, tags: [pii]}]}]
models:
  - name: orders
    columns: [{name: id, data_tests: [unique]}]
  - name: m
    latest_version: 2
    versions: [{v: 1}, {v: 2}, {v: 3}]
exposures: [{name: dash, type: dashboard, owner: {email: x}, depends_on: [ref('report')]}]
unit_tests: [{name: u, model: orders, given: [{input: ref('stg_orders'), rows: []}, {input: ref('stg_people'), rows: []}], expect: {rows: []}}]
`,
  'dbt_packages/one/dbt_project.yml': 'name: one\n',
  'dbt_packages/one/models/inner.sql': 'select 1',
}
const graph = graphOf(files)

interface Asked {
  readonly exclude?: readonly string[]
  readonly which?: string
  readonly indirect?: IndirectSelection
  readonly previous?: Partial<PreviousState>
  readonly selectors?: Parameters<typeof namedSelectors>[0]
}

function ask(select: readonly string[], asked: Asked = {}) {
  const given = { select, exclude: asked.exclude ?? [], indirectSelection: asked.indirect ?? 'eager' }
  const { config } = load({}, { which: asked.which ?? 'list', given })
  if (!config) throw new Error('no flags')
  const diagnostics = new Diagnostics()
  const selectors = namedSelectors(asked.selectors ?? [], config.flags.indirectSelection, diagnostics)
  const request = {
    selector: commandSelector(config.flags, selectors),
    selectors,
    resourceTypes: commandResourceTypes(config.flags),
    includeEmpty: config.flags.which === 'list',
    previous: { manifest: null, results: null, sources: null, currentSources: null, ...asked.previous },
  }
  const selection = selectNodes(graph, request, diagnostics)
  return { ids: selection.uniqueIds, told: told(diagnostics) }
}

/** Names without resource type and package, hashes of tests cut off, in alphabetical order. */
const names = (select: readonly string[], asked?: Asked): string =>
  ask(select, asked)
    .ids.map(id => id.replace(/\.[0-9a-f]{10}$/, ''))
    .map(id => id.replace(/^(\w+)\.\w+\./, (_, type) => (type === 'model' ? '' : `${type}:`)))
    .sort()
    .join(' ')

const sorted = (words: string): string => words.split(' ').sort().join(' ')

describe('methods', () => {
  it.each([
    ['orders', 'orders test:unique_orders_id unit_test:orders.u'],
    ['marts', 'orders report test:unique_orders_id unit_test:orders.u'],
    ['shop.marts.report', 'report'],
    ['stg_*', 'stg_orders stg_people test:both'],
    ['m', 'm.v1 m.v2 m.v3'],
    ['m.v1', 'm.v1'],
    ['m_v2', 'm.v2'],
    ['my.dotted', 'my.dotted'],
    ['tag:night', 'report'],
    ['tag:p*', 'source:raw.orders'],
    ['group:fin', 'report'],
    ['source:raw', 'source:raw.orders'],
    ['source:*.orders', 'source:raw.orders'],
    ['path:models/marts', 'orders report test:unique_orders_id unit_test:orders.u'],
    ['models/staging/stg_orders.sql', 'stg_orders test:both'],
    ['file:stg_orders.sql', 'stg_orders test:both'],
    ['package:one', 'inner'],
    ['config.materialized:table', 'orders report test:unique_orders_id unit_test:orders.u'],
    ['config.meta.level:2', ''],
    ['config.meta.owners:ann', 'orders report test:unique_orders_id unit_test:orders.u'],
    ['resource_type:seed', 'seed:country'],
    ['test_type:singular', 'test:both'],
    ['test_type:generic', 'test:unique_orders_id'],
    ['test_type:unit', 'unit_test:orders.u'],
    ['test_name:uni*', 'test:unique_orders_id'],
    ['exposure:dash', 'exposure:dash'],
    ['unit_test:u', 'unit_test:orders.u'],
    ['version:latest', 'm.v2'],
    ['version:old', 'm.v1'],
    ['version:prerelease', 'm.v3'],
    ['access:private', ''],
  ])('%s', (selector, expected) => {
    expect(names([selector])).toBe(sorted(expected))
  })

  it.each([
    ['foo:bar', "'foo' is not a valid method name"],
    ['resource_type:foo', 'Invalid resource_type selector "foo"'],
    ['test_type:foo', 'Invalid test type selector foo'],
    ['version:foo', 'Invalid version type selector foo'],
    ['source:a.b.c.d', 'Invalid source selector value "a.b.c.d"'],
    ['state:modified', 'Got a state selector method, but no comparison manifest'],
    ['result:error', 'No comparison run_results'],
    ['source_status:fresher', 'No previous state comparison freshness results'],
    ['selector:nope', 'Could not find selector named nope'],
  ])('%s is refused', (selector, message) => {
    expect(() => ask([selector])).toThrow(message)
  })
})

describe('relatives', () => {
  it.each([
    [
      '+report',
      'seed:country source:raw.orders stg_orders stg_people orders report test:both test:unique_orders_id unit_test:orders.u',
    ],
    ['1+report', 'orders report test:unique_orders_id unit_test:orders.u'],
    ['stg_orders+1', 'stg_orders orders test:both test:unique_orders_id unit_test:orders.u'],
    [
      '@stg_people',
      'seed:country source:raw.orders stg_orders stg_people orders report exposure:dash test:both test:unique_orders_id unit_test:orders.u',
    ],
  ])('%s', (selector, expected) => {
    expect(names([selector])).toBe(sorted(expected))
  })
})

describe('combined', () => {
  it('in unions, intersections and differences', () => {
    expect(names(['m.v1', 'country'])).toBe(sorted('m.v1 seed:country'))
    expect(names(['+report,tag:stg'])).toBe(sorted('stg_orders stg_people test:both'))
    expect(names(['marts'], { exclude: ['report', 'test_type:data'] })).toBe(sorted('orders unit_test:orders.u'))
  })

  it('parents come before children', () => {
    const { ids } = ask(['report', 'stg_orders'], { which: 'run' })
    expect(ids).toEqual(['model.shop.stg_orders', 'model.shop.report'])
  })
})

describe('tests of what is selected', () => {
  it.each([
    ['eager', 'stg_orders test:both'],
    ['cautious', 'stg_orders'],
    ['buildable', 'stg_orders'],
    ['empty', 'stg_orders'],
  ] as const)('with %s selection', (indirect, expected) => {
    expect(names(['stg_orders'], { indirect })).toBe(sorted(expected))
  })

  it('come in once all their parents do', () => {
    expect(names(['stg_orders', 'stg_people'], { indirect: 'cautious' })).toBe(
      sorted('stg_orders stg_people test:both'),
    )
    expect(names(['orders'], { indirect: 'buildable' })).toBe(sorted('orders test:unique_orders_id unit_test:orders.u'))
    expect(names(['+orders'], { indirect: 'empty' })).toBe(
      sorted('seed:country source:raw.orders stg_orders stg_people orders unit_test:orders.u'),
    )
  })

  it('come in all the same when they are named', () => {
    expect(names(['both'], { indirect: 'cautious' })).toBe(sorted('test:both'))
  })
})

describe('commands', () => {
  it('work on their own resource types', () => {
    expect(names(['+orders'], { which: 'run' })).toBe(sorted('stg_orders stg_people orders'))
    expect(names(['orders'], { which: 'test' })).toBe(sorted('test:unique_orders_id unit_test:orders.u'))
    expect(names([], { which: 'seed' })).toBe(sorted('seed:country'))
    expect(names([], { which: 'freshness' })).toBe(sorted('source:raw.orders'))
  })

  it('run no model without text, but list it', () => {
    expect(names(['blank'], { which: 'run' })).toBe(sorted(''))
    expect(names(['blank'])).toBe(sorted('blank'))
  })
})

describe('selecting nothing', () => {
  it('warns for each part that was asked for, with the near name', () => {
    const { ids, told: lines } = ask(['ordes', 'm.v1'], { exclude: ['zzz'] })
    expect(ids).toEqual(['model.shop.m.v1'])
    expect(lines).toEqual([
      "warning graph/no-match: The selection criterion 'ordes' does not match any enabled nodes",
      "warning graph/no-match: The selection criterion 'zzz' does not match any enabled nodes",
    ])
  })
})

describe('selectors of selectors.yml', () => {
  const one = (name: string, definition: unknown, usual = false) => ({
    name,
    description: '',
    default: usual,
    definition,
  })

  it('count by default where nothing else is asked for', () => {
    const selectors = [one('nightly', 'tag:night', true)]
    expect(names([], { selectors })).toBe(sorted('report'))
    expect(names(['m.v1'], { selectors })).toBe(sorted('m.v1'))
  })

  it('can be named in --select', () => {
    expect(names(['selector:nightly', 'm.v1'], { selectors: [one('nightly', 'tag:night')] })).toBe(
      sorted('m.v1 report'),
    )
  })
})

describe('earlier results', () => {
  it('are selected by status', () => {
    const results = [
      { uniqueId: 'model.shop.report', status: 'error' },
      { uniqueId: 'model.shop.gone', status: 'error' },
    ]
    expect(names(['result:error+'], { previous: { results } })).toBe(sorted('report exposure:dash'))
  })

  it('of freshness are selected where data came in since', () => {
    const at = (maxLoadedAt: string | null) => [{ uniqueId: 'source.shop.raw.orders', maxLoadedAt }]
    const fresher = (before: string | null, now: string | null): string =>
      names(['source_status:fresher'], { previous: { sources: at(before), currentSources: at(now) } })
    expect(fresher('2024-01-01T00:00:00Z', '2024-01-02T00:00:00Z')).toBe('source:raw.orders')
    expect(fresher('2024-01-02T00:00:00Z', '2024-01-02T00:00:00Z')).toBe('')
    expect(fresher(null, '2024-01-02T00:00:00Z')).toBe('source:raw.orders')
    expect(fresher('2024-01-02T00:00:00Z', null)).toBe('')
  })
})
