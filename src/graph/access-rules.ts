/** Who may refer to whom: `access`, `group`, `restrict-access`. */
import type { Diagnostics } from '../base/diagnostic.ts'
import type { GraphMember, ModelNode } from '../project/node.ts'
import type { Project } from '../project/project.ts'

function groupOf(member: GraphMember): string | null {
  return 'group' in member ? member.group : null
}

/** Packages whose models may be used by others only when they are public. */
export function restrictedPackages(project: Project): ReadonlySet<string> {
  const files = [project.config.projectFile, ...project.config.packages.map(one => one.projectFile)]
  return new Set(files.filter(one => one.restrictAccess).map(one => one.name))
}

/** dbt's sentence when `from` must not refer to `target`; `undefined` when it may. */
export function accessProblem(
  from: GraphMember,
  target: GraphMember,
  restricted: ReadonlySet<string>,
): string | undefined {
  if (target.resourceType !== 'model' || from.resourceType === 'sql_operation') return undefined
  const foreign = from.packageName !== target.packageName && restricted.has(target.packageName)
  if (target.access === 'private' && (!sameGroup(from, target) || foreign)) {
    return refused(from, target, `private to the '${target.group ?? ''}' group`)
  }
  if (target.access === 'protected' && foreign) {
    return refused(from, target, `protected to the '${target.packageName}' package`)
  }
  return undefined
}

function sameGroup(from: GraphMember, target: ModelNode): boolean {
  const group = groupOf(from)
  return group !== null && group !== '' && group === target.group
}

function refused(from: GraphMember, target: GraphMember, reason: string): string {
  return (
    `Node ${from.uniqueId} attempted to reference node ${target.uniqueId}, which is not allowed because the ` +
    `referenced node is ${reason}.`
  )
}

/** Groups that are not defined, and public models that leave no relation. */
export function checkGroupsAndAccess(project: Project, diagnostics: Diagnostics): void {
  const groups = [...new Set(Array.from(project.groups.values(), group => group.name))].sort()
  const known = new Set(groups)
  const listed = `[${groups.map(name => `'${name}'`).join(', ')}]`
  for (const member of [...project.semantics.values(), ...project.nodes.values()]) {
    const group = groupOf(member)
    if (group && !known.has(group)) {
      const message = `Invalid group '${group}', expected one of ${listed}`
      diagnostics.add({ code: 'graph/unknown-group', kind: 'Parsing', message, node: member.uniqueId })
    }
    if (member.resourceType !== 'model' || member.access !== 'public') continue
    if (member.config.get('materialized') !== 'ephemeral') continue
    diagnostics.add({
      code: 'graph/access',
      kind: 'Parsing',
      message: `Node ${member.uniqueId} with 'ephemeral' materialization has an invalid value (public) for the access field`,
    })
  }
}
