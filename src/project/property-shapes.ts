/** What entries of properties files must look like; what does not fit is said in the words of dbt's validator. */
import { faultPath, firstFault, type RecordShape, type Shape } from '../config/value-shape.ts'
import { PyDict } from '../template/value.ts'
import type { NodeMaker } from './node-maker.ts'
import type { PropertyEntry, Section } from './property-entry.ts'

const nullableText: Shape = { nullable: 'text' }
const texts: Shape = { listOf: 'text' }
const docs: Shape = { required: {}, optional: { show: 'bool', node_color: nullableText }, closed: true }
const tests: Shape = { listOf: { anyOf: ['dict', 'text'] } }
const columnKeys: Readonly<Record<string, Shape>> = {
  description: 'text',
  meta: 'dict',
  data_type: nullableText,
  constraints: { listOf: 'dict' },
  docs,
  config: 'dict',
}
const column: RecordShape = {
  required: { name: 'text' },
  optional: {
    ...columnKeys,
    data_tests: tests,
    tests,
    quote: { nullable: 'bool' },
    tags: texts,
    granularity: nullableText,
  },
}
const columns: Shape = { listOf: column }
const testable: RecordShape = {
  required: { name: 'text' },
  optional: {
    ...columnKeys,
    columns,
    data_tests: tests,
    tests,
    quote_columns: { nullable: 'bool' },
    access: nullableText,
  },
}
const version: RecordShape = {
  required: { v: 'version' },
  optional: {
    defined_in: nullableText,
    description: 'text',
    access: nullableText,
    config: 'dict',
    constraints: { listOf: 'dict' },
    docs,
    columns: { listOf: 'dict' },
    data_tests: { nullable: tests },
    tests: { nullable: tests },
    deprecation_date: 'any',
  },
  closed: true,
}
const fixture: Readonly<Record<string, Shape>> = {
  rows: { nullable: { anyOf: ['text', { listOf: 'dict' }] } },
  format: { oneOf: ['csv', 'dict', 'sql'] },
  fixture: nullableText,
}
const owner: Shape = { required: {}, optional: { name: nullableText } }
const quoting: Shape = {
  required: {},
  optional: Object.fromEntries(['database', 'schema', 'identifier', 'column'].map(key => [key, { nullable: 'bool' }])),
  closed: true,
}
const period: Shape = { nullable: { oneOf: ['minute', 'hour', 'day'] } }
const threshold: Shape = { nullable: { required: {}, optional: { count: { nullable: 'int' }, period }, closed: true } }
const freshness: Shape = {
  nullable: {
    required: {},
    optional: { warn_after: threshold, error_after: threshold, filter: nullableText },
    closed: true,
  },
}
const sourceTable: RecordShape = {
  required: { name: 'text' },
  optional: {
    ...columnKeys,
    columns,
    data_tests: tests,
    tests,
    loaded_at_field: nullableText,
    loaded_at_query: nullableText,
    identifier: nullableText,
    quoting,
    freshness,
    external: { nullable: 'dict' },
    tags: texts,
  },
}
const source: RecordShape = {
  required: { name: 'text' },
  optional: {
    description: 'text',
    meta: 'dict',
    database: nullableText,
    schema: nullableText,
    loader: 'text',
    quoting,
    freshness,
    loaded_at_field: nullableText,
    loaded_at_query: nullableText,
    tables: { listOf: sourceTable },
    tags: texts,
    config: 'dict',
    overrides: 'text',
  },
  closed: true,
}
const shapes: Readonly<Record<Section, RecordShape>> = {
  models: {
    required: testable.required,
    optional: {
      ...testable.optional,
      latest_version: { nullable: 'version' },
      versions: { listOf: version },
      time_spine: { nullable: { required: { standard_granularity_column: 'text' }, optional: {} } },
    },
  },
  seeds: testable,
  snapshots: testable,
  analyses: { required: { name: 'text' }, optional: { ...columnKeys, columns } },
  data_tests: { required: { name: 'text' }, optional: columnKeys },
  functions: {
    required: { name: 'text', returns: { required: { data_type: 'text' }, optional: { description: nullableText } } },
    optional: {
      ...columnKeys,
      arguments: { listOf: { required: { name: 'text', data_type: 'text' }, optional: {} } },
    },
  },
  macros: {
    required: { name: 'text' },
    optional: {
      ...columnKeys,
      arguments: { listOf: { required: { name: 'text' }, optional: { type: nullableText, description: 'text' } } },
    },
  },
  sources: source,
  exposures: {
    required: {
      name: 'text',
      type: { oneOf: ['dashboard', 'notebook', 'analysis', 'ml', 'application'] },
      owner,
    },
    optional: {
      description: 'text',
      label: nullableText,
      maturity: { nullable: { oneOf: ['low', 'medium', 'high'] } },
      meta: 'dict',
      tags: texts,
      url: nullableText,
      depends_on: texts,
      config: 'dict',
    },
    closed: true,
  },
  groups: {
    required: { name: 'text', owner },
    optional: { description: nullableText, config: 'dict' },
    closed: true,
  },
  unit_tests: {
    required: {
      name: 'text',
      model: 'text',
      given: { listOf: { required: { input: 'text' }, optional: fixture, closed: true } },
      expect: { required: {}, optional: fixture, closed: true },
    },
    optional: {
      description: 'text',
      overrides: {
        nullable: { required: {}, optional: { macros: 'dict', vars: 'dict', env_vars: 'dict' }, closed: true },
      },
      config: 'dict',
      versions: {
        nullable: {
          required: {},
          optional: { include: { nullable: { listOf: 'version' } }, exclude: { nullable: { listOf: 'version' } } },
          closed: true,
        },
      },
    },
    closed: true,
  },
  metrics: {
    required: { name: 'text', label: 'text', type: 'text', type_params: 'dict' },
    optional: {
      description: 'text',
      filter: 'any',
      time_granularity: nullableText,
      meta: 'dict',
      tags: texts,
      config: 'dict',
    },
    closed: true,
  },
  semantic_models: {
    required: { name: 'text', model: 'text' },
    optional: {
      config: 'dict',
      description: nullableText,
      label: nullableText,
      defaults: { nullable: 'dict' },
      entities: { listOf: { required: { name: 'text', type: 'text' }, optional: {} } },
      measures: { listOf: { required: { name: 'text', agg: 'text' }, optional: {} } },
      dimensions: { listOf: { required: { name: 'text', type: 'text' }, optional: {} } },
      primary_entity: nullableText,
    },
    closed: true,
  },
  saved_queries: {
    required: { name: 'text', query_params: 'dict' },
    optional: {
      description: nullableText,
      label: nullableText,
      exports: { listOf: { required: { name: 'text' }, optional: { config: 'dict' } } },
      config: 'dict',
      tags: 'any',
    },
    closed: true,
  },
}

