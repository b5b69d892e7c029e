/** Methods of `adapter` that answer from what is known, without the database. The same while parsing. */
import { isIn } from '../template/comparison.ts'
import { truthy } from '../template/iteration.ts'
import { repr, str } from '../template/repr.ts'
import { PyDict, PyObject, typeName, type Value } from '../template/value.ts'
import type { AdapterPort } from './adapter-port.ts'
import { AgateTable } from './agate-table.ts'
import { columnConstraints, modelConstraints } from './constraint-text.ts'
import { externalReadLocation, externalWriteOptions } from './external-options.ts'
import { parseIndex } from './index-config.ts'
import { isoDateTime } from './modules/python-datetime.ts'
import { type Attributes, contextError, fieldOf, method } from './python-object.ts'
import { PythonRecord } from './python-record.ts'
import { Relation } from './relation.ts'
import { pathParts } from './relation-fields.ts'

const strategies = ['append', 'delete+insert', 'merge', 'microbatch']
const builtinStrategies = [...strategies, 'insert_overwrite']

function isDucklake(port: AdapterPort, relation: Value | undefined): boolean {
  const database = relation instanceof Relation ? relation.fields.path.database : null
  return database !== null && port.facts.ducklakeDatabases.has(database)
}

function quoteAsConfigured(port: AdapterPort, identifier: Value, key: Value): string {
  const text = str(identifier)
  const part = pathParts.find(one => one === key)
  return part !== undefined && port.facts.quoting[part] ? `"${text}"` : text
}

function quoteSeedColumn(column: Value, config: Value): string {
  if (config !== null && typeof config !== 'boolean') {
    const message = `The seed configuration value of "quote_columns" has an invalid type <class '${typeName(config)}'>`
    throw contextError('context/argument', message)
  }
  return config === false ? str(column) : `"${str(column)}"`
}

function incrementalStrategyMacro(port: AdapterPort, context: Value, strategy: Value): Value {
  const name = strategy === null ? 'default' : str(strategy)
  if (builtinStrategies.includes(name) && !strategies.includes(name)) {
    const message = `The incremental strategy '${name}' is not valid for this adapter`
    throw contextError('context/argument', message, { kind: 'Runtime' })
  }
  const macro = `get_incremental_${name.replaceAll('+', '_')}_sql`
  const found = isIn(macro, context) ? fieldOf(context, macro) : undefined
  if (found !== undefined) return found
  const message = `dbt could not find an incremental strategy macro with the name "${macro}" in ${port.facts.projectName}`
  throw contextError('context/macro-not-found', message, { kind: 'Runtime' })
}

function hardDeletesBehavior(config: Value): string {
  const legacy = fieldOfCall(config, 'invalidate_hard_deletes')
  const behavior = fieldOfCall(config, 'hard_deletes')
  const invalid = (message: string): Error => contextError('context/validation', message, { kind: 'Runtime' })
  if (legacy !== null && behavior !== null) {
    throw invalid(
      'You cannot set both the invalidate_hard_deletes and hard_deletes config properties on the same snapshot.',
    )
  }
  if (truthy(legacy) || behavior === 'invalidate') return 'invalidate'
  if (behavior === 'new_record') return 'new_record'
  if (behavior === null || behavior === 'ignore') return 'ignore'
  throw invalid('Invalid setting for property hard_deletes.')
}

/** `config.get(name)` of a dict or of the object `config`. */
function fieldOfCall(config: Value, name: string): Value {
  if (config instanceof PyDict) return config.get(name) ?? null
  const get = fieldOf(config, 'get')
  const value = get instanceof PyObject ? get.call?.([name], new Map()) : null
  return value === undefined || value instanceof Promise ? null : value
}

function grantsDict(table: Value): PyDict {
  const grants = new PyDict()
  if (!(table instanceof AgateTable)) return grants
  for (const row of table.rowsAsDicts()) {
    const privilege = row.get('privilege_type') ?? null
    const known = grants.get(privilege)
    const grantee = row.get('grantee') ?? null
    if (Array.isArray(known)) known.push(grantee)
    else grants.set(privilege, [grantee])
  }
  return grants
}

function batchId(model: Value): string {
  const start = fieldOf(fieldOf(model, 'batch'), 'event_time_start') ?? null
  if (!truthy(start)) return ''
  return str(start).replace(/[-:+]/g, '').replaceAll(' ', '_')
}

function temporaryPath(port: AdapterPort, model: Value, batch: Value): PythonRecord {
  const identifier = str(fieldOf(model, 'identifier') ?? fieldOf(model, 'alias') ?? '')
  const unique = `${identifier}__${port.temporaryId(identifier)}`
  return new PythonRecord('Path', {
    database: fieldOf(model, 'database') ?? null,
    schema: 'dbt_temp',
    identifier: truthy(batch) ? `${unique}__${str(batch)}` : unique,
  })
}

/** `adapter.behavior.flag`: true or false by itself, and through `.no_warn` and `.setting`. */
class BehaviorFlag extends PyObject {
  readonly typeName = 'BehaviorFlagRendered'
  private readonly setting: boolean
  constructor(setting: boolean) {
    super()
    this.setting = setting
  }
  override truthy(): boolean {
    return this.setting
  }
  override attr(name: string): Value | undefined {
    return name === 'no_warn' || name === 'setting' ? this.setting : undefined
  }
  override repr(): string {
    return repr(this.setting)
  }
}

class Behavior extends PyObject {
  readonly typeName = 'Behavior'
  private readonly flags: Readonly<Record<string, boolean>>
  constructor(flags: Readonly<Record<string, boolean>>) {
    super()
    this.flags = flags
  }
  override truthy(): boolean {
    return true
  }
  override attr(name: string): Value | undefined {
    const setting = Object.hasOwn(this.flags, name) ? this.flags[name] : undefined
    return setting === undefined ? undefined : new BehaviorFlag(setting)
  }
}

