/** One small project for each thing that dbt has given up and that a DuckDB project can meet, and what is told of it. */

export interface Deprecated {
  /** Of dbt's event. */
  readonly name: string
  readonly files: Readonly<Record<string, string>>
  readonly environment?: Readonly<Record<string, string>>
  readonly words: readonly string[]
  /** What stands before the message. */
  readonly tag: 'plain' | 'marked' | 'named'
  readonly told: string
  /** How often the project does it. */
  readonly count: number
}

const projectFile = (more: string): Record<string, string> => ({
  'dbt_project.yml': `name: shop\nversion: '1.0'\nprofile: shop\n${more}\n`,
})
const models = { 'models/a.sql': 'select 1 as id, current_date as ordered_at' }
const parse = ['parse']
const source = {
  'models/s.yml':
    'sources: [{name: s, schema: main, config: {loaded_at_field: now(), freshness: {warn_after: {count: 1, period: day}}}, tables: [{name: a}]}]\n',
}
const semantics = (measure: string): Record<string, string> => ({
  'models/metricflow_time_spine.sql': 'select current_date as date_day',
  'models/semantics.yml': `semantic_models:
  - name: orders
    model: ref('a')
    defaults: {agg_time_dimension: ordered_at}
    entities: [{name: id, type: primary}]
    dimensions: [{name: ordered_at, type: time, type_params: {time_granularity: day}}]
    measures: [{name: amount, agg: sum, expr: '1'}]
metrics:
  - {name: total, label: total, type: cumulative, type_params: {measure: amount${measure}}}
`,
})
const spine =
  'models: [{name: metricflow_time_spine, time_spine: {standard_granularity_column: date_day}, columns: [{name: date_day, granularity: day}]}]\n'
const microbatch = {
  'models/input.sql': "{{ config(event_time='at') }} select 1 as id, timestamp '2020-01-01' as at",
  'models/batches.sql':
    "{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='at', batch_size='day', begin='2020-01-01') }} select * from {{ ref('input') }}",
  'macros/batches.sql':
    '{% macro get_incremental_microbatch_sql(arg_dict) %}{{ return(get_incremental_append_sql(arg_dict)) }}{% endmacro %}',
}
const accepted = (more: string): string => `{accepted_values: {values: [1]${more}}}`

