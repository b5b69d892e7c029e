/** `dbt.ref("x")`, `dbt.source(...)` and `dbt.config(...)` of a Python model. Their literals read alike in Jinja. */

import { PyDict, type Value } from '../template/value.ts'
import type { CapturedCalls } from './captured-calls.ts'
import { literalArguments, readCallText } from './static-calls.ts'

/** Calls with arguments that are no literals are passed over: such a model cannot be run here anyway. */
export function readPythonCalls(code: string, calls: CapturedCalls): void {
  const pattern = /\bdbt\s*\.\s*(ref|source|config)\s*(?=\()/g
  const plain = withoutComments(code)

  for (const match of plain.matchAll(pattern)) {
    const text = balanced(plain, match.index + match[0].length)
    if (text !== undefined) readCallText(`${match[1]}${text.replace(/\s+/g, ' ').replace(/,\s*\)/g, ')')}`, calls)
  }
  readConfigKeys(plain, calls)
}

/** dbt notes which keys a Python model asks `dbt.config.get` and `dbt.config.meta_get` for. */
function readConfigKeys(code: string, calls: CapturedCalls): void {
  const keys: Record<'get' | 'meta_get', Value[]> = { get: [], meta_get: [] }
  const defaults: Record<'get' | 'meta_get', Value[]> = { get: [], meta_get: [] }
  for (const match of code.matchAll(/\bdbt\s*\.\s*config\s*\.\s*(get|meta_get)\s*(?=\()/g)) {
    const text = balanced(code, match.index + match[0].length)
    const args = text === undefined ? undefined : literalArguments(text)
    if (!args) continue
    const kind = match[1] === 'get' ? 'get' : 'meta_get'
    keys[kind].push(args[0] ?? null)
    defaults[kind].push(args[1] ?? null)
  }
  if (keys.get.length === 0 && keys.meta_get.length === 0) return
  calls.addConfig(
    PyDict.of({
      config_keys_used: keys.get,
      config_keys_defaults: defaults.get,
      meta_keys_used: keys.meta_get,
      meta_keys_defaults: defaults.meta_get,
    }),
  )
}

function withoutComments(code: string): string {
  return code.replace(
    /("""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|#[^\n]*/g,
    (_, text) => text ?? '',
  )
}

/** From an opening parenthesis to the one that closes it, quotes respected. */
function balanced(code: string, start: number): string | undefined {
  let depth = 0
  let quote = ''
  for (let at = start; at < code.length; at++) {
    const char = code[at] ?? ''
    if (quote !== '') {
      if (char === '\\') at++
      else if (char === quote) quote = ''
    } else if (char === '"' || char === "'") quote = char
    else if ('([{'.includes(char)) depth++
    else if (')]}'.includes(char) && --depth === 0) return code.slice(start, at + 1)
  }
  return undefined
}
