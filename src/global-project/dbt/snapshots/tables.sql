{#- The SQL of a snapshot: its first table, the changes of a later run, and how they are written. -#}

{% macro build_snapshot_table(strategy, sql) -%}
  {{ adapter.dispatch('build_snapshot_table', 'dbt')(strategy, sql) }}
{%- endmacro %}

{% macro default__build_snapshot_table(strategy, sql) %}
  {%- set columns = config.get('snapshot_table_column_names') or get_snapshot_table_column_names() -%}
  select
    *,
    {{ strategy.scd_id }} as {{ columns.dbt_scd_id }},
    {{ strategy.updated_at }} as {{ columns.dbt_updated_at }},
    {{ strategy.updated_at }} as {{ columns.dbt_valid_from }},
    {{ get_dbt_valid_to_current(strategy, columns) }}
    {{- ", 'False' as " ~ columns.dbt_is_deleted if strategy.hard_deletes == 'new_record' }}
  from (
    {{ sql }}
  ) sbq
{% endmacro %}

{#- The end of a row that is still in force: NULL or dbt_valid_to_current, in the type of updated_at. Copies of dbt's macros
    rely on the white space at its end. -#}
{% macro get_dbt_valid_to_current(strategy, columns) %}
  {%- set open_end = config.get('dbt_valid_to_current') or 'null' -%}
  coalesce(nullif({{ strategy.updated_at }}, {{ strategy.updated_at }}), {{ open_end }}) as {{ columns.dbt_valid_to }}
{% endmacro %}

{% macro build_snapshot_staging_table(strategy, sql, target_relation) %}
  {%- set staging = make_temp_relation(target_relation) -%}
  {%- set changes = snapshot_staging_table(strategy, sql, target_relation) -%}
  {%- call statement('build_snapshot_staging_relation') -%}
    {{ create_table_as(True, staging, changes) }}
  {%- endcall -%}
  {%- do return(staging) -%}
{% endmacro %}

{% macro snapshot_staging_table(strategy, source_sql, target_relation) -%}
  {{ adapter.dispatch('snapshot_staging_table', 'dbt')(strategy, source_sql, target_relation) }}
{%- endmacro %}

{#- One row per change, marked insert, update or delete: an update or delete ends the stored row of its scd_id, an insert
    begins a new one. With hard_deletes `invalidate` vanished rows are ended; with `new_record` a copy marked as deleted is
    begun as well, and a row that comes back after that counts as changed. -#}
{% macro default__snapshot_staging_table(strategy, source_sql, target_relation) -%}
  {%- set columns = config.get('snapshot_table_column_names') or get_snapshot_table_column_names() -%}
  {%- set open_end = config.get('dbt_valid_to_current') -%}
  {%- set keys = unique_key_fields(strategy.unique_key) -%}
  {%- set same_key = unique_key_join_on(strategy.unique_key, 'snapshotted_data', 'source_data') -%}
  {%- set ends_missing = strategy.hard_deletes in ('invalidate', 'new_record') -%}
  {%- set records_missing = strategy.hard_deletes == 'new_record' -%}
  {%- set stored_mark = 'snapshotted_data.' ~ columns.dbt_is_deleted -%}
  {%- set stored_end = 'snapshotted_data.' ~ columns.dbt_valid_to -%}
  {%- set changed = strategy.row_changed -%}
  {%- if records_missing -%}
    {%- set changed = changed ~ ' or ' ~ stored_mark ~ " = 'True'" -%}
  {%- endif -%}
  {%- set is_missing -%}
    {{ unique_key_is_null(strategy.unique_key, 'source_data') }}
    {%- if records_missing %}
      and not (
        {{ stored_mark }} = 'True'
        and {{ stored_end }} {{ '= ' ~ open_end if open_end else 'is null' }}
      )
    {%- endif -%}
  {%- endset -%}

  with snapshot_query as (
    {{ source_sql }}
  ),

  snapshotted_data as (
    select *, {{ keys }}
    from {{ target_relation }}
    where
    {%- if open_end %} ({{ equals(columns.dbt_valid_to, open_end | trim) }} or {{ columns.dbt_valid_to }} is null)
    {%- else %} {{ columns.dbt_valid_to }} is null
    {%- endif %}
  ),

  insertions_source_data as (
    select
      *, {{ keys }},
      {{ strategy.updated_at }} as {{ columns.dbt_updated_at }},
      {{ strategy.updated_at }} as {{ columns.dbt_valid_from }},
      {{ get_dbt_valid_to_current(strategy, columns) }},
      {{ strategy.scd_id }} as {{ columns.dbt_scd_id }}
    from snapshot_query
  ),

  updates_source_data as (
    select
      *, {{ keys }},
      {{ strategy.updated_at }} as {{ columns.dbt_updated_at }},
      {{ strategy.updated_at }} as {{ columns.dbt_valid_from }},
      {{ strategy.updated_at }} as {{ columns.dbt_valid_to }}
    from snapshot_query
  ),

  insertions as (
    select 'insert' as dbt_change_type, source_data.* {{- ", 'False' as " ~ columns.dbt_is_deleted if records_missing }}
    from insertions_source_data as source_data
    left outer join snapshotted_data on {{ same_key }}
    where {{ unique_key_is_null(strategy.unique_key, 'snapshotted_data') }}
      or ({{ unique_key_is_not_null(strategy.unique_key, 'snapshotted_data') }} and ({{ changed }}))
  ),

  updates as (
    select
      'update' as dbt_change_type,
      source_data.*,
      snapshotted_data.{{ columns.dbt_scd_id }} {{- ', ' ~ stored_mark if records_missing }}
    from updates_source_data as source_data
    join snapshotted_data on {{ same_key }}
    where ({{ changed }})
  )

  {%- if ends_missing %},

  deletes_source_data as (
    select *, {{ keys }}
    from snapshot_query
  ),

  deletes as (
    select
      'delete' as dbt_change_type,
      source_data.*,
      {{ snapshot_get_time() }} as {{ columns.dbt_valid_from }},
      {{ snapshot_get_time() }} as {{ columns.dbt_updated_at }},
      {{ snapshot_get_time() }} as {{ columns.dbt_valid_to }},
      snapshotted_data.{{ columns.dbt_scd_id }} {{- ', ' ~ stored_mark if records_missing }}
    from snapshotted_data
    left join deletes_source_data as source_data on {{ same_key }}
    where {{ is_missing }}
  )
  {%- endif -%}

  {%- if records_missing -%}
    {%- set stored_names = get_list_of_column_names(get_columns_in_relation(target_relation)) %},

  deletion_records as (
    select
      'insert' as dbt_change_type,
      {%- for name in get_columns_in_query(source_sql) %}
      {{ 'snapshotted_data' if name in stored_names else 'source_data' }}.{{ adapter.quote(name) }},
      {%- endfor %}
      {%- if strategy.unique_key | is_list %}
        {%- for key in strategy.unique_key %}
      snapshotted_data.{{ key }} as dbt_unique_key_{{ loop.index }},
        {%- endfor %}
      {%- else %}
      snapshotted_data.dbt_unique_key as dbt_unique_key,
      {%- endif %}
      {{ snapshot_get_time() }} as {{ columns.dbt_valid_from }},
      {{ snapshot_get_time() }} as {{ columns.dbt_updated_at }},
      {{ stored_end }} as {{ columns.dbt_valid_to }},
      {{ snapshot_hash_arguments([columns.dbt_scd_id, snapshot_get_time()]) }} as {{ columns.dbt_scd_id }},
      'True' as {{ columns.dbt_is_deleted }}
    from snapshotted_data
    left join deletes_source_data as source_data on {{ same_key }}
    where {{ is_missing }}
  )
  {%- endif %}

  select * from insertions
  union all
  select * from updates
  {%- if ends_missing %}
  union all
  select * from deletes
  {%- endif %}
  {%- if records_missing %}
  union all
  select * from deletion_records
  {%- endif %}
{%- endmacro %}

{% macro snapshot_merge_sql(target, source, insert_cols) -%}
  {{ adapter.dispatch('snapshot_merge_sql', 'dbt')(target, source, insert_cols) }}
{%- endmacro %}

{% macro default__snapshot_merge_sql(target, source, insert_cols) -%}
  {%- set columns = config.get('snapshot_table_column_names') or get_snapshot_table_column_names() -%}
  {%- set open_end = config.get('dbt_valid_to_current') -%}
  {%- set stored_end = 'DBT_INTERNAL_DEST.' ~ columns.dbt_valid_to -%}
  {%- set written = insert_cols | join(', ') -%}

  merge into {{ target.render() }} as DBT_INTERNAL_DEST
  using {{ source }} as DBT_INTERNAL_SOURCE
  on DBT_INTERNAL_SOURCE.{{ columns.dbt_scd_id }} = DBT_INTERNAL_DEST.{{ columns.dbt_scd_id }}
  when matched
    and ({{ equals(stored_end, open_end | trim) ~ ' or ' if open_end }}{{ stored_end }} is null)
    and DBT_INTERNAL_SOURCE.dbt_change_type in ('update', 'delete')
    then update set {{ columns.dbt_valid_to }} = DBT_INTERNAL_SOURCE.{{ columns.dbt_valid_to }}
  when not matched
    and DBT_INTERNAL_SOURCE.dbt_change_type = 'insert'
    then insert ({{ written }}) values ({{ written }})
{%- endmacro %}

{#- What is done with the staging relation afterwards. -#}
{% macro post_snapshot(staging_relation) %}
  {{ adapter.dispatch('post_snapshot', 'dbt')(staging_relation) }}
{% endmacro %}

{% macro default__post_snapshot(staging_relation) %}
{% endmacro %}
