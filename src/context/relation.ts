/**
 * A relation as templates hold it: dbt's DuckDBRelation. It prints as its quoted name, or as what stands for it: the
 * location of an external source, a subquery under `--empty` or with an event-time filter. Never changes; every
 * method gives a new one.
 */
import type { RelationKind, RelationName } from '../base/sql-value.ts'
import { str } from '../template/repr.ts'
import { typeError, valueError } from '../template/template-error.ts'
import { type HashKey, PyDict, PyObject, PySet, Undefined, type Value } from '../template/value.ts'
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

const relationKinds: readonly RelationKind[] = [
  'table',
  'view',
  'cte',
  'materialized_view',
  'ephemeral',
  'external',
  'pointer_table',
  'function',
]

/** @throws `template/value` for a word that is not a kind of relation */
export function relationKind(value: Value): RelationKind | null {
  if (value === null) return null
  const kind = relationKinds.find(one => one === value)
  if (kind === undefined) throw invalidField('type', 'Optional[RelationType]', value)
  return kind
}

function invalidField(field: string, type: string, value: Value): Error {
  const shown = value instanceof Undefined ? 'Undefined' : String(value)
  return valueError(`Field "${field}" of type ${type} in DuckDBRelation has invalid value ${shown}`)
}

/** A part of a name: text or None. @throws `template/value` for anything else, undefined values above all */
export function pathPart(value: Value, part: string): string | null {
  if (value === null || typeof value === 'string') return value
  throw invalidField('path', `Path (${part})`, value)
}

/** A policy with those of `changes` that are true or false put in. */
export function changedPolicy(policy: Quoting, changes: PyDict): Quoting {
  const changed: Record<(typeof pathParts)[number], boolean> = { ...policy }
  for (const part of pathParts) {
    const value = changes.get(part)
    if (typeof value === 'boolean') changed[part] = value
  }
  return changed
}

function changedPath(path: RelationPath, changes: PyDict): RelationPath {
  const changed: Record<(typeof pathParts)[number], string | null> = { ...path }
  for (const part of pathParts) {
    const value = changes.get(part)
    if (value !== undefined) changed[part] = pathPart(value, part)
  }
  return changed
}

function partsDict(args: readonly Value[]): PyDict {
  return PyDict.of(pathParts.map((part, index) => [part, args[index] ?? null] as const))
}

/** `incorporate(path={…}, type=…)`: fields are merged one by one; a field that there is none of is ignored. */
function incorporate(self: Relation, changes: PyDict): Relation {
  const { fields } = self
  const path = changes.get('path')
  const quotes = changes.get('quote_policy')
  const includes = changes.get('include_policy')
  const type = changes.get('type')
  const limit = changes.get('limit')
  if (path !== undefined && !(path instanceof PyDict)) throw invalidField('path', 'Path', path)
  return self.with({
    path: path ? changedPath(fields.path, path) : fields.path,
    quotePolicy: quotes instanceof PyDict ? changedPolicy(fields.quotePolicy, quotes) : fields.quotePolicy,
    includePolicy: includes instanceof PyDict ? changedPolicy(fields.includePolicy, includes) : fields.includePolicy,
    type: type === undefined ? fields.type : relationKind(type),
    limit: typeof limit === 'number' || limit === null ? limit : fields.limit,
  })
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

const kindNames: Readonly<Record<string, RelationKind>> = {
  Table: 'table',
  View: 'view',
  CTE: 'cte',
  MaterializedView: 'materialized_view',
  PointerTable: 'pointer_table',
  External: 'external',
  Function: 'function',
}

/** `Relation.Table` and its like, of the class and of every relation. */
export function kindConstant(name: string): RelationKind | undefined {
  return Object.hasOwn(kindNames, name) ? kindNames[name] : undefined
}

/** How the node of a user-defined function says it is written; None for other nodes. */
function functionConfig(model: Value): Value {
  if (!(model instanceof PyDict) || model.get('resource_type') !== 'function') return null
  const config = model.get('config')
  const configured = (name: string, fallback: Value): Value => {
    return config instanceof PyDict ? (config.get(name) ?? fallback) : fallback
  }
  const fields = {
    language: model.get('language') ?? '',
    type: configured('type', ''),
    runtime_version: configured('runtime_version', null),
    entry_point: configured('entry_point', null),
  }
  requireFunctionFields(fields)
  return new PythonRecord('FunctionConfig', fields)
}

function requireFunctionFields(fields: Readonly<Record<string, Value>>): void {
  const required = ['language', 'type']
    .filter(key => fields[key] === '')
    .map(key => `A \`${key}\` is required for functions`)
  const ofPython = [
    ['runtime_version', 'A `runtime_version` is required for python functions'],
    ['entry_point', 'An `entry_point` is required for python functions'],
  ] as const
  const missing = fields.language === 'python' ? ofPython.filter(([key]) => fields[key] === null) : []
  const [message] = [...required, ...missing.map(([, text]) => text)]
  if (message !== undefined) throw contextError('context/argument', message, { kind: 'Runtime' })
}

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
  incorporate: method('incorporate', ['**changes'], (self, [changes]) => incorporate(self, changes as PyDict)),
  replace: method('replace', ['**changes'], (self, [changes]) => incorporate(self, changes as PyDict)),
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
  get_function_macro_name: method('get_function_macro_name', ['config'], (_, [config = null]) => {
    const part = (name: string): string => str(config instanceof PythonRecord ? (config.attr(name) ?? null) : null)
    return `${part('type')}_function_${part('language')}`
  }),
  add_ephemeral_prefix: method('add_ephemeral_prefix', ['name'], (_, [name]) => `${ephemeralPrefix}${String(name)}`),
}
