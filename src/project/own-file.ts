/** Nodes that have a file to themselves, and say nothing in it but what the calls of their SQL say. */
import type { Draft } from './draft.ts'
import type { GraphMember, Node } from './node.ts'

export function hasFileOfItsOwn(member: GraphMember): member is Node
export function hasFileOfItsOwn(draft: Draft): boolean
export function hasFileOfItsOwn(one: GraphMember | Draft): boolean {
  switch (one.resourceType) {
    case 'model':
      return one.language === 'sql'
    case 'test':
      return !one.generic
    default:
      return one.resourceType === 'analysis'
  }
}
