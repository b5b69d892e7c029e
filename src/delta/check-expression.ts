/**
 * Constraints and invariants of Delta tables are expressions of Spark SQL. The part of them that means the same in DuckDB is
 * translated: comparisons of values of one kind, AND, OR, NOT, IS NULL, IN, BETWEEN, `+ - *`, and a few functions. Anything
 * else gives undefined, so that a row is never judged by another rule than the one the table states.
 */
import type { DeltaField, DeltaType, StructType } from './schema.ts'
import { quoteName, quoteText } from './sql-words.ts'

/** SQL for DuckDB over the columns of the table; a row that does not make it TRUE breaks the constraint. */
export function checkSql(expression: string, schema: StructType): string | undefined {
  const tokens = tokensOf(expression)
  if (tokens === undefined) return undefined
  try {
    const reader = new Reader(tokens, schema)
    const { sql, kind } = reader.or()
    return reader.isAtEnd && kind === 'boolean' ? sql : undefined
  } catch (error) {
    if (error instanceof NotUnderstood) return undefined
    throw error
  }
}

type Kind = 'number' | 'text' | 'boolean' | 'date' | 'timestamp' | 'timestamp_ntz' | 'binary' | 'nested' | 'null'

interface Part {
  readonly sql: string
  readonly kind: Kind
}

interface Token {
  readonly kind: 'word' | 'name' | 'text' | 'number' | 'symbol'
  readonly value: string
}

class NotUnderstood extends Error {}

const pattern =
  /\s+|`((?:[^`]|``)*)`|'((?:[^'\\])*)'|(\d+(?:\.\d+)?(?![\w.]))|([A-Za-z_]\w*)|(<=>|<=|>=|<>|!=|==|[-+*(),.<>=])/y

/** Undefined for characters that have another meaning in Spark, such as double quotes and backslashes. */
function tokensOf(text: string): Token[] | undefined {
  const tokens: Token[] = []
  pattern.lastIndex = 0
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text)
    if (match === null) return undefined
    const [, name, literal, number, word, symbol] = match
    if (name !== undefined) tokens.push({ kind: 'name', value: name.replaceAll('``', '`') })
    else if (literal !== undefined) {
      // Spark joins texts that stand side by side, where DuckDB sees a quote in one text.
      if (text[pattern.lastIndex] === "'") return undefined
      tokens.push({ kind: 'text', value: literal })
    } else if (number !== undefined) tokens.push({ kind: 'number', value: number })
    else if (word !== undefined) tokens.push({ kind: 'word', value: word })
    else if (symbol !== undefined) tokens.push({ kind: 'symbol', value: symbol })
  }
  return tokens
}

const comparisons: Readonly<Record<string, string>> = {
  '=': '=',
  '==': '=',
  '!=': '<>',
  '<>': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
  '<=>': 'IS NOT DISTINCT FROM',
}

const functions: Readonly<Record<string, { readonly takes: Kind; readonly gives: Kind; readonly name: string }>> = {
  length: { takes: 'text', gives: 'number', name: 'length' },
  char_length: { takes: 'text', gives: 'number', name: 'length' },
  upper: { takes: 'text', gives: 'text', name: 'upper' },
  lower: { takes: 'text', gives: 'text', name: 'lower' },
  abs: { takes: 'number', gives: 'number', name: 'abs' },
  year: { takes: 'date', gives: 'number', name: 'year' },
  month: { takes: 'date', gives: 'number', name: 'month' },
}

/** From the weakest operator to the strongest. */
class Reader {
  private readonly tokens: readonly Token[]
  private readonly schema: StructType
  private at = 0

  constructor(tokens: readonly Token[], schema: StructType) {
    this.tokens = tokens
    this.schema = schema
  }

  get isAtEnd(): boolean {
    return this.at === this.tokens.length
  }

  or(): Part {
    let left = this.and()
    while (this.word('or')) left = joined(left, 'OR', this.and())
    return left
  }

  private and(): Part {
    let left = this.not()
    while (this.word('and')) left = joined(left, 'AND', this.not())
    return left
  }

  private not(): Part {
    if (!this.word('not')) return this.comparison()
    const inner = this.not()
    requireKind(inner, 'boolean')
    return { sql: `(NOT ${inner.sql})`, kind: 'boolean' }
  }

  private comparison(): Part {
    const left = this.sum()
    if (this.word('is')) return this.isNull(left)
    const negated = this.word('not')
    if (this.word('in')) return this.oneOf(left, negated)
    if (this.word('between')) return this.between(left, negated)
    if (negated) throw new NotUnderstood()
    const token = this.tokens[this.at]
    const operator = token?.kind === 'symbol' ? comparisons[token.value] : undefined
    if (operator === undefined) return left
    this.at += 1
    const right = this.sum()
    requireComparable(left, right)
    return { sql: `(${left.sql} ${operator} ${right.sql})`, kind: 'boolean' }
  }

  private isNull(left: Part): Part {
    const negated = this.word('not')
    if (!this.word('null')) throw new NotUnderstood()
    return { sql: `(${left.sql} IS ${negated ? 'NOT ' : ''}NULL)`, kind: 'boolean' }
  }

  private oneOf(left: Part, negated: boolean): Part {
    this.need('(')
    const items: Part[] = []
    do {
      const item = this.sum()
      requireComparable(left, item)
      items.push(item)
    } while (this.symbol(','))
    this.need(')')
    const list = items.map(item => item.sql).join(', ')
    return { sql: `(${left.sql} ${negated ? 'NOT ' : ''}IN (${list}))`, kind: 'boolean' }
  }

