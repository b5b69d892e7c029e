{#- A table from a query. -#}

{% macro get_create_table_as_sql(temporary, relation, sql) -%}
  {{ adapter.dispatch('get_create_table_as_sql', 'dbt')(temporary, relation, sql) }}
{%- endmacro %}

{% macro default__get_create_table_as_sql(temporary, relation, sql) -%}
  {{ return(create_table_as(temporary, relation, sql)) }}
{%- endmacro %}

{#- An override written before other languages existed takes three arguments, so the fourth is passed only when it matters. -#}
{% macro create_table_as(temporary, relation, compiled_code, language='sql') -%}
  {%- set build = adapter.dispatch('create_table_as', 'dbt') -%}
  {%- if language == 'sql' -%}
    {{ build(temporary, relation, compiled_code) }}
  {%- else -%}
    {{ build(temporary, relation, compiled_code, language) }}
  {%- endif -%}
{%- endmacro %}

{% macro default__create_table_as(temporary, relation, sql) -%}
  {%- set header = config.get('sql_header', none) -%}
  {%- set contract = config.get('contract') -%}
  {%- set with_contract = contract.enforced and not temporary -%}
  {{ header if header is not none }}

  create {{ 'temporary ' if temporary }}table {{ relation.include(database=(not temporary), schema=(not temporary)) }}
  {% if with_contract -%}
    {{ get_assert_columns_equivalent(sql) }}
    {{ get_table_columns_and_constraints() }}
    {%- set sql = get_select_subquery(sql) -%}
  {%- endif %}
  as (
    {{ sql }}
  );
{%- endmacro %}

{#- The declared columns in their declared order. -#}
{% macro default__get_column_names() %}
  {%- set names = [] -%}
  {%- for column in model['columns'].values() -%}
    {%- do names.append(adapter.quote(column['name']) if column.get('quote') else column['name']) -%}
  {%- endfor -%}
  {{ names | join(', ') }}
{%- endmacro %}

{#- Brings a query's columns into the declared order. -#}
{% macro get_select_subquery(sql) %}
  {{ return(adapter.dispatch('get_select_subquery', 'dbt')(sql)) }}
{% endmacro %}

{% macro default__get_select_subquery(sql) %}
    select {{ adapter.dispatch('get_column_names', 'dbt')() }}
    from (
        {{ sql }}
    ) as model_subq
{%- endmacro %}
