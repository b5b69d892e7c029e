{#- The clock of the database, as models and snapshots read it. -#}

{% macro current_timestamp() -%}
  {{ adapter.dispatch('current_timestamp', 'dbt')() }}
{%- endmacro %}

{% macro default__current_timestamp() -%}
  {%- do exceptions.raise_not_implemented('current_timestamp macro not implemented for adapter ' ~ adapter.type()) -%}
{%- endmacro %}

{#- For projects that came from the package macros of these names. -#}
{% macro current_timestamp_backcompat() %}
  {{ return(adapter.dispatch('current_timestamp_backcompat', 'dbt')()) }}
{% endmacro %}

{% macro default__current_timestamp_backcompat() %}
    current_timestamp::timestamp
{% endmacro %}

{% macro current_timestamp_in_utc_backcompat() %}
  {{ return(adapter.dispatch('current_timestamp_in_utc_backcompat', 'dbt')()) }}
{% endmacro %}

{% macro default__current_timestamp_in_utc_backcompat() %}
  {{ return(adapter.dispatch('current_timestamp_backcompat', 'dbt')()) }}
{% endmacro %}

{% macro snapshot_get_time() -%}
  {{ adapter.dispatch('snapshot_get_time', 'dbt')() }}
{%- endmacro %}

{% macro default__snapshot_get_time() %}
  {{ current_timestamp() }}
{% endmacro %}

{% macro snapshot_string_as_time(timestamp) -%}
  {{ adapter.dispatch('snapshot_string_as_time', 'dbt')(timestamp) }}
{%- endmacro %}

{% macro default__snapshot_string_as_time(timestamp) %}
  {%- do exceptions.raise_not_implemented('snapshot_string_as_time macro not implemented for adapter ' ~ adapter.type()) -%}
{% endmacro %}

{% macro get_snapshot_get_time_data_type() %}
  {%- set clock = adapter.dispatch('snapshot_get_time', 'dbt')() -%}
  {%- set columns = get_column_schema_from_query('select ' ~ clock ~ ' as dbt_snapshot_time') -%}
  {{ return(columns[0].dtype or none) }}
{% endmacro %}

{#- None when the query has no such column. -#}
{% macro get_updated_at_column_data_type(snapshot_sql) %}
  {%- set found = [] -%}
  {%- for column in get_column_schema_from_query(snapshot_sql) if column.column in ('dbt_updated_at', 'DBT_UPDATED_AT') -%}
    {%- do found.append(column.dtype) -%}
  {%- endfor -%}
  {{ return((found | last) if found else none) }}
{% endmacro %}

{#- Warns when a snapshot's own timestamps and the clock's are of different types, since they end up in one column. -#}
{% macro check_time_data_types(sql) %}
  {%- set of_rows = get_updated_at_column_data_type(sql) -%}
  {%- set of_clock = get_snapshot_get_time_data_type() -%}
  {%- if of_clock is not none and of_rows is not none and of_clock != of_rows -%}
    {%- if exceptions.warn_snapshot_timestamp_data_types -%}
      {%- do exceptions.warn_snapshot_timestamp_data_types(of_clock, of_rows) -%}
    {%- endif -%}
  {%- endif -%}
{% endmacro %}
