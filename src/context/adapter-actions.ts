/** Methods of `adapter` that ask or change the database: SQL text comes from macros, so that projects can override it. */

import { DiagnosticError } from '../base/diagnostic.ts'
import { quoteString } from '../base/sql-text.ts'
import type { RelationInfo, SqlValue } from '../base/sql-value.ts'
import { iterate, truthy } from '../template/iteration.ts'
import { str } from '../template/repr.ts'
import { PyTuple, typeName, type Value } from '../template/value.ts'
import type { AdapterPort } from './adapter-port.ts'
import { AgateTable } from './agate-table.ts'
import { Column } from './column.ts'
import { pytzZone } from './modules/python-pytz.ts'
import { type Attributes, contextError, fieldOf, method } from './python-object.ts'
import { Relation } from './relation.ts'
import { allParts, bareFields, informationSchemaFields } from './relation-fields.ts'
import { withBindings } from './sql-bindings.ts'
import { AdapterResponse } from './statement-results.ts'

async function execute(port: AdapterPort, args: readonly Value[]): Promise<Value> {
  const [sql = null, autoBegin = false, fetch = false, limit = null] = args
  const result = await port.execute(str(sql), {
    autoBegin: truthy(autoBegin),
    fetch: truthy(fetch),
    ...(typeof limit === 'number' && { limit }),
  })
  const response = new AdapterResponse('OK')
  if (!truthy(fetch)) return new PyTuple([response, AgateTable.empty()])
  const { timeZone } = port.facts
  const table = AgateTable.fromResult(result, {
    ...(timeZone !== undefined && { zone: pytzZone(timeZone) }),
    ...(port.print && { print: text => port.print?.(text) }),
  })
  return new PyTuple([response, table])
}

/** Bindings are written into the text: the seeds of dbt send theirs this way. */
async function addQuery(port: AdapterPort, args: readonly Value[]): Promise<Value> {
  const [sql = null, autoBegin = true, bindings = null] = args
  const text = bindings === null ? str(sql) : withBindings(str(sql), [...iterate(bindings)])
  await port.execute(text, { autoBegin: truthy(autoBegin), fetch: false })
  return new PyTuple([null, null])
}

async function rows(port: AdapterPort, sql: string): Promise<readonly (readonly SqlValue[])[]> {
  return (await port.execute(sql, { autoBegin: false, fetch: true })).rows
}

function existingRelation(info: RelationInfo | undefined): Relation | null {
  if (!info) return null
  const { database, schema, identifier, kind } = info
  return new Relation({ path: { database, schema, identifier }, type: kind, quotePolicy: allParts })
}

async function getRelation(port: AdapterPort, database: Value, schema: Value, identifier: Value): Promise<Value> {
  const text = (value: Value): string | null => (typeof value === 'string' ? value : null)
  return existingRelation(await port.getRelation(text(database), text(schema) ?? '', text(identifier) ?? ''))
}

function call(port: AdapterPort, name: string, kwargs: Readonly<Record<string, Value>>): Value | Promise<Value> {
  return port.callMacro(name, new Map(Object.entries(kwargs)))
}

function relationArgument(value: Value | undefined, what: string, argument: string): Relation {
  if (value instanceof Relation) return value
  throw contextError(
    'context/relation-type',
    `'adapter.${what}' expects argument '${argument}' to be of type 'DuckDBRelation', instead got ${value === undefined ? 'nothing' : str(value)} (<class '${typeName(value ?? null)}'>)`,
  )
}

async function columnsOf(port: AdapterPort, relation: Value): Promise<Value[]> {
  return [...iterate(await columnsAnswer(port, relation))]
}

/** What the macro gives, whatever that is. A relation that does not exist has no columns. */
async function columnsAnswer(port: AdapterPort, relation: Value): Promise<Value> {
  try {
    return await call(port, 'get_columns_in_relation', { relation })
  } catch (error) {
    if (error instanceof DiagnosticError && /does not exist/i.test(error.message)) return []
    throw error
  }
}

function columnName(column: Value): string {
  return str(fieldOf(column, 'name') ?? null)
}

async function missingColumns(port: AdapterPort, [from, to]: readonly Value[]): Promise<Value> {
  const source = relationArgument(from, 'get_missing_columns', 'from_relation')
  const target = relationArgument(to, 'get_missing_columns', 'to_relation')
  const wanted = new Map((await columnsOf(port, source)).map(column => [columnName(column), column] as const))
  for (const column of await columnsOf(port, target)) wanted.delete(columnName(column))
  return [...wanted.values()]
}

