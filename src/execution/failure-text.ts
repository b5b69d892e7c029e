/** A failure as dbt words it in results and logs: `Runtime Error in model x (models/x.sql)`, the message indented below. */
import type { Diagnostic } from '../base/diagnostic.ts'
import type { Place } from '../base/source-file.ts'
import type { GraphMember } from '../project/node.ts'

export function failureText(diagnostic: Diagnostic, member: GraphMember): string {
  const calls = callLines(diagnostic, memberText(member))
  const isInMacro = diagnostic.notes.some(note => macroCall(note).length > 0)
  const lines = [...messageText(diagnostic, isInMacro).split('\n'), ...calls]
  return [`${diagnostic.kind} Error in ${memberText(member)}`, ...lines.map(line => `  ${line}`)].join('\n')
}

/** The same for a macro that was called for no node: `Compilation Error in macro x (macros/x.sql)`. */
export function macroFailureText(diagnostic: Diagnostic, macro: string): string {
  const outermost = diagnostic.notes.findLast(note => note.message.endsWith(` macro '${macro}'`)) ?? {
    at: diagnostic.at,
  }
  const owner = `macro ${macro}${placeText(outermost.at)}`
  const lines = [...diagnostic.message.split('\n'), ...callLines(diagnostic, owner)]
  return [`${diagnostic.kind} Error in ${owner}`, ...lines.map(line => `  ${line}`)].join('\n')
}

/**
 * `> in macro x (macros/x.sql)`, one line a call, after an empty one. dbt tells the macros of errors in templates, not
 * of those that the database raised.
 * @param caller what made the outermost call: `model x (models/x.sql)`
 */
export function callLines(diagnostic: Diagnostic, caller: string): string[] {
  if (diagnostic.kind !== 'Compilation') return []
  const all = diagnostic.notes.flatMap(macroCall)
  const [first, ...outer] = isOfJinja(diagnostic) ? all.slice(1) : all
  const calls = first === undefined ? [] : [innermost(first), ...outer]
  return calls.length === 0 ? [] : ['', ...calls.map(call => `> ${call}`), `> called by ${caller}`]
}

/**
 * An error of Jinja itself gets to be one of dbt's in the macro where it arose, which dbt then does not tell. Arguments
 * that do not fit arise before the macro is entered.
 */
function isOfJinja({ code, message }: Diagnostic): boolean {
  return code === 'template/undefined' || (code === 'template/type' && !message.startsWith("macro '"))
}

/** What failed may have been a text that the macro had rendered. */
function innermost(call: string): string {
  return call.replace(/^called by/, 'in')
}

/** Of names that are not there in a node's own template dbt tells the usual reason. */
function messageText({ code, message }: Diagnostic, isInMacro: boolean): string {
  if (code !== 'template/undefined' || isInMacro) return message
  return `${message}. This can happen when calling a macro that does not exist. Check for typos and/or install package dependencies with "dbt deps".`
}

/** `model x (models/x.sql)`. */
function memberText(member: GraphMember): string {
  const path = 'originalFilePath' in member ? member.originalFilePath : ''
  return `${member.resourceType} ${member.name} (${path})`
}

/** `in macro x (macros/x.sql)`, from the notes that tell the calls. */
function macroCall({ message, at }: Diagnostic['notes'][number]): string[] {
  const call = /^(in|called by) macro '(.*)'$/.exec(message)
  return call ? [`${call[1]} macro ${call[2]}${placeText(at)}`] : []
}

function placeText(at: Place | undefined): string {
  return at === undefined ? '' : ` (${at.file.originalPath ?? at.file.path})`
}
