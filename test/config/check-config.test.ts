import { describe, expect, test } from 'vitest'
import { configProblem } from '../../src/config/check-config.ts'
import { isColor } from '../../src/config/color-names.ts'
import { defaultConfig } from '../../src/config/config-defaults.ts'
import { PyDict, type Value } from '../../src/template/value.ts'

function problem(
  type: Parameters<typeof configProblem>[0],
  given: Readonly<Record<string, Value>>,
): string | undefined {
  const config = defaultConfig(type)
  for (const [key, value] of Object.entries(given)) config.set(key, value)
  const found = configProblem(type, config)
  return found && `${found.kind}: ${found.message}`
}

describe('the types of a configuration', () => {
  test('defaults and keys that dbt does not know are never at fault', () => {
    for (const type of ['model', 'seed', 'snapshot', 'test', 'source', 'exposure', 'metric', 'unit_test'] as const) {
      expect(problem(type, { my_key: [1, 2] })).toBeUndefined()
    }
  })

  test.each<[Parameters<typeof configProblem>[0], Record<string, Value>, string]>([
    ['model', { enabled: 'True and False' }, "Parsing: at path ['enabled']: 'True and False' is not of type 'boolean'"],
    ['model', { alias: 3 }, "Parsing: at path ['alias']: 3 is not valid under any of the given schemas"],
    ['model', { tags: [3] }, "Parsing: at path ['tags']: [3] is not valid under any of the given schemas"],
    [
      'model',
      { contract: PyDict.of({ enforced: 'x' }) },
      "Parsing: at path ['contract']['enforced']: 'x' is not of type 'boolean'",
    ],
    ['seed', { materialized: 'table' }, "Parsing: at path []: A seed must have a materialized value of 'seed'"],
    ['test', { materialized: 'table' }, "Parsing: at path []: A test must have a materialized value of 'test'"],
    ['test', { severity: 'bad' }, "Parsing: at path []: Severity must be either 'warn' or 'error'. Got 'bad'"],
    ['exposure', { enabled: 'no' }, "Validation: at path ['enabled']: 'no' is not of type 'boolean'"],
    [
      'model',
      { docs: PyDict.of({ show: true, node_color: '#x' }) },
      'Validation: Invalid color name for docs.node_color: #x. It is neither a valid HTML color name nor a valid HEX code.',
    ],
    [
      'model',
      { freshness: PyDict.of({ build_after: PyDict.of({ count: 1 }) }) },
      'Validation: `freshness.build_after` must have a value for `period` if a `count` is provided',
    ],
  ])('%s with %o is refused in the words of dbt', (type, given, message) => {
    expect(problem(type, given)).toBe(message)
  })

  test('colors are the names of CSS and hex codes, in any case', () => {
    expect(['purple', 'RebeccaPurple', '#fff', '#A1b2C3'].filter(one => !isColor(one))).toEqual([])
    expect(['purplex', '#ff', 'fff', ''].filter(isColor)).toEqual([])
  })
})