async function refuseMissing(port: AdapterPort, relation: Relation, names: readonly string[]): Promise<void> {
  const present = new Set((await columnsOf(port, relation)).map(column => columnName(column).toLowerCase()))
  const missing = names.filter(name => name && !present.has(name.toLowerCase()))
  if (missing.length === 0) return
  throw contextError(
    'context/snapshot-columns',
    `Snapshot target is missing configured columns (missing "${missing.join('", "')}"). See https://docs.getdbt.com/docs/build/snapshots#snapshot-meta-fields for more information.`,
  )
}

function snapshotNames(names: Value, columns: readonly string[]): string[] {
  return columns.map(column => (truthy(names) ? str(fieldOf(names, column) ?? '') : column))
}

async function validSnapshotTarget(port: AdapterPort, relation: Value | undefined, names: Value): Promise<null> {
  const target = relationArgument(relation, 'valid_snapshot_target', 'relation')
  await refuseMissing(port, target, snapshotNames(names, ['dbt_scd_id', 'dbt_valid_from', 'dbt_valid_to']))
  return null
}

async function validForStrategy(port: AdapterPort, args: readonly Value[]): Promise<null> {
  const [relation = null, names = null, strategy = null] = args
  await validSnapshotTarget(port, relation, names)
  if (fieldOf(strategy, 'hard_deletes') === 'new_record') {
    const target = relationArgument(relation, 'assert_valid_snapshot_target_given_strategy', 'relation')
    await refuseMissing(port, target, snapshotNames(names, ['dbt_is_deleted']))
  }
  return null
}

async function dropRelation(port: AdapterPort, value: Value | undefined): Promise<null> {
  const relation = relationArgument(value, 'drop_relation', 'relation')
  if (relation.fields.type === null) {
    throw contextError('context/relation-type', `Tried to drop relation ${relation.str()}, but its type is null.`)
  }
  port.cacheDropped(relation.name)
  await call(port, 'drop_relation', { relation })
  return null
}

async function renameRelation(port: AdapterPort, [from, to]: readonly Value[]): Promise<null> {
  const source = relationArgument(from, 'rename_relation', 'from_relation')
  const target = relationArgument(to, 'rename_relation', 'to_relation')
  port.cacheRenamed(source.name, target.name)
  await call(port, 'rename_relation', { from_relation: source, to_relation: target })
  return null
}

async function changeSchema(
  port: AdapterPort,
  macro: 'create_schema' | 'drop_schema',
  value: Value | undefined,
): Promise<null> {
  const relation = relationArgument(value, macro, 'relation').withoutIdentifier()
  await call(port, macro, { relation })
  await port.commit()
  if (macro === 'drop_schema') port.cacheSchemaDropped(relation.name.database, relation.name.schema)
  return null
}

async function schemaExists(port: AdapterPort, [database = null, schema = null]: readonly Value[]): Promise<boolean> {
  const path = { database: database === null ? null : str(database), schema: str(schema), identifier: null }
  const fields = informationSchemaFields({ ...bareFields, path, quotePolicy: port.facts.quoting }, null)
  const kwargs = { information_schema: new Relation(fields), schema }
  const table = await call(port, 'check_schema_exists', kwargs)
  return table instanceof AgateTable && Number(table.value(0, 0)) > 0
}

/** The columns of a query, structs taken apart: DuckDB describes queries as it does tables. */
async function columnSchema(port: AdapterPort, sql: Value): Promise<Value> {
  const described = await rows(port, `DESCRIBE (${str(sql)})`)
  return described.flatMap(([name, type]) => new Column(String(name), String(type)).flatten())
}

async function locationExists(port: AdapterPort, location: Value): Promise<boolean> {
  try {
    await port.execute(`select 1 from '${str(location)}' where 1=0`, { autoBegin: false, fetch: false })
    return true
  } catch (error) {
    if (error instanceof DiagnosticError) return false
    throw error
  }
}

async function catalogType(port: AdapterPort, database: Value): Promise<string | undefined> {
  const sql = `select lower(type) from duckdb_databases() where lower(database_name) = ${quoteString(str(database).toLowerCase())}`
  const type = (await rows(port, sql))[0]?.[0]
  return typeof type === 'string' ? type : undefined
}

async function supportsForeignKeys(port: AdapterPort, database: Value): Promise<boolean> {
  const type = await catalogType(port, database)
  return type === 'duckdb' || type === 'motherduck'
}

async function keyConstraints(port: AdapterPort, relation: Value): Promise<Value> {
  const { database, schema, identifier } = relationArgument(relation, 'existing_key_constraint_types', 'relation').name
  if (!(await supportsForeignKeys(port, database))) return []
  const found = await rows(
    port,
    `select distinct lower(replace(constraint_type, ' ', '_')) from duckdb_constraints()
where lower(database_name) = ${quoteString(database.toLowerCase())} and lower(schema_name) = ${quoteString(schema.toLowerCase())}
  and lower(table_name) = ${quoteString(identifier.toLowerCase())} and constraint_type in ('PRIMARY KEY', 'UNIQUE', 'FOREIGN KEY')
order by 1`,
  )
  return found.map(([type]) => String(type))
}

