import { describe, expect, test } from 'vitest'
import { parsed } from './parsed.ts'

const messages = (files: Readonly<Record<string, string>>, more = ''): string[] =>
  parsed(files, more).diagnostics.map(one => `${one.severity} ${one.code}: ${one.message}`)

describe('what reading a project warns of', () => {
  test('a wrong type in the project file is told once, however many models it concerns', () => {
    const found = messages({ 'models/a.sql': 'select 1', 'models/b.sql': 'select 2' }, "models:\n  +enabled: 'abc'\n")
    expect(found).toEqual(["error config/bad-config: at path ['enabled']: 'abc' is not of type 'boolean'"])
  })

  test('names of metrics follow the rules', () => {
    const yaml = "metrics:\n  - {name: 'a b!', label: x, type: simple, type_params: {measure: m}}\n"
    expect(messages({ 'models/m.yml': yaml }).join()).toContain(
      "The metric name 'a b!' is invalid.  It cannot contain spaces, must contain only letters, numbers and underscores",
    )
  })

  test('a time spine needs columns that are described and have a granularity', () => {
    const spine = (columns: string): string[] =>
      messages({
        'models/days.sql': 'select 1 as day',
        'models/days.yml': `models:\n  - name: days\n    time_spine: {standard_granularity_column: day}\n    columns: ${columns}\n`,
      })
    expect(spine('[{name: day, granularity: day}]')).toEqual([])
    expect(spine('[{name: day}]').join()).toContain('must have a granularity defined')
    expect(spine('[{name: other}]').join()).toContain("Got invalid column name 'day' for model 'days'")
  })

  test('a view with constraints is warned of, unless each constraint says not to', () => {
    const view = (more: string): string[] =>
      messages({
        'models/v.sql': 'select 1 as id',
        'models/v.yml': `models:\n  - name: v\n    config: {contract: {enforced: true}}\n    columns:\n      - name: id\n        data_type: int\n        constraints: [{type: not_null${more}}]\n`,
      })
    expect(view('').join()).toContain('Constraint types are not supported for view materializations')
    expect(view(', warn_unsupported: false')).toEqual([])
    expect(
      messages({
        'models/v.sql': 'select 1 as id',
        'models/v.yml': `models:\n  - name: v\n    config: {contract: {enforced: true}}\n    constraints: [{type: primary_key, columns: [id]}]\n    columns: [{name: id, data_type: int}]\n`,
      }),
    ).toEqual([])
  })

  test.each(['include: some', 'exclude: [b]', 'include: [a], exclude: [b]'])(
    'a version that takes columns by {%s} is refused',
    columns => {
      const text = `models: [{name: v, columns: [{name: a}, {name: b}], versions: [{v: 1, columns: [{${columns}}]}]}]`
      expect(messages({ 'models/v_v1.sql': 'select 1', 'models/s.yml': text })[0]).toContain(
        'Field "versions" of type Sequence[UnparsedVersion] in UnparsedModelUpdate has invalid value',
      )
    },
  )

  test('descriptions of macros are compared with the macro when the project asks for it', () => {
    const files = {
      'macros/m.sql': '{% macro m(a, b) %}{% endmacro %}',
      'macros/m.yml': 'macros:\n  - name: m\n    arguments: [{name: a, type: text}, {name: c}]\n',
    }
    expect(messages(files)).toEqual([])
    expect(messages(files, 'flags: {validate_macro_args: true}\n')).toEqual([
      'warning project/macro-annotation: Argument c in yaml for macro m does not match the jinja definition.',
      'warning project/macro-annotation: Argument a in the yaml for macro m has an invalid type.',
    ])
  })

  test('a test in tests/generic has no parameters that could be compared', () => {
    const files = {
      'tests/generic/t.sql': '{% test t(model) %}select 1{% endtest %}',
      'tests/generic/t.yml': 'macros:\n  - name: test_t\n    arguments: [{name: model}]\n',
    }
    expect(messages(files, 'flags: {validate_macro_args: true}\n')).toEqual([
      'warning project/macro-annotation: The number of arguments in the yaml for macro test_t does not match the jinja definition.',
    ])
  })

  test('paths of the project file that configure nothing are told when nothing else is wrong', () => {
    const section = 'models: {shop: {stage: {+materialized: table}}}\n'
    expect(messages({ 'models/a.sql': 'select 1' }, section).join()).toContain('There are 1 unused configuration paths')
    expect(messages({ 'models/stage/a.sql': 'select {{ nope( }}' }, section)).toHaveLength(1)
  })

  test('spaces in names are one warning with the first name, or an error with all of them', () => {
    const files = { 'models/my model.sql': 'select 1', 'models/my other.sql': 'select 2' }
    expect(
      messages(files, 'flags: {require_resource_names_without_spaces: false}\n').map(one => one.slice(0, 60)),
    ).toEqual([
      'warning project/name-with-space: Found spaces in the name of',
      'warning project/spaced-names: Spaces found in 2 resource nam',
    ])
    expect(messages(files).join()).toContain("* 'model.shop.my other' (models/my other.sql)")
    expect(parsed(files).diagnostics.map(one => one.kind)).toEqual(['Runtime'])
  })

  test("values that do not render are told in dbt's words", () => {
    const entry = (alias: string): string[] =>
      messages({ 'models/m.sql': 'select 1', 'models/s.yml': `models: [{name: m, config: {alias: "${alias}"}}]\n` })
    expect(entry("{{ var('no') }}").join()).toContain("Could not render {{ var('no') }}: Required var 'no' not found")
    expect(entry('{{ no() }}').join()).toContain("Could not render {{ no() }}: 'no' is undefined")
    expect(entry("{{ env_var('no') }}").join()).toContain(
      "Failed to render models/s.yml from project shop: Parsing Error\n  Env var required but not provided: 'no'",
    )
  })

  test('a source that asks for freshness must say which column tells it', () => {
    const source = (more: string): string[] =>
      messages({
        'models/s.yml': `sources:\n  - name: raw\n    config: {freshness: {warn_after: {count: 1, period: day}}}\n    tables: [{name: t${more}}]\n`,
      })
    expect(source('').join()).toContain('does not support metadata-based freshness')
    expect(source(', loaded_at_field: at')).toEqual([])
    expect(source(", loaded_at_field: ''").join()).toContain('loaded_at_field cannot be an empty string.')
  })

  test.each([
    ['- a\n', "Error reading shop: s.yml - Runtime Error\n  Contents of file 'models/s.yml' are not valid."],
    [
      'models:\n  - name: a\n description: [\n',
      'Error reading shop: s.yml - Runtime Error\n  Syntax error near line 3',
    ],
    ['models: [{name: a, data_tests: [{unique: 5}]}]', "must be a dict, got <class 'int'> (value 5)"],
    [
      'models: [{name: a, data_tests: [{unique: {severity: warn, config: {severity: error}}}]}]',
      'Invalid generic test configuration given in models/s.yml: \nTest cannot have the same key at the top-level',
    ],
    ['groups: [{name: g, owner: {x: 1}}]', "at path []: Group owner must have at least one of 'name' or 'email'."],
  ])('%j is refused', (text, message) => {
    expect(messages({ 'models/a.sql': 'select 1', 'models/s.yml': text }).join()).toContain(message)
  })

  test('doc() takes a name, or a package and a name', () => {
    const text = `models: [{name: a, description: "{{ doc('p', 'q', 'r') }}"}]`
    expect(messages({ 'models/a.sql': 'select 1', 'models/s.yml': text })).toEqual([
      'error context/argument: doc() takes at most two arguments (3 given)',
    ])
  })

  test('an entry of data_tests without a name is left out', () => {
    expect(messages({ 'tests/t.yml': 'data_tests:\n  - not_null: {where: x}\n' })).toEqual([
      "warning project/unnamed-test: Unable to parse 'data_tests' section of file 'tests/t.yml'\n  Entry did not contain a name",
    ])
  })

  test('the written configuration keeps templates when the project compares them', () => {
    const files = {
      'models/a.sql': 'select 1',
      'models/a.yml': 'models:\n  - name: a\n    config: {meta: {owner: "{{ var(\'who\') }}"}}\n',
    }
    const meta = (more: string): unknown =>
      parsed(files, `vars: {who: me}\n${more}`).json('model.shop.a').unrendered_config
    expect(meta('')).toEqual({ meta: { owner: 'me' } })
    expect(meta('flags: {state_modified_compare_more_unrendered_values: true}\n')).toEqual({
      meta: { owner: "{{ var('who') }}" },
    })
  })

  test('a key that stands twice is told as dbt tells it, with the lines of the stripped file', () => {
    const found = parsed({
      'models/a.sql': 'select 1',
      'models/a.yml': '\n\nmodels:\n  - name: a\n    config: {tags: x, tags: y}\nmodels: [{name: a}]\n',
    })
    expect(found.diagnostics.map(one => one.facts)).toEqual([
      {
        duplicate_description: 'Duplicate key \'tags\' in "<unicode string>", line 3, column 23',
        file: 'models/a.yml',
      },
      {
        duplicate_description: 'Duplicate key \'models\' in "<unicode string>", line 4, column 1',
        file: 'models/a.yml',
      },
    ])
  })
})
