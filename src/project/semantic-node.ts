/** What metrics, semantic models and saved queries have in common: who they are, and how their JSON begins. */
import { dictIn, textIn } from '../template/dict-access.ts'
import type { PyDict, Value } from '../template/value.ts'
import { fqnPrefix } from './found-file.ts'
import type { SemanticNode } from './node.ts'
import type { NodeMaker } from './node-maker.ts'
import type { PropertyEntry } from './property-entry.ts'

/** What such a node is read from: an entry of its own, or a part of another's. */
export interface SemanticSource {
  readonly entry: PropertyEntry
  readonly name: string
  readonly value: PyDict
}

export type SemanticHead = Omit<SemanticNode, 'description' | 'meta' | 'tags' | 'refs' | 'metrics' | 'json'>

export function semanticHead(
  resourceType: SemanticNode['resourceType'],
  { entry, name, value }: SemanticSource,
  maker: NodeMaker,
): SemanticHead {
  const { owner, path, originalFilePath } = entry.found
  const fqn = [...fqnPrefix(owner.name, path), name]
  const { config, unrendered } = maker.config(resourceType, owner, fqn, dictIn(value, 'config'))
  return {
    resourceType,
    uniqueId: `${resourceType}.${owner.name}.${name}`,
    name,
    packageName: owner.name,
    path,
    originalFilePath,
    fqn,
    createdAtMs: maker.createdAtMs(),
    config,
    unrenderedConfig: unrendered,
    group: textIn(config, 'group'),
    at: entry.at(),
  }
}

/** The fields that stand first, under dbt's names. */
export function headJson(head: SemanticHead): Readonly<Record<string, Value>> {
  return {
    name: head.name,
    resource_type: head.resourceType,
    package_name: head.packageName,
    path: head.path,
    original_file_path: head.originalFilePath,
    unique_id: head.uniqueId,
    fqn: [...head.fqn],
  }
}
