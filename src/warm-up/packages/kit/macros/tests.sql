{% test expression_is_true(model, expression, column_name=none) %}
    {{ return(adapter.dispatch('test_expression_is_true', 'kit')(model, expression, column_name)) }}
{% endtest %}

{% macro default__test_expression_is_true(model, expression, column_name) %}
    {%- set column_list = '*' if should_store_failures() else '1' %}
    select {{ column_list }} from {{ model }}
    where not({{ column_name ~ ' ' if column_name else '' }}{{ expression }})
{% endmacro %}

{% test equal_rows(model, compare_model) %}
    {%- set counted = kit.row_count(model) if execute and 'ordered_on' in adapter.get_columns_in_relation(model) | map(attribute='name') else none -%}
    with ours as (select count(*) as n from {{ model }}),
    others as (select count(*) as n from {{ compare_model }})
    select ours.n, others.n as other from ours, others where ours.n != others.n
{% endtest %}