export const deprecated: readonly Deprecated[] = [
  {
    name: 'PackageInstallPathDeprecation',
    files: projectFile('clean-targets: [dbt_modules]'),
    words: ['clean'],
    tag: 'marked',
    told: 'The default package install path has changed from `dbt_modules` to `dbt_packages`.',
    count: 1,
  },
  {
    name: 'MissingPlusPrefixDeprecation',
    files: projectFile(
      'models: {materialized: table, +tags: [x], shop: {+schema: s, enabled: true}}\ntests: {where: x}\nfunctions: {enabled: true}',
    ),
    words: ['clean'],
    tag: 'named',
    told: "Missing '+' prefix on `materialized` found at `materialized` in file `/",
    count: 3,
  },
  {
    name: 'CustomKeyInConfigDeprecation',
    files: projectFile(
      'seeds: {shop: {+own: 1, year: {2024: 1}, meta: {of: mine}, empty: }, +column_types: {id: 1}, +meta: {a: 1}}',
    ),
    words: ['deps'],
    tag: 'named',
    told: 'Custom key `+own` found in `config` at path `shop.+own` in file `/',
    count: 4,
  },
  {
    name: 'CustomTopLevelKeyDeprecation',
    files: projectFile('source-paths: [models]'),
    words: ['clean'],
    tag: 'named',
    told: 'Unexpected top-level key source-paths in file `/',
    count: 1,
  },
  {
    name: 'ConfigSourcePathDeprecation',
    files: projectFile('source-paths: [models]'),
    words: parse,
    tag: 'marked',
    told: 'The `source-paths` config has been renamed to `model-paths`.',
    count: 1,
  },
  {
    name: 'ConfigDataPathDeprecation',
    files: projectFile('data-paths: [data]'),
    words: parse,
    tag: 'marked',
    told: 'The `data-paths` config has been renamed to `seed-paths`.',
    count: 1,
  },
  {
    name: 'ConfigLogPathDeprecation',
    files: projectFile('log-path: elsewhere'),
    words: parse,
    tag: 'marked',
    told: 'The `log-path` config in `dbt_project.yml` has been deprecated',
    count: 1,
  },
  {
    name: 'ConfigTargetPathDeprecation',
    files: projectFile('target-path: elsewhere'),
    words: parse,
    tag: 'marked',
    told: 'The `target-path` config in `dbt_project.yml` has been deprecated',
    count: 1,
  },
  {
    name: 'ProjectFlagsMovedDeprecation',
    files: {
      'profiles.yml':
        'config: {use_colors: false}\nshop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb}}}\n',
    },
    words: parse,
    tag: 'marked',
    told: "User config should be moved from the 'config' key in profiles.yml to the 'flags' key in dbt_project.yml.",
    count: 1,
  },
  {
    name: 'ExposureNameDeprecation',
    files: {
      'models/e.yml':
        'exposures:\n  - {name: my page!, type: dashboard, owner: {name: x}}\n  - {name: my other, type: dashboard, owner: {name: x}}\n',
    },
    words: parse,
    tag: 'marked',
    told: "Starting in v1.3, the 'name' of an exposure should contain only letters, numbers, and underscores.",
    count: 2,
  },
  {
    name: 'ResourceNamesWithSpacesDeprecation',
    files: {
      ...projectFile('flags: {require_resource_names_without_spaces: false}'),
      'models/my a.sql': 'select 1 as id',
      'models/my b.sql': 'select 1 as id',
    },
    words: parse,
    tag: 'plain',
    told: 'Spaces found in 2 resource name(s). This is deprecated, and may lead to errors when using dbt.',
    count: 1,
  },
  {
    name: 'PackageMaterializationOverrideDeprecation',
    files: {
      ...projectFile('flags: {require_explicit_package_overrides_for_builtin_materializations: false}'),
      ...models,
      'packages.yml': 'packages: [{local: own}]\n',
      'dbt_packages/own/dbt_project.yml': "name: own\nversion: '1.0'\n",
      'dbt_packages/own/macros/view.sql':
        '{% materialization view, default %}{{ return(create_or_replace_view()) }}{% endmaterialization %}',
    },
    words: ['run'],
    tag: 'plain',
    told: "Installed package 'own' is overriding the built-in materialization 'view'.",
    count: 1,
  },
  {
    name: 'SourceFreshnessProjectHooksNotRun',
    files: {
      ...projectFile(
        "flags: {source_freshness_run_project_hooks: false}\non-run-start: ['create table a as select 1']",
      ),
      ...source,
    },
    words: ['source', 'freshness', '--exclude', 'source:s'],
    tag: 'plain',
    told: 'In a future version of dbt, the `source freshness` command will start running `on-run-start` and `on-run-end` hooks by default.',
    count: 1,
  },
  {
    name: 'CustomOutputPathInSourceFreshnessDeprecation',
    files: source,
    words: ['source', 'freshness', '--exclude', 'source:s', '--output', 'fresh.json'],
    tag: 'named',
    told: 'Custom output path usage `--output fresh.json` usage detected in `dbt source freshness` command.',
    count: 1,
  },
  {
    name: 'MFTimespineWithoutYamlConfigurationDeprecation',
    files: { ...models, ...semantics('') },
    words: parse,
    tag: 'plain',
    told: 'Time spines without YAML configuration are in the process of deprecation.',
    count: 1,
  },
  {
    name: 'MFCumulativeTypeParamsDeprecation',
    files: { ...models, ...semantics(', window: 7 days'), 'models/spine.yml': spine },
    words: parse,
    tag: 'plain',
    told: 'Cumulative fields `type_params.window` and `type_params.grain_to_date` have been moved and will soon be deprecated.',
    count: 1,
  },
  {
    name: 'MicrobatchMacroOutsideOfBatchesDeprecation',
    files: microbatch,
    words: parse,
    tag: 'plain',
    told: 'The use of a custom microbatch macro outside of batched execution is deprecated.',
    count: 1,
  },
  {
    name: 'UnexpectedJinjaBlockDeprecation',
    files: { 'macros/m.sql': '{% macro one() %}1{% endmacro %}\n{% endmacro %}\n{% endmacro %}\n' },
    words: parse,
    tag: 'named',
    told: "Found unexpected 'endmacro' block tag. in file `macros/m.sql`",
    count: 2,
  },
  {
    name: 'DuplicateYAMLKeysDeprecation',
    files: { ...models, 'models/m.yml': 'models:\n  - {name: a, name: a, description: x, description: y}\n' },
    words: parse,
    tag: 'named',
    told: 'Duplicate key ',
    count: 2,
  },
  {
    name: 'PropertyMovedToConfigDeprecation',
    files: {
      ...models,
      'models/m.yml': 'models:\n  - {name: a, columns: [{name: id, data_tests: [{not_null: {severity: warn}}]}]}\n',
    },
    words: parse,
    tag: 'named',
    told: 'Found `severity` as a top-level property of `data_tests.not_null.severity` in file `models/m.yml`.',
    count: 1,
  },
  {
    name: 'ModelParamUsageDeprecation',
    files: models,
    words: ['build', '--models', 'a'],
    tag: 'marked',
    told: 'Usage of `--models`, `--model`, and `-m` is deprecated in favor of `--select` or `-s`.',
    count: 1,
  },
  {
    name: 'WEOIncludeExcludeDeprecation',
    files: projectFile('flags: {warn_error_options: {include: []}}'),
    words: parse,
    tag: 'named',
    told: 'Found `include` in `warn_error_options` specification. Please use `error` instead of `include`.',
    count: 1,
  },
  {
    name: 'EnvironmentVariableNamespaceDeprecation',
    files: {},
    environment: { DBT_ENGINE_OWN: '1', DBT_ENGINE_OTHER: '2' },
    words: parse,
    tag: 'marked',
    told: 'Found custom environment variable `DBT_ENGINE_OWN` in the environment.',
    count: 2,
  },
  {
    name: 'EnvironmentVariableRenamed',
    files: {},
    environment: { DBT_NO_PRINT: '1' },
    words: parse,
    tag: 'marked',
    told: 'The environment variable `DBT_NO_PRINT` has been renamed as `DBT_ENGINE_PRINT`.',
    count: 1,
  },
  {
    name: 'ArgumentsPropertyInGenericTestDeprecation',
    files: {
      ...projectFile('flags: {require_generic_test_arguments_property: false}'),
      ...models,
      'macros/own.sql': '{% test own(model, column_name, arguments) %}select 1 where false{% endtest %}',
      'models/m.yml': 'models:\n  - {name: a, columns: [{name: id, data_tests: [{own: {arguments: {x: 1}}}]}]}\n',
    },
    words: parse,
    tag: 'named',
    told: "Found `arguments` property in test definition of `own` ({'x': 1}) without usage of `require_generic_test_arguments_property` behavior change flag.",
    count: 1,
  },
  {
    name: 'MissingArgumentsPropertyInGenericTestDeprecation',
    files: {
      ...models,
      'models/m.yml': `models:\n  - {name: a, columns: [{name: id, data_tests: [${accepted('')}, ${accepted(', name: other')}]}]}\n`,
    },
    words: parse,
    tag: 'named',
    told: "Found top-level arguments to test `accepted_values` defined on 'a' in package 'shop' (models/m.yml).",
    count: 2,
  },
  {
    name: 'ModulesItertoolsUsageDeprecation',
    files: { 'models/a.sql': 'select {{ modules.itertools.chain([1], [2]) | list | length }} as n' },
    words: ['compile', '-s', 'a'],
    tag: 'marked',
    told: 'Usage of itertools modules is deprecated. Please use the built-in functions instead.',
    count: 2,
  },
  {
    name: 'DuplicateNameDistinctNodeTypesDeprecation',
    files: { ...models, 'seeds/a.csv': 'id\n1\n', 'seeds/s.yml': 'seeds: [{name: a, config: {alias: other}}]\n' },
    words: parse,
    tag: 'marked',
    told: "Found resources with the same name 'a' in package 'shop'",
    count: 1,
  },
]
