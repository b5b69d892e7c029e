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
import { callLines } from '../execution/failure-text.ts'
import { codeFrame } from './code-frame.ts'

export function renderDiagnostic(diagnostic: Diagnostic): string {
  const owner = ownerOf(diagnostic)
  const kind = `${diagnostic.kind} Error`
  const head = owner === undefined ? kind : `${kind} in ${owner}`
  const calls = owner === undefined ? [] : callLines(diagnostic, owner)
  return [head, indented([diagnostic.message, ...calls].join('\n')), renderDetails(diagnostic)]
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
  return lines
    .flatMap(line => line.split('\n'))
    .map(line => `    ${line}`)
    .join('\n')
}

/** The frame of the error itself is shown already. */
function samePlace(left: Place, right: Place | undefined): boolean {
  return left.file.path === right?.file.path && left.start === right.start && left.end === right.end
}

/** `model orders (models/orders.sql)`. Of an error in a macro, the file is that of the template which called it. */
function ownerOf({ node, at, notes }: Diagnostic): string | undefined {
  const [, type, name] = node?.match(/^(\w+)\.[^.]+\.([^.]+)/) ?? []
  if (type === undefined) return undefined
  const path = (notes.find(note => note.message === 'called here')?.at ?? at)?.file.path
  if (path === undefined) return `${type} ${name}`
  // dbt looks for hooks in the folder `.` of their package.
  const hookFile = type === 'operation' ? /[^/]*project\.yml$/.exec(path)?.[0] : undefined
  return `${type} ${name} (${hookFile === undefined ? path : `./${hookFile}`})`
}

function indented(message: string): string {
  return message
    .split('\n')
    .map(line => `  ${line}`)
    .join('\n')
}
