{#-
  Columns. `describe` asks for one relation; information_schema would load the whole catalogue of every attached lake. It is
  sent bare, because DuckDB takes twice as long for a query around it.
-#}

{% macro duckdb__get_columns_in_relation(relation) -%}
  {%- call statement('get_columns_in_relation', fetch_result=True) -%}
    describe {{ relation.render() }}
  {%- endcall -%}
  {%- set described = [] -%}
  {%- for row in load_result('get_columns_in_relation').data -%}
    {%- do described.append((row[0], row[1], none, none, none)) -%}
  {%- endfor -%}
  {{ return(sql_convert_columns_in_relation(described)) }}
{%- endmacro %}

{#- The header cannot stand inside the query that is described, so it runs first, for what it leaves in the session. -#}
{% macro duckdb__get_empty_subquery_sql(select_sql, select_sql_header=none) %}
    {%- if select_sql_header is not none -%}
      {%- do run_query(select_sql_header) -%}
    {%- endif -%}
    select * from (
        {{ select_sql }}
    ) as __dbt_sbq
    where false
    limit 0
{% endmacro %}

{#- One column per statement is all DuckDB takes. -#}
{% macro duckdb__alter_relation_add_remove_columns(relation, add_columns, remove_columns) %}
  {%- set target = 'alter ' ~ relation.type ~ ' ' ~ relation -%}
  {%- for column in add_columns or [] -%}
    {%- do run_query(target ~ ' add column ' ~ api.Relation.create(identifier=column.name) ~ ' ' ~ column.data_type) -%}
  {%- endfor -%}
  {%- for column in remove_columns or [] -%}
    {%- do run_query(target ~ ' drop column ' ~ api.Relation.create(identifier=column.name)) -%}
  {%- endfor -%}
{% endmacro %}
