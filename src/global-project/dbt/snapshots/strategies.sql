{#- How a snapshot tells that a row has changed. A strategy gives a dictionary of SQL expressions:
    unique_key, updated_at, row_changed, scd_id, and how rows that vanish are treated. -#}

{#- The macro of the strategy `name` or `package.name`. -#}
{% macro strategy_dispatch(name) -%}
  {%- set original_name = name -%}
  {%- set package_name = none -%}
  {%- set scope = context -%}
  {%- if '.' in name -%}
    {%- set package_name, name = name.split('.', 1) -%}
    {%- if package_name not in context -%}
      {%- do exceptions.raise_compiler_error("Could not find package '" ~ package_name ~ "', called with '" ~ original_name ~ "'") -%}
    {%- endif -%}
    {%- set scope = context[package_name] -%}
  {%- endif -%}

  {%- set macro_name = 'snapshot_' ~ name ~ '_strategy' -%}
  {%- if macro_name not in scope -%}
    {%- do exceptions.raise_compiler_error("The specified strategy macro '" ~ name ~ "' was not found in package '" ~ package_name ~ "'") -%}
  {%- endif -%}
  {{ return(scope[macro_name]) }}
{%- endmacro %}

{#- A row is new when its timestamp is later than the start of the stored one. The stored updated_at is of no use
    here: it may come from a time when another strategy was in force. -#}
{% macro snapshot_timestamp_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) %}
  {%- set unique_key = config.get('unique_key') -%}
  {%- set updated_at = config.get('updated_at') -%}
  {%- set hard_deletes = adapter.get_hard_deletes_behavior(config) -%}
  {%- set columns = config.get('snapshot_table_column_names') or get_snapshot_table_column_names() -%}
  {%- do return({
    'unique_key': unique_key,
    'updated_at': updated_at,
    'row_changed': '(' ~ snapshotted_rel ~ '.' ~ columns.dbt_valid_from ~ ' < ' ~ current_rel ~ '.' ~ updated_at ~ ')',
    'scd_id': snapshot_hash_arguments(api.Relation.scd_args(unique_key, updated_at)),
    'invalidate_hard_deletes': hard_deletes == 'invalidate',
    'hard_deletes': hard_deletes
  }) -%}
{% endmacro %}

{#- A row is new when any checked column differs, NULL being a value like others; or when a checked column is new. -#}
{% macro snapshot_check_strategy(node, snapshotted_rel, current_rel, model_config, target_exists) %}
  {%- set unique_key = config.get('unique_key') -%}
  {%- set hard_deletes = adapter.get_hard_deletes_behavior(config) -%}
  {%- set updated_at = config.get('updated_at') or snapshot_get_time() -%}
  {%- set column_added, checked = snapshot_check_all_get_existing_columns(node, target_exists, config.get('check_cols')) -%}

  {%- set differences = [] -%}
  {%- if column_added -%}
    {%- do differences.append(get_true_sql()) -%}
  {%- else -%}
    {%- for column in checked -%}
      {%- set stored = snapshotted_rel ~ '.' ~ column -%}
      {%- set current = current_rel ~ '.' ~ column -%}
      {%- do differences.append(stored ~ ' != ' ~ current) -%}
      {%- do differences.append('(' ~ stored ~ ' is null and ' ~ current ~ ' is not null)') -%}
      {%- do differences.append('(' ~ stored ~ ' is not null and ' ~ current ~ ' is null)') -%}
    {%- endfor -%}
  {%- endif -%}

  {%- do return({
    'unique_key': unique_key,
    'updated_at': updated_at,
    'row_changed': '(' ~ (differences | join(' or ')) ~ ')',
    'scd_id': snapshot_hash_arguments(api.Relation.scd_args(unique_key, updated_at)),
    'invalidate_hard_deletes': hard_deletes == 'invalidate',
    'hard_deletes': hard_deletes
  }) -%}
{% endmacro %}

{#- A pair: whether the query has checked columns the table lacks, and the quoted names of those that both have. -#}
{% macro snapshot_check_all_get_existing_columns(node, target_exists, check_cols_config) -%}
  {%- if not target_exists -%}
    {{ return((false, [])) }}
  {%- endif -%}

  {%- if check_cols_config == 'all' -%}
    {%- set checked = get_columns_in_query(node['compiled_code']) -%}
  {%- elif check_cols_config is iterable and check_cols_config | length > 0 -%}
    {#- The database is asked, because it knows the names' spelling; the query may end in a comment, so it gets lines of its own. -#}
    {%- set projection -%}
      select {{ check_cols_config | join(', ') }} from (
        {{ node['compiled_code'] }}
      ) subq
    {%- endset -%}
    {%- set checked = get_columns_in_query(projection) -%}
  {%- else -%}
    {%- do exceptions.raise_compiler_error("Invalid value for 'check_cols': " ~ check_cols_config) -%}
  {%- endif -%}

  {%- set target = adapter.get_relation(database=node.database, schema=node.schema, identifier=node.alias) -%}
  {%- set stored = adapter.get_columns_in_relation(target) | map(attribute='name') | list -%}
  {%- set shared = [] -%}
  {%- for column in checked if column in stored -%}
    {%- do shared.append(adapter.quote(column)) -%}
  {%- endfor -%}
  {{ return((shared | length < checked | length, shared)) }}
{%- endmacro %}

{#- One text for several values, the same on every run. -#}
{% macro snapshot_hash_arguments(args) -%}
  {{ adapter.dispatch('snapshot_hash_arguments', 'dbt')(args) }}
{%- endmacro %}

{% macro default__snapshot_hash_arguments(args) -%}
  {%- set parts = [] -%}
  {%- for arg in args -%}
    {%- do parts.append('coalesce(cast(' ~ arg ~ " as varchar ), '')") -%}
  {%- endfor -%}
  md5({{ parts | join("\n         || '|' || ") }}
        )
{%- endmacro %}

{% macro get_true_sql() %}
  {{ adapter.dispatch('get_true_sql', 'dbt')() }}
{% endmacro %}

{% macro default__get_true_sql() %}
  {{ return('TRUE') }}
{% endmacro %}
