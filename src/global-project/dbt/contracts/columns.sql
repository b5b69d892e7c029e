{#- Model contracts: the declared columns as DDL, and the check that the query keeps to them. -#}

{% macro get_table_columns_and_constraints() -%}
  {{ adapter.dispatch('get_table_columns_and_constraints', 'dbt')() }}
{%- endmacro %}

{% macro default__get_table_columns_and_constraints() -%}
  {{ return(table_columns_and_constraints()) }}
{%- endmacro %}

{#- The bracketed part of a create table statement. -#}
{% macro table_columns_and_constraints() %}
  {%- set columns = adapter.render_raw_columns_constraints(raw_columns=model['columns']) -%}
  {%- set constraints = adapter.render_raw_model_constraints(raw_constraints=model['constraints']) -%}
  (
    {{ (columns + constraints) | join(',\n    ') }}
  )
{% endmacro %}

{% macro get_assert_columns_equivalent(sql) -%}
  {{ adapter.dispatch('get_assert_columns_equivalent', 'dbt')(sql) }}
{%- endmacro %}

{% macro default__get_assert_columns_equivalent(sql) -%}
  {{ return(assert_columns_equivalent(sql)) }}
{%- endmacro %}

{#- Stops the node when names, types or number of the query's columns are not the declared ones. Order is free. -#}
{% macro assert_columns_equivalent(sql) %}
  {%- set declared = model['columns'] -%}
  {%- if not declared -%}
    {%- do exceptions.raise_contract_error([], []) -%}
  {%- endif -%}

  {%- set actual_columns = get_column_schema_from_query(sql, config.get('sql_header', none)) -%}
  {%- set declared_columns = get_column_schema_from_query(get_empty_schema_sql(declared)) -%}
  {%- set from_sql = format_columns(actual_columns) -%}
  {%- set from_yaml = format_columns(declared_columns) -%}

  {%- if from_sql | length != from_yaml | length -%}
    {%- do exceptions.raise_contract_error(from_yaml, from_sql) -%}
  {%- endif -%}
  {%- for column in from_sql -%}
    {%- set declaration = from_yaml | selectattr('name', 'equalto', column['name']) | list | first -%}
    {%- if not declaration or declaration['formatted'] != column['formatted'] -%}
      {%- do exceptions.raise_contract_error(from_yaml, from_sql) -%}
    {%- endif -%}
  {%- endfor -%}
{% endmacro %}

{% macro format_columns(columns) %}
  {%- set formatted = [] -%}
  {%- for column in columns -%}
    {%- do formatted.append(adapter.dispatch('format_column', 'dbt')(column)) -%}
  {%- endfor -%}
  {{ return(formatted) }}
{% endmacro %}

{% macro default__format_column(column) -%}
  {{ return({'name': column.name, 'data_type': column.dtype, 'formatted': column.column.lower() ~ ' ' ~ column.dtype}) }}
{%- endmacro %}
