{#- The SQL that creates a relation of whatever kind, under its own name or a scratch name. -#}

{% macro get_create_sql(relation, sql) -%}
  {%- do log('create: ' ~ relation) -%}
  {{- adapter.dispatch('get_create_sql', 'dbt')(relation, sql) -}}
{%- endmacro %}

{% macro default__get_create_sql(relation, sql) -%}
  {%- if relation.is_view -%}
    {{ get_create_view_as_sql(relation, sql) }}
  {%- elif relation.is_table -%}
    {{ get_create_table_as_sql(False, relation, sql) }}
  {%- elif relation.is_materialized_view -%}
    {{ get_create_materialized_view_as_sql(relation, sql) }}
  {%- else -%}
    {%- do exceptions.raise_compiler_error("`get_create_sql` has not been implemented for: " ~ relation.type) -%}
  {%- endif -%}
{%- endmacro %}

{% macro get_create_intermediate_sql(relation, sql) -%}
  {%- do log('create intermediate: ' ~ relation) -%}
  {{- adapter.dispatch('get_create_intermediate_sql', 'dbt')(relation, sql) -}}
{%- endmacro %}

{% macro default__get_create_intermediate_sql(relation, sql) -%}
  {%- set scratch = make_intermediate_relation(relation) -%}
  {{ get_drop_sql(scratch) }};
  {{ get_create_sql(scratch, sql) }}
{%- endmacro %}

{% macro get_create_backup_sql(relation) -%}
  {%- do log('create backup: ' ~ relation) -%}
  {{- adapter.dispatch('get_create_backup_sql', 'dbt')(relation) -}}
{%- endmacro %}

{#- A backup is the relation itself under another name. -#}
{% macro default__get_create_backup_sql(relation) -%}
  {%- set backup = make_backup_relation(relation, relation.type) -%}
  {{ get_drop_sql(backup) }};
  {{ get_rename_sql(relation, backup.identifier) }}
{%- endmacro %}
