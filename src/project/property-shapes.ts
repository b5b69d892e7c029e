/** What entries of properties files must look like; what does not fit is said in the words of dbt's validator. */
import { repr } from '../template/repr.ts'
import { PyDict, PyFloat, type Value } from '../template/value.ts'
import type { NodeMaker } from './node-maker.ts'
import type { PropertyEntry, Section } from './property-entry.ts'

type Shape =
  | 'text'
  | 'bool'
  | 'int'
  | 'version'
  | 'dict'
  | 'any'
  | { readonly listOf: Shape }
  | { readonly nullable: Shape }
  | { readonly anyOf: readonly Shape[] }
  | { readonly oneOf: readonly string[] }
  | RecordShape

interface RecordShape {
  readonly required: Readonly<Record<string, Shape>>
  readonly optional: Readonly<Record<string, Shape>>
  /** Keys beyond these are refused. */
  readonly closed?: boolean
}

interface Fault {
  readonly path: readonly (string | number)[]
  readonly problem: string
}

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
  const path = fault.path.map(step => `[${typeof step === 'string' ? `'${step}'` : step}]`).join('')
  maker.report(maker.invalidEntry(entry, `at path ${path === '' ? '[]' : path}: ${fault.problem}`, fault.path))
  return false
}

function firstFault(value: Value, shape: Shape, path: readonly (string | number)[]): Fault | undefined {
  if (typeof shape === 'string') return scalarFault(value, shape, path)
  if ('nullable' in shape) {
    if (value === null || !firstFault(value, shape.nullable, path)) return undefined
    return { path, problem: `${repr(value)} is not valid under any of the given schemas` }
  }
  if ('listOf' in shape) {
    if (!Array.isArray(value)) return { path, problem: `${repr(value)} is not of type 'array'` }
    for (const [index, item] of value.entries()) {
      const fault = firstFault(item, shape.listOf, [...path, index])
      if (fault) return fault
    }
    return undefined
  }
  if ('anyOf' in shape) {
    if (shape.anyOf.some(one => firstFault(value, one, path) === undefined)) return undefined
    return { path, problem: `${repr(value)} is not valid under any of the given schemas` }
  }
  if ('oneOf' in shape) {
    if (typeof value === 'string' && shape.oneOf.includes(value)) return undefined
    return { path, problem: `${repr(value)} is not one of ${repr([...shape.oneOf])}` }
  }
  return recordFault(value, shape, path)
}

const typeNames = { text: 'string', bool: 'boolean', int: 'integer', dict: 'object' } as const

function scalarFault(
  value: Value,
  shape: Extract<Shape, string>,
  path: readonly (string | number)[],
): Fault | undefined {
  switch (shape) {
    case 'any':
      return undefined
    case 'version': {
      const fits = typeof value === 'string' || typeof value === 'number' || value instanceof PyFloat
      return fits ? undefined : { path, problem: `${repr(value)} is not valid under any of the given schemas` }
    }
    default: {
      const fits =
        shape === 'text'
          ? typeof value === 'string'
          : shape === 'bool'
            ? typeof value === 'boolean'
            : shape === 'int'
              ? typeof value === 'number' || typeof value === 'bigint'
              : value instanceof PyDict
      return fits ? undefined : { path, problem: `${repr(value)} is not of type '${typeNames[shape]}'` }
    }
  }
}

function recordFault(value: Value, shape: RecordShape, path: readonly (string | number)[]): Fault | undefined {
  if (!(value instanceof PyDict)) return { path, problem: `${repr(value)} is not of type 'object'` }
  for (const key of Object.keys(shape.required)) {
    if (!value.has(key)) return { path, problem: `'${key}' is a required property` }
  }
  if (shape.closed) {
    const extra = Array.from(value.keys(), String).filter(
      key => !Object.hasOwn(shape.required, key) && !Object.hasOwn(shape.optional, key),
    )
    if (extra.length > 0) {
      const shown = extra.map(key => `'${key}'`).join(', ')
      const were = extra.length === 1 ? 'was' : 'were'
      return { path, problem: `Additional properties are not allowed (${shown} ${were} unexpected)` }
    }
  }
  for (const [key, item] of value) {
    const of = shape.required[String(key)] ?? shape.optional[String(key)]
    const fault = of && firstFault(item, of, [...path, String(key)])
    if (fault) return fault
  }
  return undefined
}

/** `tests` is the old name of `data_tests`: one of them, not both. */
function checkTestKeys(entry: PropertyEntry, maker: NodeMaker): boolean {
  const both = hasBoth(entry.value, [])
  if (!both) return true
  maker.report(
    maker.invalidEntry(entry, "Invalid test config: cannot have both 'tests' and 'data_tests' defined", both),
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
