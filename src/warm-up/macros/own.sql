{% macro cents(column, scale=none) -%}
    {%- set factor = 10 ** (scale or var('kit', {}).get('precision', 2)) -%}
    cast({{ column }} * {{ factor | int }} as integer)
{%- endmacro %}

{% macro note(name) %}
    {%- if execute -%}
        {%- do log('built ' ~ name ~ ' at ' ~ run_started_at.strftime('%Y-%m-%d'), info=false) -%}
    {%- endif -%}
    comment on table {{ this }} is '{{ model.name | replace("'", "''") }}'
{% endmacro %}

{% macro summary(results) %}
    {%- if execute and flags.WHICH in ['run', 'build'] -%}
        {%- set states = namespace(text=[]) -%}
        {%- for one in results if one.node.resource_type == 'model' -%}
            {%- do states.text.append(one.node.unique_id.split('.')[-1] ~ ': ' ~ one.status) -%}
        {%- endfor -%}
        select '{{ states.text | join(", ") }}' as summary
    {%- endif -%}
{% endmacro %}

{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if custom_schema_name is none -%}
        {{ target.schema }}
    {%- else -%}
        {{ target.schema }}_{{ custom_schema_name | trim }}
    {%- endif -%}
{%- endmacro %}
