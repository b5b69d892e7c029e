/** What a statement does, told by its text. Rather too few than too many are known to be harmless. */
import { splitStatements } from '../base/sql-text.ts'

const opening = /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/|\()*(\w+)/
const readers = new Set(['select', 'from', 'values', 'describe', 'show', 'summarize', 'pivot', 'unpivot'])

/** The word that a statement begins with, in lower case. */
export function firstWord(statement: string): string {
  return opening.exec(statement)?.[1]?.toLowerCase() ?? ''
}

/** The statement without blanks, comments and brackets before its first word. */
export function fromFirstWord(statement: string): string {
  const found = opening.exec(statement)
  return found ? statement.slice(found[0].length - (found[1]?.length ?? 0)) : statement
}

export function onlyReads(sql: string): boolean {
  return splitStatements(sql).every(({ sql: text }) => {
    const word = firstWord(text)
    if (word === 'with') return !/\b(?:insert|update|delete|merge)\b/i.test(text) && !hasEffects(text)
    return readers.has(word) && !hasEffects(text)
  })
}

/** One statement that puts a view or table of this name in the place of the one before. @param name as rendered */
export function onlyReplaces(sql: string, name: string): boolean {
  const [statement, ...others] = splitStatements(sql)
  if (statement === undefined || others.length > 0 || hasEffects(statement.sql)) return false
  const text = fromFirstWord(statement.sql)
  const verb = /^create or replace (?:view|table)\s+/i.exec(text)?.[0]
  if (verb === undefined || !text.startsWith(name, verb.length)) return false
  return /^\s+as\s*\(/i.test(text.slice(verb.length + name.length))
}

/** Calls of functions that leave something behind. */
function hasEffects(sql: string): boolean {
  return /\b(?:nextval|setseed)\s*\(/i.test(sql)
}
