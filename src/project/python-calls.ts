/** `dbt.ref("x")`, `dbt.source(...)` and `dbt.config(...)` of a Python model. Their literals read alike in Jinja. */
import type { CapturedCalls } from './captured-calls.ts'
import { readCallText } from './static-calls.ts'

/** Calls with arguments that are no literals are passed over: such a model cannot be run here anyway. */
export function readPythonCalls(code: string, calls: CapturedCalls): void {
  const pattern = /\bdbt\s*\.\s*(ref|source|config)\s*(?=\()/g
  const plain = withoutComments(code)
  for (const match of plain.matchAll(pattern)) {
    const text = balanced(plain, match.index + match[0].length)
    if (text !== undefined) readCallText(`${match[1]}${text.replace(/\s+/g, ' ').replace(/,\s*\)/g, ')')}`, calls)
  }
}

function withoutComments(code: string): string {
  return code.replace(/("""[^]*?"""|'''[^]*?'''|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|#[^\n]*/g, (_, text) => text ?? '')
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
