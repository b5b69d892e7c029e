/**
 * Whether the merged configuration of a node has the types and values that dbt's contracts ask for. What does not fit is
 * said in dbt's words. Keys that dbt does not know may hold anything.
 */
import type { ErrorKind } from '../base/diagnostic.ts'
import { PyDict, type Value } from '../template/value.ts'
import { isColor } from './color-names.ts'
import type { ConfiguredType } from './config-defaults.ts'
import { faultPath, firstFault, type RecordShape, type Shape } from './value-shape.ts'

export interface ConfigProblem {
  readonly kind: ErrorKind
  readonly message: string
}

type Shapes = Readonly<Record<string, Shape>>

const nullableText: Shape = { nullable: 'text' }
const nullableBool: Shape = { nullable: 'bool' }
const texts: Shape = { listOf: 'text' }
const textOrTexts: Shape = { anyOf: [texts, 'text'] }
const period: Shape = { nullable: { oneOf: ['minute', 'hour', 'day'] } }
const threshold: Shape = { nullable: { required: {}, optional: { count: { nullable: 'int' }, period } } }
const hooks: Shape = {
  listOf: { required: { sql: 'text' }, optional: { transaction: 'bool', index: { nullable: 'int' } }, closed: true },
}

const nodeAndTest: Shapes = {
  enabled: 'bool',
  alias: nullableText,
  schema: nullableText,
  database: nullableText,
  tags: textOrTexts,
  group: nullableText,
  materialized: 'text',
}
const node: Shapes = {
  ...nodeAndTest,
  incremental_strategy: nullableText,
  persist_docs: 'dict',
  'pre-hook': hooks,
  'post-hook': hooks,
  quoting: 'dict',
  column_types: 'dict',
  full_refresh: nullableBool,
  unique_key: { nullable: textOrTexts },
  on_schema_change: nullableText,
  on_configuration_change: { oneOf: ['apply', 'continue', 'fail'] },
  packages: texts,
  docs: { required: {}, optional: { show: 'bool', node_color: nullableText } },
  contract: { required: {}, optional: { enforced: 'bool', alias_types: 'bool' } },
}
const semantic: Shapes = { enabled: 'bool', group: nullableText }

const shapes: Readonly<Record<ConfiguredType, Shapes>> = {
  model: {
    ...node,
    freshness: {
      nullable: {
        required: {
          build_after: {
            required: {},
            optional: { count: { nullable: 'int' }, period, updates_on: { oneOf: ['all', 'any'] } },
          },
        },
        optional: {},
      },
    },
  },
  seed: { ...node, delimiter: 'text', quote_columns: nullableBool },
  snapshot: {
    ...node,
    strategy: nullableText,
    target_schema: nullableText,
    target_database: nullableText,
    updated_at: nullableText,
    check_cols: { nullable: textOrTexts },
    dbt_valid_to_current: nullableText,
  },
  analysis: node,
  operation: node,
  sql_operation: node,
  function: {
    ...node,
    type: { oneOf: ['scalar', 'aggregate', 'table'] },
    volatility: { nullable: { oneOf: ['deterministic', 'stable', 'non-deterministic'] } },
    runtime_version: nullableText,
    entry_point: nullableText,
  },
  test: {
    ...nodeAndTest,
    store_failures: nullableBool,
    store_failures_as: nullableText,
    where: nullableText,
    limit: { nullable: 'int' },
    fail_calc: 'text',
    warn_if: 'text',
    error_if: 'text',
  },
  source: {
    enabled: 'bool',
    freshness: {
      nullable: { required: {}, optional: { warn_after: threshold, error_after: threshold, filter: nullableText } },
    },
    loaded_at_field: nullableText,
    loaded_at_query: nullableText,
  },
  exposure: { enabled: 'bool', tags: texts },
  metric: semantic,
  semantic_model: semantic,
  saved_query: { ...semantic, export_as: { nullable: { oneOf: ['table', 'view'] } }, schema: nullableText },
  unit_test: { tags: textOrTexts, enabled: 'bool' },
  group: {},
}

const fixedMaterialization: Readonly<Partial<Record<ConfiguredType, string>>> = {
  seed: 'seed',
  test: 'test',
}
/** Types whose faults dbt tells as plain validation errors, others as errors of parsing. */
const plainTypes: ReadonlySet<ConfiguredType> = new Set([
  'source',
  'exposure',
  'metric',
  'semantic_model',
  'saved_query',
])

/** @returns the first problem, or undefined when the configuration can be used */
export function configProblem(type: ConfiguredType, config: PyDict): ConfigProblem | undefined {
  const kind = plainTypes.has(type) ? 'Validation' : 'Parsing'
  const shape: RecordShape = { required: {}, optional: shapes[type] }
  const special = specialProblem(type, config)
  if (special !== undefined) return special
  const fault = firstFault(config, shape, [])
  return fault && { kind, message: `at path ${faultPath(fault)}: ${fault.problem}` }
}

function specialProblem(type: ConfiguredType, config: PyDict): ConfigProblem | undefined {
  const fixed = fixedMaterialization[type]
  const materialized = config.get('materialized')
  if (fixed !== undefined && typeof materialized === 'string' && materialized !== fixed) {
    return { kind: 'Parsing', message: `at path []: A ${type} must have a materialized value of '${fixed}'` }
  }
  if (type === 'test') {
    const severity = config.get('severity')
    if (typeof severity !== 'string' || !/^(?:warn|error)$/i.test(severity)) {
      const shown = typeof severity === 'string' ? severity : String(severity)
      return { kind: 'Parsing', message: `at path []: Severity must be either 'warn' or 'error'. Got '${shown}'` }
    }
  }
  return colorProblem(partOf(config, 'docs', 'node_color')) ?? freshnessProblem(type, config)
}

function colorProblem(color: Value): ConfigProblem | undefined {
  if (typeof color !== 'string' || isColor(color)) return undefined
  const message = `Invalid color name for docs.node_color: ${color}. It is neither a valid HTML color name nor a valid HEX code.`
  return { kind: 'Validation', message }
}

function freshnessProblem(type: ConfiguredType, config: PyDict): ConfigProblem | undefined {
  const buildAfter = type === 'model' ? partOf(config, 'freshness', 'build_after') : null
  if (!(buildAfter instanceof PyDict)) return undefined
  const [count, period] = [buildAfter.get('count') ?? null, buildAfter.get('period') ?? null]
  if ((count === null) === (period === null)) return undefined
  const [missing, given] = count === null ? ['count', 'period'] : ['period', 'count']
  const message = `\`freshness.build_after\` must have a value for \`${missing}\` if a \`${given}\` is provided`
  return { kind: 'Validation', message }
}

function partOf(config: PyDict, key: string, part: string): Value {
  const value = config.get(key)
  return value instanceof PyDict ? (value.get(part) ?? null) : null
}
