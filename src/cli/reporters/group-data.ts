/** `group` of the JSON log: who answers for a node. */
import type { GraphMember, GroupNode } from '../../project/node.ts'
import { str } from '../../template/repr.ts'

export type FindGroup = (name: string) => GroupNode | undefined

/** Nothing where the node is in no group. */
export function groupData(node: GraphMember, find: FindGroup): { readonly group?: Readonly<Record<string, unknown>> } {
  const group = 'group' in node && node.group !== null ? find(node.group) : undefined
  if (group === undefined) return {}
  const owner = [...group.owner].filter(([, value]) => value !== null)
  return {
    group: {
      name: group.name,
      package_name: group.packageName,
      owner: Object.fromEntries(owner.map(([key, value]) => [str(key), str(value)])),
    },
  }
}
