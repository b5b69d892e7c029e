{#- Putting a relation in the place of another: in one statement where the adapter can, else by renames, else drop and create. -#}

{% macro get_replace_sql(existing_relation, target_relation, sql) %}
  {%- do log('replace: ' ~ existing_relation) -%}
  {{- adapter.dispatch('get_replace_sql', 'dbt')(existing_relation, target_relation, sql) -}}
{% endmacro %}

{% macro default__get_replace_sql(existing_relation, target_relation, sql) %}
  {%- set same_kind = existing_relation.type == target_relation.type -%}
  {%- set in_one_statement = same_kind and existing_relation.can_be_replaced -%}

  {%- if in_one_statement and existing_relation.is_view -%}
    {{ get_replace_view_sql(target_relation, sql) }}
  {%- elif in_one_statement and existing_relation.is_table -%}
    {{ get_replace_table_sql(target_relation, sql) }}
  {%- elif in_one_statement and existing_relation.is_materialized_view -%}
    {{ get_replace_materialized_view_sql(target_relation, sql) }}
  {%- else -%}
    {%- set steps = [] -%}
    {%- if target_relation.can_be_renamed -%}
      {%- do steps.append(get_create_intermediate_sql(target_relation, sql)) -%}
    {%- endif -%}
    {%- if existing_relation.can_be_renamed -%}
      {%- do steps.append(get_create_backup_sql(existing_relation)) -%}
    {%- else -%}
      {%- do steps.append(get_drop_sql(existing_relation)) -%}
    {%- endif -%}
    {%- if target_relation.can_be_renamed -%}
      {%- do steps.append(get_rename_intermediate_sql(target_relation)) -%}
    {%- else -%}
      {%- do steps.append(get_create_sql(target_relation, sql)) -%}
    {%- endif -%}
    {%- if existing_relation.can_be_renamed -%}
      {%- do steps.append(get_drop_backup_sql(existing_relation)) -%}
    {%- endif -%}
    {{ steps | join(';\n') }}
  {%- endif -%}
{% endmacro %}

{% macro get_replace_view_sql(relation, sql) %}
  {{- adapter.dispatch('get_replace_view_sql', 'dbt')(relation, sql) -}}
{% endmacro %}

{% macro default__get_replace_view_sql(relation, sql) %}
  {%- do exceptions.raise_compiler_error("`get_replace_view_sql` has not been implemented for this adapter.") -%}
{% endmacro %}

{% macro get_replace_table_sql(relation, sql) %}
  {{- adapter.dispatch('get_replace_table_sql', 'dbt')(relation, sql) -}}
{% endmacro %}

{% macro default__get_replace_table_sql(relation, sql) %}
  {%- do exceptions.raise_compiler_error("`get_replace_table_sql` has not been implemented for this adapter.") -%}
{% endmacro %}

{% macro get_replace_materialized_view_sql(relation, sql) %}
  {{- adapter.dispatch('get_replace_materialized_view_sql', 'dbt')(relation, sql) -}}
{% endmacro %}

{% macro default__get_replace_materialized_view_sql(relation, sql) %}
  {%- do exceptions.raise_compiler_error("`get_replace_materialized_view_sql` has not been implemented for this adapter.") -%}
{% endmacro %}

{#- A whole view build for databases with `create or replace view`; meant to be called from a project's own materialization. -#}
{% macro create_or_replace_view() %}
  {%- set target_relation = api.Relation.create(identifier=model['alias'], schema=schema, database=database, type='view') -%}
  {%- set existing = adapter.get_relation(database=database, schema=schema, identifier=model['alias']) -%}
  {%- set was_view = existing is not none and existing.is_view -%}

  {%- do run_hooks(pre_hooks) -%}

  {%- if existing is not none and existing.is_table -%}
    {%- do handle_existing_table(should_full_refresh(), existing) -%}
  {%- endif -%}

  {%- call statement('main') -%}
    {{ get_create_view_as_sql(target_relation, sql) }}
  {%- endcall -%}

  {%- do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(was_view, full_refresh_mode=True)) -%}
  {%- do run_hooks(post_hooks) -%}
  {{ return({'relations': [target_relation]}) }}
{% endmacro %}

{% macro handle_existing_table(full_refresh, old_relation) %}
  {{ adapter.dispatch('handle_existing_table', 'dbt')(full_refresh, old_relation) }}
{% endmacro %}

{% macro default__handle_existing_table(full_refresh, old_relation) %}
  {%- do log('Dropping relation ' ~ old_relation.render() ~ ' because it is of type ' ~ old_relation.type) -%}
  {%- do adapter.drop_relation(old_relation) -%}
{% endmacro %}
