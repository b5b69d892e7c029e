/** `config` of a node once it is known: dbt's `model.config.get`. */
import type { ConfigSource } from '../context/node-providers.ts'
import { PythonRecord } from '../context/python-record.ts'
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
      return recordNames.has(name) ? recordOf(name, config) : config.get(name)
    },
    getMeta(name) {
      const meta = config.get('meta')
      return meta instanceof PyDict ? meta.get(name) : undefined
    },
  }
}

const recordNames = new Set(['pre-hook', 'post-hook', 'pre_hook', 'post_hook', 'docs', 'contract'])

/** What dbt keeps as records of its own and not as dicts. */
function recordOf(name: string, config: PyDict): Value | undefined {
  switch (name) {
    case 'pre_hook':
    case 'post_hook': {
      const hooks = config.get(name === 'pre_hook' ? 'pre-hook' : 'post-hook')
      return Array.isArray(hooks) ? hooks.map(hookRecord) : hooks
    }
    case 'docs':
    case 'contract': {
      const value = config.get(name)
      if (!(value instanceof PyDict)) return value
      const fields = Object.fromEntries(Array.from(value, ([key, item]) => [String(key), item] as const))
      return name === 'docs'
        ? new PythonRecord('Docs', { show: true, node_color: null, ...fields })
        : new PythonRecord('ContractConfig', { enforced: false, alias_types: true, ...fields })
    }
    default:
      return undefined
  }
}

function hookRecord(hook: Value): Value {
  const field = (key: string): Value | undefined => (hook instanceof PyDict ? hook.get(key) : undefined)
  const sql = field('sql') ?? hook
  return new PythonRecord('Hook', { sql, transaction: field('transaction') ?? true, index: field('index') ?? null })
}

const snapshotColumnNames = ['dbt_valid_to', 'dbt_valid_from', 'dbt_scd_id', 'dbt_updated_at', 'dbt_is_deleted']

/** dbt's computed key: the names of a snapshot's own columns, usual ones where none is given. */
function snapshotColumns(config: PyDict): PyDict {
  const given = config.get('snapshot_meta_column_names')
  return PyDict.of(
    snapshotColumnNames.map(name => [name, (given instanceof PyDict ? given.get(name) : null) || name] as const),
  )
}
