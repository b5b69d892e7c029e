/**
 * The one place where a diagnostic becomes text. First stand dbt's words, which callers of dbt search for:
 *
 *   Compilation Error in model orders (models/orders.sql)
 *     the message, indented
 *
 * then what dbt does not say: the frame, notes, the hint and the code.
 */
import type { Diagnostic } from '../base/diagnostic.ts'
import type { Place } from '../base/source-file.ts'
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
    ...notes.flatMap(note => [
      `note: ${note.message}`,
      ...(note.at === undefined || samePlace(note.at, at) ? [] : codeFrame(note.at)),
    ]),
    ...(hint === undefined ? [] : [`hint: ${hint}`]),
    `[${code}]`,
  ]
  return lines.map(line => `    ${line}`).join('\n')
}

/** The frame of the error itself is shown already. */
function samePlace(left: Place, right: Place | undefined): boolean {
  return left.file.path === right?.file.path && left.start === right.start && left.end === right.end
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
