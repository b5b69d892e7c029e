/**
 * The configuration keys that dbt 1.11 knows for each resource type: their order in the manifest, their defaults and
 * how levels of configuration merge. Keys that are not in here are kept as they are, after the known ones.
 */
import { PyDict, type Value } from '../template/value.ts'

/** Types that are configured by a section of the project file. */
export type ConfiguredType =
  | 'model'
  | 'seed'
  | 'snapshot'
  | 'analysis'
  | 'test'
  | 'operation'
  | 'sql_operation'
  | 'function'
  | 'source'
  | 'exposure'
  | 'metric'
  | 'semantic_model'
  | 'saved_query'
  | 'unit_test'
  | 'group'

/**
 * `append`: lists are joined. `update`: dicts are laid over each other. `grants`: a dict of lists, `+key` extends.
 * Everything else replaces.
 */
export type MergeRule = 'append' | 'update' | 'grants'

type Default = null | boolean | number | string | readonly Default[] | { readonly [key: string]: Default }
type Defaults = { readonly [key: string]: Default }

const nodeAndTest: Defaults = {
  enabled: true,
  alias: null,
  schema: null,
  database: null,
  tags: [],
  meta: {},
  group: null,
  static_analysis: null,
}

const node: Defaults = {
  ...nodeAndTest,
  materialized: 'view',
  incremental_strategy: null,
  batch_size: null,
  lookback: 1,
  begin: null,
  persist_docs: {},
  'post-hook': [],
  'pre-hook': [],
  quoting: {},
  column_types: {},
  full_refresh: null,
  unique_key: null,
  on_schema_change: 'ignore',
  on_configuration_change: 'apply',
  grants: {},
  packages: [],
  docs: { show: true, node_color: null },
  contract: { enforced: false, alias_types: true },
  event_time: null,
  concurrent_batches: null,
}

const semantic: Defaults = { enabled: true, group: null, meta: {} }
const noThreshold: Defaults = { count: null, period: null }

const defaults: Readonly<Record<ConfiguredType, Defaults>> = {
  model: { ...node, access: 'protected', freshness: null },
  seed: { ...node, materialized: 'seed', delimiter: ',', quote_columns: null },
  snapshot: {
    ...node,
    materialized: 'snapshot',
    strategy: null,
    target_schema: null,
    target_database: null,
    updated_at: null,
    check_cols: null,
    snapshot_meta_column_names: {
      dbt_valid_to: null,
      dbt_valid_from: null,
      dbt_scd_id: null,
      dbt_updated_at: null,
      dbt_is_deleted: null,
    },
    dbt_valid_to_current: null,
  },
  analysis: node,
  operation: node,
  sql_operation: node,
  function: {
    ...node,
    materialized: 'function',
    type: 'scalar',
    volatility: null,
    runtime_version: null,
    entry_point: null,
  },
  test: {
    ...nodeAndTest,
    schema: 'dbt_test__audit',
    materialized: 'test',
    severity: 'ERROR',
    store_failures: null,
    store_failures_as: null,
    where: null,
    limit: null,
    fail_calc: 'count(*)',
    warn_if: '!= 0',
    error_if: '!= 0',
  },
  source: {
    enabled: true,
    event_time: null,
    freshness: { warn_after: noThreshold, error_after: noThreshold, filter: null },
    loaded_at_field: null,
    loaded_at_query: null,
    meta: {},
    tags: [],
    static_analysis: null,
  },
  exposure: { enabled: true, tags: [], meta: {} },
  metric: semantic,
  semantic_model: semantic,
  saved_query: { ...semantic, export_as: null, schema: null, cache: { enabled: false } },
  unit_test: { tags: [], meta: {}, enabled: true, static_analysis: null },
  group: { meta: {} },
}

/** A fresh dict with every default. */
export function defaultConfig(type: ConfiguredType): PyDict {
  const dict = new PyDict()
  for (const [key, value] of Object.entries(defaults[type])) dict.set(key, toValue(value))
  return dict
}

/** Sub-keys that a dict under this key always has in the end (`docs`, `contract`, a source's `freshness`). */
export function partDefaults(type: ConfiguredType, key: string): PyDict | undefined {
  const known = defaults[type][key]
  if (known === null || typeof known !== 'object' || Array.isArray(known)) return undefined
  const part = toValue(known)
  return part instanceof PyDict && part.size > 0 ? part : undefined
}

function toValue(value: Default): Value {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(toValue)
  const dict = new PyDict()
  for (const [key, item] of Object.entries(value)) dict.set(key, toValue(item))
  return dict
}

const runnableRules: Readonly<Record<string, MergeRule>> = {
  tags: 'append',
  'pre-hook': 'append',
  'post-hook': 'append',
  packages: 'append',
  meta: 'update',
  quoting: 'update',
  column_types: 'update',
  docs: 'update',
  contract: 'update',
  grants: 'grants',
}
const metaOnly: Readonly<Record<string, MergeRule>> = { meta: 'update' }
const rules: Readonly<Record<ConfiguredType, Readonly<Record<string, MergeRule>>>> = {
  model: runnableRules,
  seed: runnableRules,
  snapshot: runnableRules,
  analysis: runnableRules,
  operation: runnableRules,
  sql_operation: runnableRules,
  function: runnableRules,
  test: { tags: 'append', meta: 'update' },
  unit_test: { tags: 'append', meta: 'update' },
  source: metaOnly,
  exposure: {},
  metric: metaOnly,
  semantic_model: metaOnly,
  saved_query: metaOnly,
  group: metaOnly,
}

/** How two levels of one key merge; `undefined`: the later replaces. */
export function mergeRule(type: ConfiguredType, key: string): MergeRule | undefined {
  const ofType = rules[type]
  return Object.hasOwn(ofType, key) ? ofType[key] : undefined
}

/** Keys that several `config()` calls in one file join, whatever the resource type. */
export function callMergeRule(key: string): MergeRule | undefined {
  if (key === 'pre_hook' || key === 'post_hook') return 'append'
  if (key === 'snapshot_meta_column_names') return 'update'
  return mergeRule('model', key)
}
