/** A failure as dbt words it in results and logs: `Runtime Error in model x (models/x.sql)`, the message indented below. */
import type { Diagnostic } from '../base/diagnostic.ts'
import type { GraphMember } from '../project/node.ts'

export function failureText(diagnostic: Diagnostic, member: GraphMember): string {
  const lines = [`${diagnostic.kind} Error in ${memberText(member)}`, ...messageText(diagnostic).split('\n')]
  // dbt tells the macros of errors in templates, not of those that the database raised.
  const calls = diagnostic.kind === 'Compilation' ? diagnostic.notes.flatMap(macroCall) : []
  if (calls.length > 0) lines.push('', ...calls.map(call => `> ${call}`), `> called by ${memberText(member)}`)
  const [first = '', ...rest] = lines
  return [first, ...rest.map(line => `  ${line}`)].join('\n')
}

/** Of names that are not there dbt tells the usual reason. */
function messageText({ code, message }: Diagnostic): string {
  if (code !== 'template/undefined') return message
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
  return call ? [`${call[1]} macro ${call[2]}${at ? ` (${at.file.path})` : ''}`] : []
}
