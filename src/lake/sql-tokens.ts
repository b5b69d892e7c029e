/** SQL as tokens, by DuckDB's lexical rules; blanks and comments are left out. Nothing of the grammar is known here. */

export interface SqlToken {
  /** `word`: bare; `name`: in double quotes; `text`: in single quotes or dollars, without escapes. */
  readonly kind: 'word' | 'name' | 'text' | 'symbol' | 'other'
  /** Without the quotes; words in lower case. */
  readonly value: string
  /** Offsets, half-open. */
  readonly start: number
  readonly end: number
}

const patterns: readonly (readonly [kind: SqlToken['kind'] | 'blank', pattern: RegExp])[] = [
  ['blank', /\s+|--[^\n]*/y],
  ['other', /[eE]'(?:[^'\\]|\\.|'')*'?/sy],
  ['text', /'(?:[^']|'')*'?/y],
  ['name', /"(?:[^"]|"")*"?/y],
  ['word', /[\p{L}_][\p{L}\p{N}_$]*/uy],
  ['other', /\d[\w.]*/y],
  ['symbol', /\|\||::|=>|:=|->>?|[^\w\s]/y],
]

export function sqlTokens(sql: string): SqlToken[] {
  const tokens: SqlToken[] = []
  let at = 0
  while (at < sql.length) {
    if (sql.startsWith('/*', at)) {
      at = commentEnd(sql, at)
      continue
    }
    const dollar = dollarText(sql, at)
    if (dollar !== undefined) {
      tokens.push(dollar)
      at = dollar.end
      continue
    }
    const found = firstMatch(sql, at)
    if (found.kind !== 'blank') tokens.push(tokenOf(found.kind, found.text, at))
    at += Math.max(1, found.text.length)
  }
  return tokens
}

function firstMatch(sql: string, at: number): { readonly kind: SqlToken['kind'] | 'blank'; readonly text: string } {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at
    const text = pattern.exec(sql)?.[0]
    if (text !== undefined) return { kind, text }
  }
  return { kind: 'other', text: sql.charAt(at) }
}

function tokenOf(kind: SqlToken['kind'], text: string, start: number): SqlToken {
  const end = start + text.length
  if (kind === 'text') return { kind, value: text.slice(1, -1).replaceAll("''", "'"), start, end }
  if (kind === 'name') return { kind, value: text.slice(1, -1).replaceAll('""', '"'), start, end }
  return { kind, value: kind === 'word' ? text.toLowerCase() : text, start, end }
}

/** Block comments nest. */
function commentEnd(sql: string, start: number): number {
  let depth = 0
  const edge = /\/\*|\*\//g
  edge.lastIndex = start
  for (let found = edge.exec(sql); found !== null; found = edge.exec(sql)) {
    depth += found[0] === '/*' ? 1 : -1
    if (depth === 0) return edge.lastIndex
  }
  return sql.length
}

const dollarTag = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y

function dollarText(sql: string, start: number): SqlToken | undefined {
  dollarTag.lastIndex = start
  const tag = sql[start] === '$' ? dollarTag.exec(sql)?.[0] : undefined
  if (tag === undefined) return undefined
  const close = sql.indexOf(tag, start + tag.length)
  const end = close === -1 ? sql.length : close + tag.length
  return { kind: 'text', value: sql.slice(start + tag.length, close === -1 ? end : close), start, end }
}
