{% test at_least_one(model) %}
{{ config(severity='error', fail_calc='count(*)') }}
select 1 from (select count(*) as n from {{ model }}) where n = 0
{% endtest %}
