/**
 * Conditions that users write over stored rows (`incremental_predicates`) as far as they can be told from the log of a Delta
 * table. Sound, never complete: what is not understood is left out, so that a file may be read in vain but never missed.
 */
import type { Predicate } from '../delta/data-skipping.ts'
import type { DeltaField, StructType } from '../delta/schema.ts'
import { type SqlToken, sqlTokens } from '../lake/sql-tokens.ts'

/** What each row that meets all of the conditions must meet. */
export function readPredicates(conditions: readonly string[], schema: StructType): Predicate[] {
  return conditions.flatMap(text => conjuncts(sqlTokens(text)).flatMap(tokens => conjunct(tokens, schema)))
}

/** Parts joined by AND; none if anything else joins parts of the whole. */
function conjuncts(tokens: readonly SqlToken[]): (readonly SqlToken[])[] {
  const bare = unwrapped(tokens)
  const parts: SqlToken[][] = [[]]
  let depth = 0
  let isBetween = false
  for (const token of bare) {
    if (isSymbol(token, '(')) depth += 1
    if (isSymbol(token, ')')) depth -= 1
    if (depth === 0 && token.kind === 'word') {
      if (joins.has(token.value)) return []
      if (token.value === 'between') isBetween = true
      else if (token.value === 'and' && !isBetween) {
        parts.push([])
        continue
      } else if (token.value === 'and') isBetween = false
    }
    parts.at(-1)?.push(token)
  }
  if (parts.length === 1) return [bare]
  return parts.flatMap(conjuncts)
}

const joins: ReadonlySet<string> = new Set(['or', 'case', 'collate'])

/** Without brackets around the whole. */
function unwrapped(tokens: readonly SqlToken[]): readonly SqlToken[] {
  if (!isSymbol(tokens[0], '(')) return tokens
  let depth = 0
  for (const [at, token] of tokens.entries()) {
    if (isSymbol(token, '(')) depth += 1
    if (isSymbol(token, ')') && --depth === 0) return at === tokens.length - 1 ? unwrapped(tokens.slice(1, -1)) : tokens
  }
  return tokens
}

function conjunct(tokens: readonly SqlToken[], schema: StructType): Predicate[] {
  const left = columnAt(tokens, schema)
  if (left === undefined) return []
  const { field, length } = left
  const rest = tokens.slice(length)
  const column = field.name
  const words = rest.map(token => (token.kind === 'word' || token.kind === 'symbol' ? token.value : '')).join(' ')
  if (words === 'is null') return [{ column, kind: 'is null' }]
  if (words === 'is not null') return [{ column, kind: 'is not null' }]
  if (rest[0]?.value === 'between') return between(rest.slice(1), field)
  if (rest[0]?.value === 'in' && isSymbol(rest[1], '(') && isSymbol(rest.at(-1), ')'))
    return oneOf(rest.slice(2, -1), field)
  const sign = signAt(rest)
  const value = sign === undefined ? undefined : literal(rest.slice(sign.length), field)
  return sign === undefined || value === undefined ? [] : [{ column, kind: sign.kind, value }]
}

function between(tokens: readonly SqlToken[], field: DeltaField): Predicate[] {
  const and = tokens.findIndex(token => token.kind === 'word' && token.value === 'and')
  const low = literal(tokens.slice(0, and), field)
  const high = literal(tokens.slice(and + 1), field)
  const { name: column } = field
  return [
    ...(low === undefined ? [] : [{ column, kind: '>=', value: low } as const]),
    ...(high === undefined ? [] : [{ column, kind: '<=', value: high } as const]),
  ]
}

function oneOf(tokens: readonly SqlToken[], field: DeltaField): Predicate[] {
  const parts: SqlToken[][] = [[]]
  for (const token of tokens) {
    if (isSymbol(token, ',')) parts.push([])
    else parts.at(-1)?.push(token)
  }
  const values = parts.map(part => literal(part, field))
  const known = values.filter(value => value !== undefined)
  return known.length === values.length ? [{ column: field.name, kind: 'in', values: known }] : []
}

/** A column by itself, or behind one of the names that macros give the stored rows. */
function columnAt(
  tokens: readonly SqlToken[],
  schema: StructType,
): { readonly field: DeltaField; readonly length: number } | undefined {
  const isQualified = isSymbol(tokens[1], '.')
  if (isQualified && !storedNames.has(tokens[0]?.value.toLowerCase() ?? '')) return undefined
  const name = tokens[isQualified ? 2 : 0]
  if (name?.kind !== 'word' && name?.kind !== 'name') return undefined
  const field = schema.fields.find(one => one.name.toLowerCase() === name.value.toLowerCase())
  return field && { field, length: isQualified ? 3 : 1 }
}

const storedNames: ReadonlySet<string> = new Set(['dbt_internal_dest', 'dbt_internal_target', 'dbt_incremental_target'])

function signAt(
  tokens: readonly SqlToken[],
): { readonly kind: '=' | '<' | '<=' | '>' | '>='; readonly length: number } | undefined {
  const [first, second] = tokens.slice(0, 2).map(token => (token.kind === 'symbol' ? token.value : ''))
  if (first === '=' && second !== '=') return { kind: '=', length: 1 }
  if (first === '=') return { kind: '=', length: 2 }
  if (first !== '<' && first !== '>') return undefined
  if (second === '=') return { kind: `${first}=`, length: 2 }
  return second === '' || second === '-' ? { kind: first, length: 1 } : undefined
}

/** The text of a literal in a form that statistics of the column compare with; undefined where DuckDB might see it otherwise. */
function literal(tokens: readonly SqlToken[], field: DeltaField): string | undefined {
  const kind = kindOf(field)
  const [first, second] = tokens
  if (kind === 'number') {
    const text = tokens.map(token => token.value).join('')
    const isNumber = tokens.length <= 2 && tokens.every(token => token.kind === 'other' || isSymbol(token, '-'))
    return isNumber && /^-?\d+(\.\d+)?$/.test(text) ? text : undefined
  }
  if (tokens.length === 1 && first?.kind === 'text' && kind === 'text') return first.value
  if (kind !== 'date' && kind !== 'timestamp') return undefined
  // `date '…'`, `'…'::date` and the bare text are the same moment for a column of that type.
  const text = tokens.find(token => token.kind === 'text')
  const named = tokens.filter(token => token.kind === 'word')
  const isPlain = tokens.length === 1 || (tokens.length === 2 && second === text) || isSymbol(second, '::')
  return isPlain && named.every(token => token.value === kind) && tokens.length <= 3 ? text?.value : undefined
}

/** A text for a number or a zoned timestamp is read by rules of the session; floats are compared after rounding. */
function kindOf({ type }: DeltaField): 'number' | 'text' | 'date' | 'timestamp' | undefined {
  if (type.kind === 'decimal') return 'number'
  if (type.kind !== 'primitive') return undefined
  if (['byte', 'short', 'integer', 'long', 'double'].includes(type.name)) return 'number'
  if (type.name === 'string') return 'text'
  if (type.name === 'date') return 'date'
  return type.name === 'timestamp_ntz' ? 'timestamp' : undefined
}

function isSymbol(token: SqlToken | undefined, value: string): boolean {
  return token?.kind === 'symbol' && token.value === value
}
