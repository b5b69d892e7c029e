{#- Tables and views from queries. -#}

{#- Two arguments more than elsewhere: DuckLake tables may be partitioned and sorted. -#}
{% macro create_table_as(temporary, relation, compiled_code, language='sql', partitioned_by=none, sorted_by=none) -%}
  {%- set build = adapter.dispatch('create_table_as', 'dbt') -%}
  {{ return(build(temporary, relation, compiled_code, language, partitioned_by=partitioned_by, sorted_by=sorted_by)) }}
{%- endmacro %}

{#- With a contract, or with partitions or an order, the empty table comes first and the rows are inserted; else it is one statement.
    Temporary tables cannot have constraints. The blank lines keep the line numbers of DuckDB's errors where dbt has them. -#}
{% macro duckdb__create_table_as(temporary, relation, compiled_code, language='sql', partitioned_by=none, sorted_by=none) -%}
  {%- if language == 'python' -%}
    {{ py_write_table(temporary=temporary, relation=relation, compiled_code=compiled_code, partitioned_by=partitioned_by, sorted_by=sorted_by) }}
  {%- elif language != 'sql' -%}
    {%- do exceptions.raise_compiler_error("duckdb__create_table_as macro didn't get supported language, it got " ~ language) -%}
  {%- else -%}
    {%- set contract = config.get('contract') -%}
    {%- if contract.enforced -%}
      {%- do get_assert_columns_equivalent(compiled_code) -%}
    {%- endif -%}
    {%- set header = config.get('sql_header', none) -%}
    {%- set with_columns = contract.enforced and not temporary -%}
    {%- set name = relation.include(database=(not temporary), schema=(not temporary)) -%}
    {{ header if header is not none }}

    {% if with_columns or partitioned_by or sorted_by -%}
      create {{ 'temporary ' if temporary }}table {{ name }}
      {%- if with_columns %}
        {{ get_table_columns_and_constraints() }};
      {%- else %} as (
        select * from (
          {{ compiled_code }}
        ) as model_subq
        limit 0
      );
      {%- endif %}
      {{ duckdb__alter_table_set_partitioned_by(relation, partitioned_by) if partitioned_by }}
      {{ duckdb__alter_table_set_sorted_by(relation, sorted_by) if sorted_by }}
      {% if with_columns -%}
        insert into {{ relation }} {{ get_column_names() }} (
          {{ get_select_subquery(compiled_code) }}
        );
      {%- else -%}
        insert into {{ relation }}
        select * from (
          {{ compiled_code }}
        ) as model_subq;
      {%- endif -%}
    {%- else %}



      create {{ 'temporary ' if temporary }}table {{ name }}
      as (
        {{ compiled_code }}
      );
    {%- endif -%}
  {%- endif -%}
{%- endmacro %}

{% macro duckdb__create_view_as(relation, sql) -%}
  {%- set contract = config.get('contract') -%}
  {%- if contract.enforced -%}
    {%- do get_assert_columns_equivalent(sql) -%}
  {%- endif -%}
  {%- set header = config.get('sql_header', none) -%}
  {{ header if header is not none }}

  create view {{ relation }} as (
    {{ sql }}
  );
{%- endmacro %}

{#- The declared columns in brackets, as an insert wants them. -#}
{% macro get_column_names() %}
  {%- set names = [] -%}
  {%- for column in model['columns'].values() -%}
    {%- do names.append(adapter.quote(column['name']) if column.get('quote') else column['name']) -%}
  {%- endfor -%}
  ({{ names | join(', ') }})
{%- endmacro %}
