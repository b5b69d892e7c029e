{% macro initcap(expression) %}
    {{- return(adapter.dispatch('initcap', 'kit')(expression)) -}}
{% endmacro %}

{% macro default__initcap(expression) -%}
    initcap({{ expression }})
{%- endmacro %}

{% macro duckdb__initcap(expression) -%}
    upper(left({{ expression }}, 1)) || lower(substr({{ expression }}, 2))
{%- endmacro %}

{% macro slug(text) -%}
    {%- set found = modules.re.sub('[^0-9a-z]+', '_', text | string | lower) -%}
    {{ return(found) }}
{%- endmacro %}

{% macro surrogate_key(fields) %}
    {%- if fields is string %}{% set fields = [fields] %}{% endif -%}
    {%- set parts = [] -%}
    {%- for field in fields -%}
        {%- do parts.append("coalesce(cast(" ~ field ~ " as " ~ dbt.type_string() ~ "), '')") -%}
        {%- if not loop.last %}{% do parts.append("'-'") %}{% endif -%}
    {%- endfor -%}
    {{ dbt.hash(dbt.concat(parts)) }}
{% endmacro %}

{% macro group_by(count) -%}
    group by {% for index in range(1, count + 1) %}{{ index }}{{ ', ' if not loop.last }}{% endfor %}
{%- endmacro %}
