/**
 * The Jinja object `adapter`: dbt's methods over an `AdapterPort`. While parsing, methods that would touch the database
 * give dbt's stubs instead.
 */
import { PyObject, PyTuple, type Value } from '../template/value.ts'
import { adapterActions } from './adapter-actions.ts'
import { adapterAnswers } from './adapter-answers.ts'
import type { AdapterPort } from './adapter-port.ts'
import { AgateTable } from './agate-table.ts'
import type { BoundMacros } from './bound-macros.ts'
import { dispatchArguments } from './macro-namespace.ts'
import { contextFunction } from './python-object.ts'
import { RelationClass } from './relation-class.ts'

export class AdapterObject extends PyObject {
  readonly typeName: string
  private readonly port: AdapterPort
  private readonly macros: BoundMacros
  private readonly parsing: boolean

  constructor(port: AdapterPort, macros: BoundMacros, options: { readonly parsing: boolean }) {
    super()
    this.port = port
    this.macros = macros
    this.parsing = options.parsing
    this.typeName = options.parsing ? 'ParseDatabaseWrapper' : 'RuntimeDatabaseWrapper'
  }

  override truthy(): boolean {
    return true
  }

  override attr(name: string): Value | undefined {
    switch (name) {
      case 'dispatch':
        return contextFunction(name, dispatchParameters, args => {
          const { name: wanted, macroNamespace } = dispatchArguments(args)
          return this.macros.dispatch(wanted, macroNamespace)
        })
      case 'type':
        return contextFunction(name, [], () => 'duckdb')
      case 'commit':
        return contextFunction(name, [], async () => {
          await this.port.commit()
          return null
        })
      case 'config':
        return this.port.config()
      case 'Relation':
        return new RelationClass(this.port.facts.quoting)
      default:
        return this.available(name)
    }
  }

  private available(name: string): Value | undefined {
    if (this.parsing && Object.hasOwn(parseStubs, name)) return stub(name)
    if (Object.hasOwn(adapterAnswers, name)) return adapterAnswers[name]?.(this.port)
    return Object.hasOwn(adapterActions, name) ? adapterActions[name]?.(this.port) : undefined
  }
}

const dispatchParameters = ['macro_name', ['macro_namespace', null], ['packages', null]] as const

function stub(name: string): Value {
  return contextFunction(name, ['*args', '**kwargs'], () => parseStubs[name]?.() ?? null)
}

const nothing = (): Value => null

/** What dbt gives while it parses. */
const parseStubs: Readonly<Record<string, () => Value>> = {
  add_query: () => new PyTuple([null, null]),
  already_exists: () => false,
  assert_valid_snapshot_target_given_strategy: nothing,
  check_schema_exists: () => false,
  create_schema: nothing,
  drop_relation: nothing,
  drop_schema: nothing,
  execute: () => new PyTuple(['', AgateTable.empty()]),
  expand_target_column_types: nothing,
  get_column_schema_from_query: () => [],
  get_columns_in_relation: () => [],
  get_columns_in_table: () => [],
  get_hard_deletes_behavior: nothing,
  get_incremental_strategy_macro: nothing,
  get_missing_columns: () => [],
  get_partitions_metadata: () => new PyTuple(['', AgateTable.empty()]),
  get_relation: nothing,
  rename_relation: nothing,
  truncate_relation: nothing,
  valid_snapshot_target: nothing,
}
