/**
 * Puts the CTEs of ephemeral parents before a query, laid out byte for byte as dbt does, because hashes of compiled SQL
 * are compared: after the query's own WITH (and RECURSIVE), or with a WITH of their own at its first word or comment.
 * As in dbt, only the first statement of the text is kept. Where dbt is misled by a WITH in the middle of a query
 * (`timestamp with time zone`), this is not.
 */

import { splitStatements } from '../base/sql-text.ts'

export interface InjectedCte {
  /** Unique id of the ephemeral model or fixture. */
  readonly id: string
  /** ` name as (\n<query>\n)`, with the leading blank. */
  readonly sql: string
}

export interface InjectedSql {
  readonly sql: string
  /** Where in the given text the insertion stands, and how long it is: for line maps. */
  readonly at: number
  readonly length: number
}

export function cteText(name: string, query: string): string {
  return ` ${name} as (\n${query}\n)`
}

/** Adds CTEs that are not in the list yet, in order; a later text for a known id replaces the earlier one. */
export function extendCtes(into: InjectedCte[], added: readonly InjectedCte[]): void {
  for (const cte of added) {
    const known = into.findIndex(one => one.id === cte.id)
    if (known === -1) into.push(cte)
    else into[known] = cte
  }
}

export function injectCtes(query: string, ctes: readonly InjectedCte[]): InjectedSql {
  if (ctes.length === 0) return { sql: query, at: 0, length: 0 }
  const text = firstStatement(query)
  const joined = ctes.map(cte => cte.sql).join(', ')
  const afterWith = skipWord(text, skipBlanksAndComments(text, 0), 'with')
  if (afterWith === undefined) return insert(text, skipBlanks(text, 0), `with${joined} `)
  const recursive = skipWord(text, skipBlanksAndComments(text, afterWith), 'recursive')
  return insert(text, skipBlanks(text, recursive ?? afterWith), `${joined}, `)
}

function insert(text: string, at: number, added: string): InjectedSql {
  return { sql: text.slice(0, at) + added + text.slice(at), at, length: added.length }
}

/** Up to the first semicolon, with the blanks and the comment that follow it on its line. */
function firstStatement(text: string): string {
  if (!text.includes(';')) return text
  const first = splitStatements(text)[0]
  if (!first) return text
  const semicolon = text.indexOf(';', first.start + first.sql.length)
  if (semicolon === -1) return text
  const rest = /^;(?:[^\S\n]|--[^\n]*\n)*/.exec(text.slice(semicolon))?.[0] ?? ''
  return text.slice(0, semicolon) + rest
}

function skipBlanks(text: string, at: number): number {
  let index = at
  while (index < text.length && /\s/.test(text[index] ?? '')) index++
  return index
}

function skipBlanksAndComments(text: string, at: number): number {
  for (let index = skipBlanks(text, at); ; ) {
    const two = text.slice(index, index + 2)
    if (two !== '--' && two !== '/*') return index
    const end = two === '--' ? text.indexOf('\n', index) : text.indexOf('*/', index + 2)
    if (end === -1) return text.length
    index = skipBlanks(text, end + (two === '--' ? 1 : 2))
  }
}

function skipWord(text: string, at: number, word: string): number | undefined {
  const end = at + word.length
  if (text.slice(at, end).toLowerCase() !== word || /[\w$]/.test(text[end] ?? ' ')) return undefined
  return end
}
