/** Column and model constraints of a contract as DDL text, in the way dbt-duckdb spells them. */
import { iterate } from '../template/iteration.ts'
import { repr, str } from '../template/repr.ts'
import { PyDict, type Value } from '../template/value.ts'
import { contextError } from './python-object.ts'

/** `name type constraint …` of every column, from the columns of a node's dict. */
export function columnConstraints(columns: Value): string[] {
  if (!(columns instanceof PyDict)) return []
  return Array.from(columns.values(), column => {
    const field = (name: string): Value => (column instanceof PyDict ? (column.get(name) ?? null) : null)
    const name = field('quote') === true ? `"${str(field('name'))}"` : str(field('name'))
    const constraints = Array.from(iterate(field('constraints') ?? []), columnConstraint)
    return [`${name} ${str(field('data_type'))}`, ...constraints.filter(text => text !== undefined)].join(' ')
  })
}

/** The constraints of a whole model. */
export function modelConstraints(constraints: Value): string[] {
  return Array.from(iterate(constraints ?? []), modelConstraint).filter(text => text !== undefined)
}

interface Constraint {
  readonly type: string
  readonly name: string
  readonly expression: string
  readonly columns: string
  readonly to: string
  readonly toColumns: string
}

const types = new Set(['check', 'not_null', 'unique', 'primary_key', 'foreign_key', 'custom'])

function constraintOf(raw: Value): Constraint {
  const type = raw instanceof PyDict ? raw.get('type') : undefined
  if (!(raw instanceof PyDict) || typeof type !== 'string' || !types.has(type)) {
    throw contextError('context/validation', `Could not parse constraint: ${repr(raw)}`, { kind: 'Runtime' })
  }
  const text = (key: string): string => str(raw.get(key) ?? '')
  const list = (key: string): string => Array.from(iterate(raw.get(key) ?? []), str).join(', ')
  return {
    type,
    name: text('name'),
    expression: text('expression'),
    columns: list('columns'),
    to: text('to'),
    toColumns: list('to_columns'),
  }
}

function columnConstraint(raw: Value): string | undefined {
  const { type, expression, to, toColumns } = constraintOf(raw)
  switch (type) {
    case 'check':
      return expression ? `check (${expression})` : undefined
    case 'foreign_key':
      return to && toColumns ? `references ${withoutDatabase(to)} (${toColumns})` : `references ${expression || 'None'}`
    case 'custom':
      return expression || undefined
    default:
      return `${type.replace('_', ' ')} ${expression}`.trim()
  }
}

function modelConstraint(raw: Value): string | undefined {
  const { type, name, expression, columns, to, toColumns } = constraintOf(raw)
  const prefix = name ? `constraint ${name} ` : ''
  const extra = expression ? ` ${expression}` : ''
  switch (type) {
    case 'check':
      return expression ? `${prefix}check (${expression})` : undefined
    case 'unique':
      return `${prefix}unique${extra} (${columns})`
    case 'primary_key':
      return `${prefix}primary key${extra} (${columns})`
    case 'foreign_key':
      if (to && toColumns) {
        return `${prefix}foreign key (${columns}) references ${withoutDatabase(to)} (${toColumns})`
      }
      return expression ? `${prefix}foreign key (${columns}) references ${expression}` : undefined
    case 'custom':
      return expression ? `${prefix}${expression}` : undefined
    default:
      return undefined
  }
}

/** DuckDB takes no database in the target of a foreign key. */
function withoutDatabase(target: string): string {
  const pieces = target.split('.')
  return pieces.length > 2 ? pieces.slice(1).join('.') : target
}