  private between(left: Part, negated: boolean): Part {
    const low = this.sum()
    if (!this.word('and')) throw new NotUnderstood()
    const high = this.sum()
    requireComparable(left, low)
    requireComparable(left, high)
    return { sql: `(${left.sql} ${negated ? 'NOT ' : ''}BETWEEN ${low.sql} AND ${high.sql})`, kind: 'boolean' }
  }

  private sum(): Part {
    let left = this.product()
    for (;;) {
      const operator = this.symbol('+') ? '+' : this.symbol('-') ? '-' : undefined
      if (operator === undefined) return left
      left = arithmetic(left, operator, this.product())
    }
  }

  private product(): Part {
    let left = this.value()
    while (this.symbol('*')) left = arithmetic(left, '*', this.value())
    return left
  }

  private value(): Part {
    if (this.symbol('-')) {
      const inner = this.value()
      requireKind(inner, 'number')
      return { sql: `(-${inner.sql})`, kind: 'number' }
    }
    if (this.symbol('(')) {
      const inner = this.or()
      this.need(')')
      return inner
    }
    const token = this.tokens[this.at]
    if (token === undefined) throw new NotUnderstood()
    this.at += 1
    switch (token.kind) {
      case 'number':
        return { sql: token.value, kind: 'number' }
      case 'text':
        return { sql: quoteText(token.value), kind: 'text' }
      case 'symbol':
        throw new NotUnderstood()
      case 'name':
        return this.column(token.value)
      case 'word':
        return this.named(token.value)
    }
  }

  private named(word: string): Part {
    const lower = word.toLowerCase()
    if (lower === 'true' || lower === 'false') return { sql: lower, kind: 'boolean' }
    if (lower === 'null') return { sql: 'NULL', kind: 'null' }
    const next = this.tokens[this.at]
    if (lower === 'date' && next?.kind === 'text' && /^\d{4}-\d\d-\d\d$/.test(next.value)) {
      this.at += 1
      return { sql: `DATE ${quoteText(next.value)}`, kind: 'date' }
    }
    return this.symbol('(') ? this.call(lower) : this.column(word)
  }

  private call(name: string): Part {
    const known = Object.hasOwn(functions, name) ? functions[name] : undefined
    if (known === undefined) throw new NotUnderstood()
    const argument = this.sum()
    this.need(')')
    requireKind(argument, known.takes)
    return { sql: `${known.name}(${argument.sql})`, kind: known.gives }
  }

  /** Fields of structs follow behind points. Spark does not tell upper from lower case. */
  private column(name: string): Part {
    let field = fieldOf(this.schema, name)
    let sql = quoteName(field.name)
    while (this.symbol('.')) {
      const token = this.tokens[this.at++]
      if (field.type.kind !== 'struct' || (token?.kind !== 'word' && token?.kind !== 'name')) throw new NotUnderstood()
      field = fieldOf(field.type, token.value)
      sql = `struct_extract(${sql}, ${quoteText(field.name)})`
    }
    // Beside a number with a point, DuckDB compares floats as floats and Spark as doubles.
    const isFloat = field.type.kind === 'primitive' && field.type.name === 'float'
    return { sql: isFloat ? `CAST(${sql} AS DOUBLE)` : sql, kind: kindOf(field.type) }
  }

  private word(value: string): boolean {
    const token = this.tokens[this.at]
    if (token?.kind !== 'word' || token.value.toLowerCase() !== value) return false
    this.at += 1
    return true
  }

  private symbol(value: string): boolean {
    const token = this.tokens[this.at]
    if (token?.kind !== 'symbol' || token.value !== value) return false
    this.at += 1
    return true
  }

  private need(value: string): void {
    if (!this.symbol(value)) throw new NotUnderstood()
  }
}

function joined(left: Part, operator: 'AND' | 'OR', right: Part): Part {
  requireKind(left, 'boolean')
  requireKind(right, 'boolean')
  return { sql: `(${left.sql} ${operator} ${right.sql})`, kind: 'boolean' }
}

function arithmetic(left: Part, operator: string, right: Part): Part {
  requireKind(left, 'number')
  requireKind(right, 'number')
  return { sql: `(${left.sql} ${operator} ${right.sql})`, kind: 'number' }
}

function requireKind(part: Part, kind: Kind): void {
  if (part.kind !== kind && part.kind !== 'null') throw new NotUnderstood()
}

/** Between different kinds both programs convert, each in its own way. */
function requireComparable(left: Part, right: Part): void {
  if (left.kind === 'nested' || right.kind === 'nested') throw new NotUnderstood()
  if (left.kind !== right.kind && left.kind !== 'null' && right.kind !== 'null') throw new NotUnderstood()
}

function fieldOf(type: StructType, name: string): DeltaField {
  const field = type.fields.find(one => one.name.toLowerCase() === name.toLowerCase())
  if (field === undefined) throw new NotUnderstood()
  return field
}

function kindOf(type: DeltaType): Kind {
  if (type.kind === 'decimal') return 'number'
  if (type.kind !== 'primitive') return 'nested'
  switch (type.name) {
    case 'byte':
    case 'short':
    case 'integer':
    case 'long':
    case 'float':
    case 'double':
      return 'number'
    case 'string':
      return 'text'
    case 'boolean':
    case 'date':
    case 'timestamp':
    case 'timestamp_ntz':
    case 'binary':
      return type.name
    case 'void':
      return 'null'
  }
}
