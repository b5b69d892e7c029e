import { describe, expect, test } from 'vitest'
import { link } from './graph-rig.ts'

const model = (more: Readonly<Record<string, string>> = {}): string => {
  const parts = {
    entities: '[{name: person, type: primary}]',
    dimensions: '[{name: created_at, type: time, type_params: {time_granularity: day}}]',
    measures: '[{name: people, agg: count, expr: "1"}]',
    defaults: '{agg_time_dimension: created_at}',
    ...more,
  }
  const lines = Object.entries(parts).map(([key, value]) => `    ${key}: ${value}\n`)
  return `semantic_models:\n  - name: persons\n    model: ref('persons')\n${lines.join('')}`
}
const metrics =
  'metrics:\n' +
  '  - {name: number_of_people, label: x, type: simple, type_params: {measure: people}}\n' +
  '  - {name: twice, label: y, type: derived, type_params: {expr: a, metrics: [number_of_people, number_of_people]}}\n'

function linked(semantics: string, spine = 'metricflow_time_spine'): ReturnType<typeof link> {
  return link({
    'models/persons.sql': 'select 1 as id',
    [`models/${spine}.sql`]: 'select 1 as date_day',
    'models/semantics.yml': semantics + metrics,
  })
}

const messages = (result: ReturnType<typeof link>): string[] => result.diagnostics.all.map(one => one.message)

describe('the semantic layer', () => {
  test('metrics know their measures, semantic models the relation of their model', () => {
    const { graph, told } = linked(model())
    expect(told.map(one => one.split(':')[0])).toEqual(['warning graph/legacy-time-spine'])
    const relation = [...graph!.semanticFacts].find(([id]) => id.startsWith('semantic_model.'))?.[1].nodeRelation
    expect(relation?.get('alias')).toBe('persons')
    const measures = [...graph!.semanticFacts].find(([id]) => id.endsWith('.twice'))?.[1].inputMeasures
    expect(measures?.length).toBe(1)
  })

  test('fields of cumulative metrics that dbt has moved break a rule where the project asks for it', () => {
    const files = {
      'models/persons.sql': 'select 1 as id',
      'models/metricflow_time_spine.sql': 'select 1 as date_day',
      'models/semantics.yml': `${model()}metrics:\n  - {name: sum_of_people, label: x, type: cumulative, type_params: {measure: people, window: 7 days}}\n`,
    }
    const codes = (flags: string): string[] =>
      link({ ...files, 'dbt_project.yml': `name: shop\nversion: '1.0'\nprofile: shop\nflags: ${flags}\n` }).told.map(
        one => one.split(':')[0] ?? '',
      )
    expect(codes('{}')).toEqual(['warning graph/cumulative-params', 'warning graph/legacy-time-spine'])
    const strict = '{require_nested_cumulative_type_params: true, require_yaml_configuration_for_mf_time_spines: true}'
    expect(codes(strict)).toEqual(['warning graph/semantic-issue', 'error graph/semantic-manifest'])
  })

  test('labels of metrics are unique', () => {
    const again = '  - {name: people_again, label: x, type: simple, type_params: {measure: people}}\n'
    const { told } = link({
      'models/persons.sql': 'select 1 as id',
      'models/metricflow_time_spine.sql': 'select 1 as date_day',
      'models/semantics.yml': model() + metrics + again,
    })
    expect(told.join('\n')).toContain(
      "Can't use label `x` for  metric `people_again` as it's already used for metric `number_of_people`",
    )
  })

  test('a time spine of days is needed', () => {
    expect(messages(linked(model(), 'days')).join()).toContain('requires a time spine model with granularity DAY')
  })

  test.each([
    [{ entities: '[]' }, 'contains dimensions, but it does not define a primary entity'],
    [
      { dimensions: '[]' },
      "has the aggregation time dimension set to 'created_at', which is not a valid time dimension",
    ],
    [{ measures: '[{name: people, agg: count}]' }, 'uses a COUNT aggregation, which requires an expr to be provided'],
    [
      { entities: '[{name: people, type: primary}]' },
      "can't use name `people` for a entity when it was already used for a measure",
    ],
    [
      { entities: '[{name: Person, type: primary}]' },
      'Invalid name `Person` - names may only contain lower case letters',
    ],
  ])('%o breaks a rule', (change, message) => {
    const found = messages(linked(model(change)))
    expect(found.join('\n')).toContain(message)
    expect(found.at(-1)).toBe('Semantic Manifest validation failed.')
  })
})
