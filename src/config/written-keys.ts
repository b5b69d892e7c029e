/**
 * Keys of `dbt_project.yml` that dbt's schema of the file does not know in that form: configs without `+`, configs and
 * keys of other makes. dbt looks for them where no adapter is known that forbids it: in `deps` and `clean`.
 */
import { posix } from 'node:path'
import type { Diagnostics } from '../base/diagnostic.ts'
import { yamlAt, yamlEntry, yamlPlace } from '../base/yaml-node.ts'
import { PyDict, type Value } from '../template/value.ts'
import type { RawProjectFile } from './raw-project-file.ts'
import type { KeyPath } from './yaml-value.ts'

const words = (text: string): readonly string[] => text.trim().split(/\s+/)

/** Of every kind of resource that has relations, or checks of them. Most are for other databases than DuckDB. */
const common = words(`
  adapter_properties as_columnstore auto_liquid_cluster auto_refresh automatic_clustering backup base_location_root
  base_location_subpath bind buckets catalog catalog_name cluster_by clustered_by compression copy_grants
  databricks_compute databricks_tags dist enable_refresh enabled external_volume file_format grant_access_to
  hours_to_expiration include_full_name_in_path indexes initialize kms_key_name labels labels_from_meta
  liquid_clustered_by location_root matched_condition max_staleness merge_with_schema_evolution meta
  not_matched_by_source_action not_matched_by_source_condition not_matched_condition partition_by
  partition_expiration_days partitions query_tag refresh_interval_minutes refresh_mode require_partition_filter
  row_access_policy schedule secure skip_matched_step skip_not_matched_step snowflake_warehouse sort sort_type
  source_alias static_analysis table_tag table_type tags target_alias target_lag tblproperties tmp_relation_type
  transient`)
const stored = words(
  'alias database docs event_time full_refresh grants group persist_docs post-hook pre-hook quoting schema',
)
const ofTests = words(`
  alias database error_if fail_calc full_refresh group limit quoting schema severity store_failures store_failures_as
  warn_if where`)

/** Sections in the order in which dbt looks through them, and the configs of each. */
const sections: readonly (readonly [name: string, configs: readonly string[]])[] = [
  ['data_tests', [...common, ...ofTests]],
  ['exposures', ['enabled', 'meta', 'tags']],
  ['metrics', ['enabled', 'group', 'meta', 'tags']],
  [
    'models',
    [
      ...common,
      ...stored,
      ...words(`
        access additional_libs batch_id batch_size begin category cluster_id column_types concurrent_batches contract
        create_notebook dataproc_cluster_name description enable_list_inference external_access_integrations freshness
        http_path imports incremental_predicates incremental_strategy index_url intermediate_format jar_file_uri
        job_cluster_config location lookback materialized merge_exclude_columns merge_update_columns
        notebook_template_id on_configuration_change on_schema_change packages predicates primary_key python_job_config
        python_version resource_tags secrets sql_header state submission_method sync table_format timeout unique_key
        use_anonymous_sproc user_folder_for_python`),
    ],
  ],
  ['seeds', [...common, ...stored, 'column_types', 'delimiter', 'quote_columns']],
  [
    'snapshots',
    [
      ...common,
      ...stored,
      ...words(`
        check_cols dbt_valid_to_current hard_deletes invalidate_hard_deletes materialized quote_columns
        snapshot_meta_column_names strategy sync target_database target_schema unique_key updated_at`),
    ],
  ],
  [
    'sources',
    [...common, ...words('event_time freshness loaded_at_field loaded_at_query quoting schema schema_origin sync')],
  ],
  ['tests', [...common, ...ofTests]],
  ['unit_tests', common],
]

/** Known when the file is loaded, but not to the schema. */
const undeclared: readonly string[] = ['data-paths', 'packages', 'project-root', 'source-paths']

/** Configs whose keys are names of the user's own, with a text each. */
const dictsOfTexts: readonly string[] = ['+column_types', '+labels', '+resource_tags']

export function tellWrittenKeys(raw: RawProjectFile, diagnostics: Diagnostics): void {
  // Of a file under our own name nobody at dbt has given anything up.
  if (raw.flavour !== 'dbt_project') return
  for (const [section, configs] of sections) {
    const tree = raw.values.get(section)
    if (!(tree instanceof PyDict)) continue
    const known = new Set(configs.map(one => `+${one}`))
    for (const path of strayKeys(tree, known, [])) tellKey(raw, { section, known, path }, diagnostics)
  }
  const file = fileOf(raw)
  for (const key of undeclared.filter(one => raw.values.has(one))) {
    const found = `Unexpected top-level key ${key}`
    diagnostics.add({
      code: 'config/undeclared-key',
      severity: 'warning',
      message: `${found} in file \`${file}\``,
      facts: { msg: found, file },
    })
  }
}

/** Paths of the keys that hold no folder, though nothing else than a folder can be called so. */
function* strayKeys(tree: PyDict, known: ReadonlySet<string>, path: KeyPath): Generator<KeyPath> {
  for (const [key, value] of tree.entries()) {
    const here = [...path, typeof key === 'number' ? key : String(key)]
    const isKnown = typeof key === 'string' && known.has(key)
    if (isKnown) {
      if (dictsOfTexts.includes(key)) yield* otherThanTexts(value, here)
    } else if (value instanceof PyDict) yield* strayKeys(value, known, here)
    else if (typeof key === 'string') yield here
  }
}

function* otherThanTexts(dict: Value, path: KeyPath): Generator<KeyPath> {
  if (!(dict instanceof PyDict)) return
  for (const [key, value] of dict.entries()) {
    if (typeof key === 'string' && typeof value !== 'string') yield [...path, key]
  }
}

interface StrayKey {
  readonly section: string
  readonly known: ReadonlySet<string>
  readonly path: KeyPath
}

function tellKey(raw: RawProjectFile, { section, known, path }: StrayKey, diagnostics: Diagnostics): void {
  const key = String(path.at(-1))
  const { document } = raw
  const lacksPlus = known.has(`+${key}`) && !path.some(part => known.has(String(part)))
  const keyPath = shownPath(path)
  const file = fileOf(raw)
  const written = yamlEntry(yamlAt(document.root, section, ...path.slice(0, -1)), key)?.key
  diagnostics.add({
    code: lacksPlus ? 'config/missing-plus' : 'config/custom-config',
    severity: 'warning',
    message: lacksPlus
      ? `Missing '+' prefix on \`${key}\` found at \`${keyPath}\` in file \`${file}\`. Hierarchical config values without a '+' prefix are deprecated in dbt_project.yml.`
      : `Custom key \`${key}\` found in \`config\` at path \`${keyPath}\` in file \`${file}\`. Custom config keys should move into the \`config.meta\`.`,
    ...(written && { at: yamlPlace(document, written) }),
    facts: { key, file, key_path: keyPath },
  })
}

function shownPath(path: KeyPath): string {
  return path.map((part, index) => (index === 0 ? part : typeof part === 'number' ? `[${part}]` : `.${part}`)).join('')
}

function fileOf({ folder, file }: RawProjectFile): string {
  return posix.join(folder, file.path)
}
