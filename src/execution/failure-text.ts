/** A failure as dbt words it in results and logs: `Runtime Error in model x (models/x.sql)`, the message indented below. */
import type { Diagnostic } from '../base/diagnostic.ts'
import type { GraphMember } from '../project/node.ts'

export function failureText(diagnostic: Diagnostic, member: GraphMember): string {
  const lines = [`${diagnostic.kind} Error in ${memberText(member)}`, ...diagnostic.message.split('\n')]
  const calls = diagnostic.notes.map(note => note.message).filter(message => message.startsWith('in macro '))
  if (calls.length > 0) {
    lines.push('', ...calls.map((call, index) => `> ${index === 0 ? call : call.replace(/^in /, 'called by ')}`))
    lines.push(`> called by ${memberText(member)}`)
  }
  const [first = '', ...rest] = lines
  return [first, ...rest.map(line => `  ${line}`)].join('\n')
}

/** `model x (models/x.sql)`. */
export function memberText(member: GraphMember): string {
  const path = 'originalFilePath' in member ? member.originalFilePath : ''
  return `${member.resourceType} ${member.name} (${path})`
}