function behavior(port: AdapterPort): Behavior {
  return new Behavior({
    require_batched_execution_for_custom_microbatch_strategy: false,
    enable_truthy_nulls_equals_macro: false,
    ...port.facts.behavior,
  })
}

function optionsDict(value: Value | undefined): PyDict {
  if (value instanceof PyDict) return value
  throw contextError('context/argument', 'options of an external model must be a dict')
}

export const adapterAnswers: Attributes<AdapterPort> = {
  behavior,
  quote: method('quote', ['identifier'], (_, [name = null]) => `"${str(name)}"`),
  quote_as_configured: method('quote_as_configured', ['identifier', 'quote_key'], (port, [name = null, key = null]) =>
    quoteAsConfigured(port, name, key),
  ),
  quote_seed_column: method('quote_seed_column', ['column', 'quote_config'], (_, [column = null, config = null]) =>
    quoteSeedColumn(column, config),
  ),
  escape_sql_string: method('escape_sql_string', ['value'], (_, [value = null]) => str(value).replaceAll("'", "''")),
  external_root: method('external_root', [], port => port.facts.externalRoot),
  external_write_options: method('external_write_options', ['write_location', 'rendered_options'], (_, args) =>
    externalWriteOptions(str(args[0] ?? null), optionsDict(args[1])),
  ),
  external_read_location: method('external_read_location', ['write_location', 'rendered_options'], (_, args) =>
    externalReadLocation(str(args[0] ?? null), optionsDict(args[1])),
  ),
  disable_transactions: method('disable_transactions', [], port => port.facts.disableTransactions),
  is_motherduck: method('is_motherduck', [], port => port.facts.isMotherduck),
  is_ducklake: method('is_ducklake', ['relation'], (port, [relation]) => isDucklake(port, relation)),
  use_ducklake_table_workarounds: method('use_ducklake_table_workarounds', ['relation'], (port, [relation]) => {
    return isDucklake(port, relation) && olderThan(port.facts.duckdbVersion, [1, 5, 3])
  }),
  get_binding_char: method('get_binding_char', [], () => '?'),
  get_seed_file_path: method('get_seed_file_path', ['model'], (port, [model = null]) => port.seedFilePath(model)),
  parse_index: method('parse_index', ['raw_index'], (port, [raw = null]) =>
    parseIndex(raw, () => isoDateTime(BigInt(Math.floor(port.now() * 1000)))),
  ),
  valid_incremental_strategies: method('valid_incremental_strategies', [], () => [...strategies]),
  get_incremental_strategy_macro: method(
    'get_incremental_strategy_macro',
    ['model_context', 'strategy'],
    (port, [context = null, strategy = null]) => incrementalStrategyMacro(port, context, strategy),
  ),
  get_hard_deletes_behavior: method('get_hard_deletes_behavior', ['config'], (_, [config = null]) =>
    hardDeletesBehavior(config),
  ),
  render_raw_columns_constraints: method('render_raw_columns_constraints', ['raw_columns'], (_, [columns = null]) =>
    columnConstraints(columns),
  ),
  render_raw_model_constraints: method('render_raw_model_constraints', ['raw_constraints'], (_, [constraints = null]) =>
    modelConstraints(constraints),
  ),
  standardize_grants_dict: method('standardize_grants_dict', ['grants_table'], (_, [table = null]) =>
    grantsDict(table),
  ),
  convert_type: method('convert_type', ['agate_table', 'col_idx'], (_, [table, index]) =>
    table instanceof AgateTable ? table.databaseType(Number(index)) : null,
  ),
  convert_datetimes_to_strs: method('convert_datetimes_to_strs', ['table'], (_, [table = null]) =>
    table instanceof AgateTable ? table.withDateTimesAsText() : table,
  ),
  batch_id_for_model: method('batch_id_for_model', ['model'], (_, [model = null]) => batchId(model)),
  get_temp_relation_path: method(
    'get_temp_relation_path',
    ['model', ['batch_id', '']],
    (port, [model = null, batch = '']) => temporaryPath(port, model, batch),
  ),
  build_catalog_relation: method('build_catalog_relation', ['config'], () => null),
  warn_once: method('warn_once', ['msg'], (port, [message = null]) => {
    port.warnOnce(str(message))
    return null
  }),
  cache_added: method('cache_added', ['relation'], (port, [relation]) => {
    const { name, fields } = relationArgument(relation, 'Attempted to cache a null relation')
    port.cacheAdded({ ...name, ...(fields.type && { kind: fields.type }) })
    return ''
  }),
  cache_dropped: method('cache_dropped', ['relation'], (port, [relation]) => {
    port.cacheDropped(relationArgument(relation, 'Attempted to drop a null relation').name)
    return ''
  }),
  cache_renamed: method('cache_renamed', ['from_relation', 'to_relation'], (port, [from, to]) => {
    const problem = 'Attempted to rename a null relation'
    port.cacheRenamed(relationArgument(from, problem).name, relationArgument(to, problem).name)
    return ''
  }),
}

function relationArgument(value: Value | undefined, problem: string): Relation {
  if (value instanceof Relation) return value
  throw contextError('context/relation-type', problem)
}

function olderThan(version: string, [major, minor, patch]: readonly [number, number, number]): boolean {
  const [a = 0, b = 0, c = 0] = version.split('.').map(part => Number.parseInt(part, 10) || 0)
  return a !== major ? a < major : b !== minor ? b < minor : c < patch
}
