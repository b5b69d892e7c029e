/** `api.Relation`: the class of relations, with the project's quoting put into everything it creates. */

import { typeError } from '../template/template-error.ts'
import { PyDict, PyObject, type Value } from '../template/value.ts'
import { changedPolicy, kindConstant, pathPart, relationKind } from './changed-fields.ts'
import { contextFunction } from './python-object.ts'
import { PythonRecord } from './python-record.ts'
import { createRelation, ephemeralPrefix, ephemeralRelation, Relation } from './relation.ts'
import { allParts, type Quoting } from './relation-fields.ts'

export class RelationClass extends PyObject {
  readonly typeName = 'RelationProxy'
  private readonly quoting: Quoting

  /** @param quoting the root project's, defaults filled in */
  constructor(quoting: Quoting) {
    super()
    this.quoting = quoting
  }

  override repr(): string {
    return "<class 'dbt.adapters.duckdb.relation.DuckDBRelation'>"
  }
  override truthy(): boolean {
    return true
  }

  override attr(name: string): Value | undefined {
    switch (name) {
      case 'create':
        return contextFunction('create', createParameters, args => this.create(args))
      case 'create_from':
        return contextFunction('create_from', ['quoting', 'relation_config', '**kwargs'], args => this.createFrom(args))
      case 'create_ephemeral_from':
        return contextFunction('create_ephemeral_from', ['relation_config', ['limit', null]], ([node, limit]) =>
          ephemeralRelation(nodeText(node, 'identifier') ?? '', { limit: typeof limit === 'number' ? limit : null }),
        )
      case 'from_dict':
        return contextFunction('from_dict', ['d'], ([dict]) => relationOfDict(dict))
      case 'add_ephemeral_prefix':
        return contextFunction(name, ['name'], ([text]) => `${ephemeralPrefix}${String(text)}`)
      case 'scd_args':
        return contextFunction(name, ['primary_key', 'updated_at'], ([key = null, updatedAt = null]) => [
          ...(Array.isArray(key) ? key : [key]),
          updatedAt,
        ])
      case 'get_default_quote_policy':
      case 'get_default_include_policy':
        return contextFunction(name, [], () => new PythonRecord('Policy', { ...allParts }))
      case 'get_relation_type':
        return relationTypeClass
      default:
        return kindConstant(name)
    }
  }

  private create(args: readonly Value[]): Relation {
    const [database = null, schema = null, identifier = null, type = null] = args
    const options = args[4] as PyDict
    const quotes = options.get('quote_policy')
    const includes = options.get('include_policy')
    const limit = options.get('limit')
    const external = options.get('external')
    return new Relation({
      path: {
        database: pathPart(database, 'database'),
        schema: pathPart(schema, 'schema'),
        identifier: pathPart(identifier, 'identifier'),
      },
      type: relationKind(type),
      quotePolicy: quotes instanceof PyDict ? changedPolicy(this.quoting, quotes) : this.quoting,
      includePolicy: includes instanceof PyDict ? changedPolicy(allParts, includes) : allParts,
      limit: typeof limit === 'number' ? limit : null,
      external: typeof external === 'string' ? external : null,
      dbtCreated: options.get('dbt_created') === true,
    })
  }

  /** From a node's dict, such as those in `graph.nodes`. */
  private createFrom([, node, options]: readonly Value[]): Relation {
    const extra = options as PyDict
    const relation = createRelation(
      {
        database: nodeText(node, 'database'),
        schema: nodeText(node, 'schema'),
        identifier: nodeText(node, 'identifier') ?? nodeText(node, 'alias') ?? nodeText(node, 'name'),
      },
      { quoting: this.quoting, type: relationKind(extra.get('type') ?? null) },
    )
    const quoting = node instanceof PyDict ? node.get('quoting') : undefined
    if (!(quoting instanceof PyDict)) return relation
    return relation.with({ quotePolicy: changedPolicy(relation.fields.quotePolicy, quoting) })
  }
}

const createParameters = [
  ['database', null],
  ['schema', null],
  ['identifier', null],
  ['type', null],
  '**kwargs',
] as const

function nodeText(node: Value | undefined, key: string): string | null {
  const value = node instanceof PyDict ? node.get(key) : undefined
  return typeof value === 'string' ? value : null
}

function relationOfDict(dict: Value | undefined): Relation {
  if (!(dict instanceof PyDict)) throw typeError('from_dict() needs a dict')
  const path = dict.get('path')
  const part = (name: string): string | null => (path instanceof PyDict ? pathPart(path.get(name) ?? null, name) : null)
  const quotes = dict.get('quote_policy')
  return new Relation({
    path: { database: part('database'), schema: part('schema'), identifier: part('identifier') },
    type: relationKind(dict.get('type') ?? null),
    quotePolicy: quotes instanceof PyDict ? changedPolicy(allParts, quotes) : allParts,
  })
}

const relationTypeClass = contextFunction('RelationType', ['value'], ([value = null]) => relationKind(value))
