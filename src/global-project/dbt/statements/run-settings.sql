{#- Settings that a node may fix for itself and that the command line decides otherwise. -#}

{#- Keeps the text of the call block as the SQL to send ahead of the node's own. -#}
{% macro set_sql_header(config) -%}
  {{ config.set('sql_header', caller()) }}
{%- endmacro %}

{% macro should_full_refresh() %}
  {%- set configured = config.get('full_refresh') -%}
  {%- do return(flags.FULL_REFRESH if configured is none else configured) -%}
{% endmacro %}

{% macro should_store_failures() %}
  {%- set configured = config.get('store_failures') -%}
  {%- do return(flags.STORE_FAILURES if configured is none else configured) -%}
{% endmacro %}

{#- True while an existing table is being added to: the node has to be incremental, its table there, and no rebuild asked for. -#}
{% macro is_incremental() %}
  {%- if not execute -%}
    {{ return(False) }}
  {%- endif -%}
  {%- set existing = adapter.get_relation(this.database, this.schema, this.table) -%}
  {{ return(
    existing is not none
    and existing.type == 'table'
    and model.config.materialized == 'incremental'
    and not should_full_refresh()
  ) }}
{% endmacro %}

{% macro is_core_v2() -%}
  {{ return(dbt_version.split('.') | first | int == 2) }}
{%- endmacro %}