/** @returns false when the entry cannot be used; that is reported */
export function checkEntry(entry: PropertyEntry, maker: NodeMaker): boolean {
  const fault = firstFault(entry.value, shapes[entry.section], [])
  if (!fault) return checkTestKeys(entry, maker)
  maker.report(maker.invalidEntry(entry, `at path ${faultPath(fault)}: ${fault.problem}`, fault.path))
  return false
}

/** `tests` is the old name of `data_tests`: one of them, not both. */
function checkTestKeys(entry: PropertyEntry, maker: NodeMaker): boolean {
  const both = hasBoth(entry.value, [])
  if (!both) return true
  maker.report(
    maker.invalidEntry(
      entry,
      "at path []: Invalid test config: cannot have both 'tests' and 'data_tests' defined",
      both,
    ),
  )
  return false
}

function hasBoth(value: PyDict, path: readonly (string | number)[]): readonly (string | number)[] | undefined {
  if (value.has('data_tests') && Array.isArray(value.get('tests'))) return [...path, 'tests']
  for (const key of ['columns', 'versions', 'tables']) {
    const list = value.get(key)
    if (!Array.isArray(list)) continue
    for (const [index, item] of list.entries()) {
      const found = item instanceof PyDict ? hasBoth(item, [...path, key, index]) : undefined
      if (found) return found
    }
  }
  return undefined
}
