/** dbt's messages about two things of one name, with both places. */
import type { DiagnosticFields } from '../base/diagnostic.ts'
import type { Place } from '../base/source-file.ts'
import type { ResourceType } from './node.ts'

export interface NamedResource {
  readonly resourceType: ResourceType | 'fixture'
  readonly uniqueId: string
  readonly name: string
  readonly originalFilePath: string
  readonly at?: Place
  /** Of a generic test: what it is defined on. */
  readonly generic?: { readonly columnName: string | null; readonly fileKeyName: string | null } | null
  /** Of a source table. */
  readonly sourceName?: string
}

const plurals: Readonly<Partial<Record<NamedResource['resourceType'], string>>> = {
  test: 'data_tests',
  analysis: 'analyses',
  saved_query: 'saved_queries',
}

export function duplicateName(first: NamedResource, second: NamedResource): DiagnosticFields {
  const type = first.resourceType
  const kinds = type === second.resourceType ? (plurals[type] ?? `${type}s`) : 'resources'
  const { shown, action, looked } = wording(first)
  const message = `dbt found two ${kinds} with the name "${shown}".

Since these resources have the same name, dbt will be unable to find the correct resource
when ${action} ${looked}.

To fix this, change the name of one of these resources:
- ${first.uniqueId} (${first.originalFilePath})
- ${second.uniqueId} (${second.originalFilePath})`
  return {
    code: 'project/duplicate-name',
    message,
    node: second.uniqueId,
    ...(second.at && { at: second.at }),
    notes: first.at ? [{ message: 'first defined here', at: first.at }] : [],
  }
}

interface Wording {
  readonly shown: string
  readonly action: string
  readonly looked: string
}

function wording(resource: NamedResource): Wording {
  const { name, resourceType, generic, sourceName } = resource
  const looking = (looked: string, shown = name): Wording => ({ shown, action: 'looking for', looked })
  switch (resourceType) {
    case 'model':
    case 'seed':
    case 'snapshot':
      return looking(`ref("${name}")`)
    case 'source':
      return looking(`source("${sourceName}", "${name}")`, `${sourceName}_${name}`)
    case 'doc':
      return looking(`doc("${name}")`)
    case 'test': {
      if (!generic) return looking(name)
      const column = generic.columnName === null ? '' : `column "${generic.columnName}" in `
      return { shown: `${name}" defined on ${column}"${generic.fileKeyName}`, action: 'running', looked: 'tests' }
    }
    default:
      return looking(name)
  }
}

/** Two nodes that would be the same relation. */
export function ambiguousAlias(first: NamedResource, second: NamedResource, relation: string): DiagnosticFields {
  return {
    code: 'project/ambiguous-alias',
    message: `dbt found two resources with the database representation "${relation}".
dbt cannot create two resources with identical database representations. To fix this,
change the configuration of one of these resources:
- ${first.uniqueId} (${first.originalFilePath})
- ${second.uniqueId} (${second.originalFilePath})`,
    node: second.uniqueId,
    hint: 'give one of them another "alias" or "schema"',
    ...(second.at && { at: second.at }),
  }
}

/** Two entries of properties files for one thing. @param kind `resource`, `macros`, `sources` */
export function duplicatePatch(
  what: string,
  kind: string,
  name: string,
  first: { readonly path: string; readonly at: Place },
  second: { readonly path: string; readonly at: Place },
): DiagnosticFields {
  const fix =
    first.path === second.path
      ? `remove one of the ${kind} entries for ${name} in this file:\n - ${first.path}\n`
      : `remove the ${kind} entry for ${name} in one of these files:\n - ${second.path}\n${first.path}`
  return {
    code: 'project/duplicate-patch',
    message: `${what} To fix this, ${fix}`,
    at: second.at,
    notes: [{ message: 'first described here', at: first.at }],
  }
}