export const adapterActions: Attributes<AdapterPort> = {
  execute: method('execute', ['sql', ['auto_begin', false], ['fetch', false], ['limit', null]], execute),
  add_query: method(
    'add_query',
    ['sql', ['auto_begin', true], ['bindings', null], ['abridge_sql_log', false]],
    addQuery,
  ),
  ensure_transaction: method('ensure_transaction', [], async port => {
    if ((await port.ensureTransaction()) && port.facts.disableTransactions) {
      port.warnOnce(
        "disable_transactions is set, but dbt-duckdb uses a transaction to rebuild tables with foreign key constraints in place, so a failed build does not lose the existing table's data.",
      )
    }
    return null
  }),
  get_relation: method(
    'get_relation',
    ['database', 'schema', 'identifier'],
    (port, [database = null, schema = null, name = null]) => getRelation(port, database, schema, name),
  ),
  already_exists: method('already_exists', ['schema', 'name'], async (port, [schema = null, name = null]) => {
    return (await getRelation(port, port.facts.database, schema, name)) !== null
  }),
  get_columns_in_relation: method('get_columns_in_relation', ['relation'], (port, [relation = null]) =>
    columnsAnswer(port, relation),
  ),
  get_columns_in_table: method(
    'get_columns_in_table',
    ['schema', 'identifier'],
    (port, [schema = null, name = null]) => {
      const path = { database: port.facts.database, schema: str(schema), identifier: str(name) }
      return columnsOf(port, new Relation({ path, quotePolicy: port.facts.quoting }))
    },
  ),
  get_missing_columns: method('get_missing_columns', ['from_relation', 'to_relation'], missingColumns),
  get_column_schema_from_query: method('get_column_schema_from_query', ['sql'], (port, [sql = null]) =>
    columnSchema(port, sql),
  ),
  expand_target_column_types: method(
    'expand_target_column_types',
    ['from_relation', 'to_relation'],
    (_, [from, to]) => {
      relationArgument(from, 'expand_target_column_types', 'from_relation')
      relationArgument(to, 'expand_target_column_types', 'to_relation')
      return null
    },
  ),
  check_schema_exists: method('check_schema_exists', ['database', 'schema'], schemaExists),
  create_schema: method('create_schema', ['relation'], (port, [relation]) =>
    changeSchema(port, 'create_schema', relation),
  ),
  drop_schema: method('drop_schema', ['relation'], (port, [relation]) => changeSchema(port, 'drop_schema', relation)),
  drop_relation: method('drop_relation', ['relation'], (port, [relation]) => dropRelation(port, relation)),
  truncate_relation: method('truncate_relation', ['relation'], async (port, [relation = null]) => {
    await call(port, 'truncate_relation', { relation })
    return null
  }),
  rename_relation: method('rename_relation', ['from_relation', 'to_relation'], renameRelation),
  valid_snapshot_target: method(
    'valid_snapshot_target',
    ['relation', ['column_names', null]],
    (port, [relation, names = null]) => validSnapshotTarget(port, relation, names),
  ),
  assert_valid_snapshot_target_given_strategy: method(
    'assert_valid_snapshot_target_given_strategy',
    ['relation', 'column_names', 'strategy'],
    validForStrategy,
  ),
  location_exists: method('location_exists', ['location'], (port, [location = null]) => locationExists(port, location)),
  catalog_supports_foreign_keys: method('catalog_supports_foreign_keys', ['database'], (port, [database = null]) =>
    supportsForeignKeys(port, database),
  ),
  existing_key_constraint_types: method('existing_key_constraint_types', ['relation'], (port, [relation = null]) =>
    keyConstraints(port, relation),
  ),
  get_catalog_integration: method('get_catalog_integration', ['name'], (_, [name = null]) => {
    throw contextError('context/argument', `Catalog integration '${str(name)}' not found`, { kind: 'Runtime' })
  }),
  get_partitions_metadata: method('get_partitions_metadata', ['table'], () => {
    throw contextError('context/raised', '`get_partitions_metadata` is not implemented for this adapter!')
  }),
  store_relation: method(
    'store_relation',
    ['plugin_name', 'relation', 'column_list', 'path', 'format', 'config'],
    (_, [plugin = null]) => {
      throw contextError('context/plugin', `The plugin "${str(plugin)}" is written in Python and cannot be run`, {
        hint: 'write the model to a file with materialized: external instead',
      })
    },
  ),
}
