/**
 * A relation as templates hold it: dbt's DuckDBRelation. It prints as its quoted name, or as what stands for it: the
 * location of an external source, a subquery under `--empty` or with an event-time filter. Never changes; every
 * method gives a new one.
 */
import type { RelationKind, RelationName } from '../base/sql-value.ts'
import { typeError } from '../template/template-error.ts'
import { type HashKey, PyDict, PyObject, PySet, type Value } from '../template/value.ts'
import { changedFields, changedPath, changedPolicy, kindNames } from './changed-fields.ts'
import { functionConfig, functionMacroName } from './function-config.ts'
import { type Attributes, attributeOf, contextError, method } from './python-object.ts'
import { PythonRecord } from './python-record.ts'
import {
  allParts,
  bareFields,
  type EventTimeFilter,
  informationSchemaFields,
  pathParts,
  type Quoting,
  type RelationFields,
  type RelationPath,
  renderFiltered,
  renderLimited,
  renderName,
  renderRelation,
} from './relation-fields.ts'

export class Relation extends PyObject {
  readonly fields: RelationFields

  /** Fields that are not given are those of a relation that is created with nothing. */
  constructor(fields: Partial<RelationFields>) {
    super()
    this.fields = { ...bareFields, ...fields }
  }

  get typeName(): string {
    return this.fields.informationSchema === undefined ? 'DuckDBRelation' : 'InformationSchema'
  }
  override get kind(): 'mapping' {
    return 'mapping'
  }

  with(changes: Partial<RelationFields>): Relation {
    return new Relation({ ...this.fields, ...changes })
  }

  /** The parts as a name; absent ones are empty text. */
  get name(): RelationName {
    const { database, schema, identifier } = this.fields.path
    return { database: database ?? '', schema: schema ?? '', identifier: identifier ?? '' }
  }

  render(): string {
    return renderName(this.fields)
  }

  withoutIdentifier(): Relation {
    const { path, includePolicy } = this.fields
    return this.with({ includePolicy: { ...includePolicy, identifier: false }, path: { ...path, identifier: null } })
  }

  override str(): string {
    return renderRelation(this.fields)
  }
  override repr(): string {
    return `<${this.typeName} ${this.render()}>`
  }
  override truthy(): boolean {
    return true
  }
  override length(): never {
    throw this.notADictionary()
  }
  override iterate(): never {
    throw this.notADictionary()
  }
  override attr(name: string): Value | undefined {
    return attributeOf(attributes, this, name)
  }
  override item(key: Value): Value | undefined {
    return typeof key === 'string' ? this.attr(key) : undefined
  }
  override contains(value: Value): boolean {
    return this.item(value) !== undefined
  }
  override equals(other: Value): boolean {
    return other instanceof Relation && other.identity() === this.identity()
  }
  override hashKey(): HashKey {
    return `\0relation ${this.identity()}`
  }

  private identity(): string {
    return JSON.stringify(this.fields)
  }

  private notADictionary(): Error {
    return contextError(
      'context/relation-invalid',
      `The object ("${this.str()}") was used as a dictionary. This capability has been removed from objects of this type`,
    )
  }
}

export interface RelationOptions {
  readonly type?: RelationKind | null
  readonly quoting?: Partial<Quoting>
  readonly limit?: number | null
  readonly eventTimeFilter?: EventTimeFilter | null
  readonly external?: string | null
}

/** A relation by its parts, everything quoted unless `quoting` says otherwise. */
export function createRelation(path: Partial<RelationPath>, options: RelationOptions = {}): Relation {
  return new Relation({
    path: { database: null, schema: null, identifier: null, ...path },
    type: options.type ?? null,
    quotePolicy: { ...allParts, ...options.quoting },
    limit: options.limit ?? null,
    eventTimeFilter: options.eventTimeFilter ?? null,
    external: options.external ?? null,
  })
}

export const ephemeralPrefix = '__dbt__cte__'

/** The common table expression that stands for an ephemeral model. */
export function ephemeralRelation(identifier: string, options: RelationOptions = {}): Relation {
  const quoting = { ...options.quoting, identifier: false }
  return createRelation({ identifier: `${ephemeralPrefix}${identifier}` }, { ...options, type: 'cte', quoting })
}

function partsDict(args: readonly Value[]): PyDict {
  return PyDict.of(pathParts.map((part, index) => [part, args[index] ?? null] as const))
}

function changed(self: Relation, changes: Value | undefined): Relation {
  return new Relation(changedFields(self.fields, changes as PyDict))
}

function matches(self: Relation, args: readonly Value[]): boolean {
  const search = pathParts.flatMap((part, index) => {
    const value = args[index]
    return typeof value === 'string' ? [{ part, value }] : []
  })
  const { path } = self.fields
  if (search.length === 0) {
    throw contextError('context/relation-invalid', 'Tried to match relation, but no search path was passed!')
  }
  if (search.every(({ part, value }) => path[part] === value)) return true
  if (!search.every(({ part, value }) => bare(path[part]) === bare(value))) return false
  throw contextError(
    'context/relation-invalid',
    `When searching for a relation, dbt found an approximate match: searched for ${search.map(one => one.value).join('.')}, found ${self.render()}`,
  )
}

function bare(text: string | null): string {
  return (text ?? 'None').toLowerCase().replace(/^"+|"+$/g, '')
}

