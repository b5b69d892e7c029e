/** `config` of a node once it is known: dbt's `model.config.get`. */
import type { ConfigSource } from '../context/node-providers.ts'
import type { GraphMember } from '../project/node.ts'
import { PyDict, type Value } from '../template/value.ts'

type KnownConfig = Extract<ConfigSource, { kind: 'known' }>

/** A rendering without a node: nothing is configured. */
export const noNodeConfig: KnownConfig = { kind: 'known', get: () => undefined, getMeta: () => undefined }

/** Hooks answer to their names with an underscore alone. `changes` win over what the node says. */
export function nodeConfig(member: GraphMember, changes?: ReadonlyMap<string, Value>): KnownConfig {
  const config = 'config' in member ? member.config : new PyDict()
  return {
    kind: 'known',
    get(name) {
      const changed = changes?.get(name)
      if (changed !== undefined) return changed
      if (name === 'snapshot_table_column_names' && member.resourceType === 'snapshot') return snapshotColumns(config)
      if (name === 'pre-hook' || name === 'post-hook') return undefined
      return config.get(hookNames.get(name) ?? name)
    },
    getMeta(name) {
      const meta = config.get('meta')
      return meta instanceof PyDict ? meta.get(name) : undefined
    },
  }
}

const hookNames = new Map([
  ['pre_hook', 'pre-hook'],
  ['post_hook', 'post-hook'],
])

const snapshotColumnNames = ['dbt_valid_to', 'dbt_valid_from', 'dbt_scd_id', 'dbt_updated_at', 'dbt_is_deleted']

/** dbt's computed key: the names of a snapshot's own columns, usual ones where none is given. */
function snapshotColumns(config: PyDict): PyDict {
  const given = config.get('snapshot_meta_column_names')
  return PyDict.of(
    snapshotColumnNames.map(name => [name, (given instanceof PyDict ? given.get(name) : null) || name] as const),
  )
}
