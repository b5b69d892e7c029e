import { afterEach, describe, expect, test } from 'vitest'
import { RunRig } from '../rig/run-rig.ts'

let rig: RunRig | undefined
afterEach(() => rig?.close())

const properties = `functions:
  - {name: twice, arguments: [{name: x, data_type: int}], returns: {data_type: int}}
`

describe('a function', () => {
  test('is there for the models that call it', async () => {
    rig = new RunRig({
      'functions/twice.sql': 'x * 2',
      'functions/f.yml': properties,
      'models/m.sql': "select {{ function('twice') }}(21) as id",
    })
    const outcome = await rig.run({ command: 'build' })
    expect(outcome.statuses).toEqual({ twice: 'success', m: 'success' })
    expect(await rig.rows('select * from main.m')).toEqual([[42]])
  })

  test('is built by the macros of a project that has them', async () => {
    rig = new RunRig({
      'functions/twice.sql': 'x * 2',
      'functions/f.yml': properties,
      'macros/f.sql':
        '{% macro duckdb__scalar_function_sql(target_relation) %}create or replace function {{ target_relation.render() }}(x) as 7{% endmacro %}',
      'models/m.sql': "select {{ function('twice') }}(21) as id",
    })
    const outcome = await rig.run({ command: 'build' })
    expect(outcome.results.map(one => one.message)).toEqual(['OK', 'OK'])
    expect(await rig.rows('select * from main.m')).toEqual([[7]])
  })

  test.for([['config: {type: table}', "No macro named 'table_function_sql' found within namespace"]] as const)(
    'with %s fails as in dbt',
    async ([config, message]) => {
      rig = new RunRig({
        'functions/twice.sql': 'x * 2',
        'functions/f.yml': properties.replace('name: twice', `name: twice, ${config}`),
      })
      expect((await rig.run({ command: 'build' })).result('twice').message).toContain(message)
    },
  )

  test.for([
    ['entry_point: main', 'A `runtime_version` is required for python functions'],
    ["runtime_version: '3.11'", 'An `entry_point` is required for python functions'],
    ["entry_point: main, runtime_version: '3.11'", "No macro named 'scalar_function_python' found within namespace"],
  ] as const)('in Python with %s fails as in dbt', async ([config, message]) => {
    rig = new RunRig({
      'functions/twice.py': 'def main(x):\n    return x * 2\n',
      'functions/f.yml': properties.replace('name: twice', `name: twice, config: {${config}}`),
    })
    expect((await rig.run({ command: 'build' })).result('twice').message).toContain(message)
  })
})