/** A policy or path as templates see it. */
function record(name: string, entries: Quoting | RelationPath): PythonRecord {
  return new PythonRecord(name, { ...entries })
}

function eventTimeFilterValue(filter: EventTimeFilter | null): Value {
  if (!filter) return null
  const { fieldName, start, end } = filter
  return new PythonRecord('EventTimeFilter', { field_name: fieldName, start, end })
}

function toDict({ fields }: Relation): PyDict {
  return PyDict.of({
    path: PyDict.of({ ...fields.path }),
    type: fields.type,
    quote_character: '"',
    include_policy: PyDict.of({ ...fields.includePolicy }),
    quote_policy: PyDict.of({ ...fields.quotePolicy }),
    dbt_created: fields.dbtCreated,
    limit: fields.limit,
    event_time_filter: eventTimeFilterValue(fields.eventTimeFilter),
    require_alias: false,
    catalog: fields.catalog,
    renameable_relations: [],
    replaceable_relations: [],
    external: fields.external,
  })
}

const threeParts: readonly (readonly [string, Value])[] = pathParts.map(part => [part, null] as const)

const attributes: Attributes<Relation> = {
  path: self => record('Path', self.fields.path),
  type: self => self.fields.type,
  quote_policy: self => record('Policy', self.fields.quotePolicy),
  include_policy: self => record('Policy', self.fields.includePolicy),
  quote_character: () => '"',
  dbt_created: self => self.fields.dbtCreated,
  limit: self => self.fields.limit,
  event_time_filter: self => eventTimeFilterValue(self.fields.eventTimeFilter),
  require_alias: () => false,
  catalog: self => self.fields.catalog,
  external: self => self.fields.external,
  renameable_relations: () => new PySet([], true),
  replaceable_relations: () => new PySet([], true),
  information_schema_view: self => self.fields.informationSchema ?? null,
  database: self => self.fields.path.database,
  schema: self => self.fields.path.schema,
  identifier: self => self.fields.path.identifier,
  table: self => self.fields.path.identifier,
  name: self => self.fields.path.identifier,
  is_table: self => self.fields.type === 'table',
  is_view: self => self.fields.type === 'view',
  is_cte: self => self.fields.type === 'cte',
  is_materialized_view: self => self.fields.type === 'materialized_view',
  is_pointer: self => self.fields.type === 'pointer_table',
  is_function: self => self.fields.type === 'function',
  can_be_renamed: () => false,
  can_be_replaced: () => false,
  ...Object.fromEntries(Object.entries(kindNames).map(([name, kind]) => [name, () => kind])),
  get: method('get', ['key', ['default', null]], (self, [key = null, fallback = null]) => {
    if (key === 'metadata') return PyDict.of({ type: self.typeName })
    const value = self.item(key)
    return value === undefined ? fallback : value
  }),
  include: method('include', threeParts, (self, args) =>
    self.with({ includePolicy: changedPolicy(self.fields.includePolicy, partsDict(args)) }),
  ),
  quote: method('quote', threeParts, (self, args) =>
    self.with({ quotePolicy: changedPolicy(self.fields.quotePolicy, partsDict(args)) }),
  ),
  quoted: method('quoted', ['identifier'], (_, [identifier]) => `"${String(identifier)}"`),
  replace_path: method('replace_path', ['**changes'], (self, [changes]) => {
    for (const name of (changes as PyDict).keys()) {
      if (!pathParts.some(part => part === name)) {
        throw typeError(`Path.__init__() got an unexpected keyword argument '${String(name)}'`)
      }
    }
    return self.with({ path: changedPath(self.fields.path, changes as PyDict) })
  }),
  incorporate: method('incorporate', ['**changes'], (self, [changes]) => changed(self, changes)),
  replace: method('replace', ['**changes'], (self, [changes]) => changed(self, changes)),
  without_identifier: method('without_identifier', [], self => self.withoutIdentifier()),
  information_schema: method('information_schema', [['view_name', null]], (self, [view = null]) => {
    return new Relation(informationSchemaFields(self.fields, typeof view === 'string' ? view : null))
  }),
  information_schema_only: method('information_schema_only', [], self => {
    return new Relation(informationSchemaFields(self.fields, null))
  }),
  render: method('render', [], self => self.render()),
  render_limited: method('render_limited', [], self => renderLimited(self.fields)),
  render_event_time_filtered: method('render_event_time_filtered', [['rendered', null]], (self, [rendered = null]) => {
    return renderFiltered(self.fields, typeof rendered === 'string' && rendered ? rendered : self.render())
  }),
  matches: method('matches', threeParts, (self, args) => matches(self, args)),
  to_dict: method('to_dict', [['omit_none', false]], (self, [omitNone]) => {
    const dict = toDict(self)
    return omitNone === true ? PyDict.of(Array.from(dict).filter(([, value]) => value !== null)) : dict
  }),
  get_function_config: method('get_function_config', ['model'], (_, [model = null]) => functionConfig(model)),
  get_function_macro_name: method('get_function_macro_name', ['config'], (_, [config = null]) =>
    functionMacroName(config),
  ),
  add_ephemeral_prefix: method('add_ephemeral_prefix', ['name'], (_, [name]) => `${ephemeralPrefix}${String(name)}`),
}
