/**
 * SQL as text: quoting of names and strings, and where statements end. Knows DuckDB's lexical rules (quotes, dollar
 * quotes, escape strings, comments), nothing of its grammar.
 */

/** A name in double quotes. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** Text in single quotes. */
export function quoteString(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** A statement's text inside a longer one, without its semicolon and the blanks around it; `start` is its offset. */
export interface StatementText {
  readonly sql: string
  readonly start: number
}

/**
 * The statements of a text, in order; pieces that hold nothing but blanks and comments are left out. What is not
 * closed (a quote, a comment) runs to the end: the database says what is wrong with it.
 */
export function splitStatements(sql: string): StatementText[] {
  const pieces: StatementText[] = []
  let start = 0
  let empty = true
  const end = (at: number): void => {
    if (!empty) pieces.push(trimmed(sql, start, at))
    start = at + 1
    empty = true
  }
  let at = 0
  while (at < sql.length) {
    const next = skipToken(sql, at)
    if (next > at) {
      if (!isComment(sql, at)) empty = false
      at = next
      continue
    }
    if (sql[at] === ';') end(at)
    else if (empty && !isBlank(sql.charCodeAt(at))) empty = false
    at++
  }
  end(sql.length)
  return pieces
}

/** True if the text can hold more than one statement: a quick look before `splitStatements`. */
export function mayHoldSeveralStatements(sql: string): boolean {
  const first = sql.indexOf(';')
  return first !== -1 && first < sql.trimEnd().length - 1
}

function trimmed(sql: string, from: number, to: number): StatementText {
  const text = sql.slice(from, to)
  const start = from + (text.length - text.trimStart().length)
  return { sql: text.trim(), start }
}

function isBlank(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13)
}

function isComment(sql: string, at: number): boolean {
  const two = sql.slice(at, at + 2)
  return two === '--' || two === '/*'
}

/** The offset behind the quoted text or comment that begins here, or `at` itself if none does. */
function skipToken(sql: string, at: number): number {
  switch (sql[at]) {
    case "'":
      return isEscapeString(sql, at) ? skipEscapeString(sql, at) : skipQuoted(sql, at, "'")
    case '"':
      return skipQuoted(sql, at, '"')
    case '-':
      return sql[at + 1] === '-' ? skipLine(sql, at) : at
    case '/':
      return sql[at + 1] === '*' ? skipComment(sql, at) : at
    case '$':
      return skipDollarQuoted(sql, at)
    default:
      return at
  }
}

/** A doubled quote needs no care: it ends one quoted text and begins the next. */
function skipQuoted(sql: string, at: number, quote: string): number {
  const close = sql.indexOf(quote, at + 1)
  return close === -1 ? sql.length : close + 1
}

function isEscapeString(sql: string, at: number): boolean {
  const before = sql[at - 1]
  return (before === 'e' || before === 'E') && !/[\w$]/.test(sql[at - 2] ?? ' ')
}

function skipEscapeString(sql: string, at: number): number {
  for (let index = at + 1; index < sql.length; index++) {
    if (sql[index] === '\\') index++
    else if (sql[index] === "'") return index + 1
  }
  return sql.length
}

function skipLine(sql: string, at: number): number {
  const newline = sql.indexOf('\n', at)
  return newline === -1 ? sql.length : newline
}

/** Block comments nest, as in PostgreSQL. */
function skipComment(sql: string, at: number): number {
  let depth = 1
  let index = at + 2
  while (index < sql.length && depth > 0) {
    const two = sql.slice(index, index + 2)
    if (two === '/*') depth++
    else if (two === '*/') depth--
    index += two === '/*' || two === '*/' ? 2 : 1
  }
  return index
}

const dollarTag = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y

function skipDollarQuoted(sql: string, at: number): number {
  if (/[\w$]/.test(sql[at - 1] ?? ' ')) return at
  dollarTag.lastIndex = at
  const tag = dollarTag.exec(sql)?.[0]
  if (tag === undefined) return at
  const close = sql.indexOf(tag, at + tag.length)
  return close === -1 ? sql.length : close + tag.length
}
