{% macro column_values(table, column, default=[]) -%}
    {{ return(adapter.dispatch('column_values', 'kit')(table, column, default)) }}
{%- endmacro %}

{% macro default__column_values(table, column, default) -%}
    {%- if not execute %}{{ return(default) }}{% endif -%}
    {%- call statement('column_values', fetch_result=true) %}
        select distinct {{ column }} as value from {{ table }} order by 1
    {% endcall -%}
    {%- set rows = load_result('column_values') -%}
    {%- if rows['data'] | length == 0 %}{{ return(default) }}{% endif -%}
    {{ return(rows['data'] | map(attribute=0) | list) }}
{%- endmacro %}

{% macro star(from, relation_alias=false, except=[], prefix='', quote_identifiers=true) -%}
    {%- do kit.is_relation(from, 'star') -%}
    {%- if not execute %}{{ return('*') }}{% endif -%}
    {%- set left_out = except | map('lower') | list -%}
    {%- set columns = adapter.get_columns_in_relation(from) -%}
    {%- for column in columns if column.column | lower not in left_out -%}
        {%- if relation_alias %}{{ relation_alias }}.{% endif -%}
        {{ adapter.quote(column.column) if quote_identifiers else column.name }}
        {%- if prefix %} as {{ (prefix ~ column.column) | trim }}{% endif -%}
        {%- if not loop.last %}, {% endif -%}
    {%- endfor -%}
{%- endmacro %}

{% macro is_relation(thing, name) %}
    {%- if not (thing is mapping and thing.get('metadata', {}).get('type', '').endswith('Relation')) -%}
        {%- do exceptions.raise_compiler_error('Macro ' ~ name ~ ' expected a Relation but received ' ~ thing) -%}
    {%- endif -%}
{% endmacro %}

{% macro row_count(relation) %}
    {%- set result = run_query('select count(*) as n, max(ordered_on) as newest from ' ~ relation) -%}
    {%- if execute -%}
        {%- for row in result.rows -%}
            {%- do log(relation.identifier ~ ': ' ~ row['n'] ~ ' ' ~ row[1], info=true) -%}
        {%- endfor -%}
        {{ return(result.columns[0].values()[0]) }}
    {%- endif -%}
{% endmacro %}
