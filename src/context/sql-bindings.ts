/** Values written into SQL text in place of `?`, outside of quoted text and comments. */
import { quoteString } from '../base/sql-text.ts'
import { str } from '../template/repr.ts'
import { typeError } from '../template/template-error.ts'
import { PyFloat, type Value } from '../template/value.ts'

const tokens = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?\*\/|\?/g

/** @throws `template/type` when there are not as many values as marks */
export function withBindings(sql: string, values: readonly Value[]): string {
  let next = 0
  const text = sql.replace(tokens, token => {
    if (token !== '?') return token
    const value = values[next++]
    return value === undefined ? token : sqlLiteral(value)
  })
  if (next !== values.length)
    throw typeError(`the statement has ${next} places for values, but ${values.length} were given`)
  return text
}

function sqlLiteral(value: Value): string {
  if (value === null) return 'NULL'
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE'
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  return value instanceof PyFloat && Number.isFinite(value.value) ? str(value) : quoteString(str(value))
}
