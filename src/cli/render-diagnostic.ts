/**
 * The one place where a diagnostic becomes text. First stand dbt's words, which callers of dbt search for:
 *
 *   Compilation Error in model orders (models/orders.sql)
 *     the message, indented
 *
 * then what dbt does not say: the frame, notes, the hint and the code.
 */
import type { Diagnostic } from '../base/diagnostic.ts'
import { codeFrame } from './code-frame.ts'

export function renderDiagnostic(diagnostic: Diagnostic): string {
  return [headLine(diagnostic), indented(diagnostic.message), renderDetails(diagnostic)]
    .filter(part => part !== '')
    .join('\n')
}

/** Frame, notes, hint and code, indented by four; for where the message stands already. */
export function renderDetails(diagnostic: Diagnostic): string {
  const { at, expanded, notes, hint, code } = diagnostic
  const lines = [
    ...(at === undefined ? [] : codeFrame(at)),
    ...(expanded === undefined ? [] : ['in the compiled SQL:', ...codeFrame(expanded)]),
    ...notes.flatMap(note => [`note: ${note.message}`, ...(note.at === undefined ? [] : codeFrame(note.at))]),
    ...(hint === undefined ? [] : [`hint: ${hint}`]),
    `[${code}]`,
  ]
  return lines.map(line => `    ${line}`).join('\n')
}

function headLine(diagnostic: Diagnostic): string {
  const kind = `${diagnostic.kind} Error`
  const node = diagnostic.node?.match(/^(\w+)\.[^.]+\.([^.]+)/)
  if (node === null || node === undefined) return kind
  const path = diagnostic.at?.file.path
  return `${kind} in ${node[1]} ${node[2]}${path === undefined ? '' : ` (${path})`}`
}

function indented(message: string): string {
  return message
    .split('\n')
    .map(line => `  ${line}`)
    .join('\n')
}
