{#- Where a node's schema name comes from. A project may replace the first or the last macro; the replacement then names every node. -#}

{% macro generate_schema_name(custom_schema_name=none, node=none) -%}
  {{ return(adapter.dispatch('generate_schema_name', 'dbt')(custom_schema_name, node)) }}
{%- endmacro %}

{#- The target's schema, with the configured schema as a suffix. -#}
{% macro default__generate_schema_name(custom_schema_name, node) -%}
  {{- target.schema -}}
  {%- if custom_schema_name is not none -%}
    {{- '_' ~ (custom_schema_name | trim) -}}
  {%- endif -%}
{%- endmacro %}

{#- Offered as a body for a project's own generate_schema_name: the configured schema counts in production only. -#}
{% macro generate_schema_name_for_env(custom_schema_name, node) -%}
  {%- set in_production = target.name == 'prod' -%}
  {{- (custom_schema_name | trim) if in_production and custom_schema_name is not none else target.schema -}}
{%- endmacro %}
