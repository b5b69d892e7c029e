{#- Materialized views: the choice of what to do is made here, the SQL is left to adapters. DuckDB has none, so every default is an error. -#}

{% macro get_create_materialized_view_as_sql(relation, sql) -%}
  {{- adapter.dispatch('get_create_materialized_view_as_sql', 'dbt')(relation, sql) -}}
{%- endmacro %}

{% macro default__get_create_materialized_view_as_sql(relation, sql) -%}
  {%- do exceptions.raise_compiler_error("`get_create_materialized_view_as_sql` has not been implemented for this adapter.") -%}
{%- endmacro %}

{% macro refresh_materialized_view(relation) %}
  {%- do log('refresh: ' ~ relation) -%}
  {{- adapter.dispatch('refresh_materialized_view', 'dbt')(relation) -}}
{% endmacro %}

{% macro default__refresh_materialized_view(relation) %}
  {%- do exceptions.raise_compiler_error("`refresh_materialized_view` has not been implemented for this adapter.") -%}
{% endmacro %}

{% macro get_alter_materialized_view_as_sql(relation, configuration_changes, sql, existing_relation, backup_relation, intermediate_relation) %}
  {%- do log('alter: ' ~ relation) -%}
  {{- adapter.dispatch('get_alter_materialized_view_as_sql', 'dbt')(
    relation, configuration_changes, sql, existing_relation, backup_relation, intermediate_relation) -}}
{% endmacro %}

{% macro default__get_alter_materialized_view_as_sql(relation, configuration_changes, sql, existing_relation, backup_relation, intermediate_relation) %}
  {%- do exceptions.raise_compiler_error("Materialized views have not been implemented for this adapter.") -%}
{% endmacro %}

{% macro get_materialized_view_configuration_changes(existing_relation, new_config) %}
  {%- do log('compare configuration: ' ~ existing_relation) -%}
  {%- do return(adapter.dispatch('get_materialized_view_configuration_changes', 'dbt')(existing_relation, new_config)) -%}
{% endmacro %}

{% macro default__get_materialized_view_configuration_changes(existing_relation, new_config) %}
  {%- do exceptions.raise_compiler_error("Materialized views have not been implemented for this adapter.") -%}
{% endmacro %}

{% macro materialized_view_setup(backup_relation, intermediate_relation, pre_hooks) %}
  {%- do drop_relation_if_exists(load_cached_relation(backup_relation)) -%}
  {%- do drop_relation_if_exists(load_cached_relation(intermediate_relation)) -%}
  {%- do run_hooks(pre_hooks, inside_transaction=False) -%}
{% endmacro %}

{% macro materialized_view_teardown(backup_relation, intermediate_relation, post_hooks) %}
  {%- do drop_relation_if_exists(backup_relation) -%}
  {%- do drop_relation_if_exists(intermediate_relation) -%}
  {%- do run_hooks(post_hooks, inside_transaction=False) -%}
{% endmacro %}

{#- The SQL that brings the view up to date; empty text means leave it alone. -#}
{% macro materialized_view_get_build_sql(existing_relation, target_relation, backup_relation, intermediate_relation) %}
  {%- set rebuild = should_full_refresh() -%}
  {%- if existing_relation is none -%}
    {%- do return(get_create_materialized_view_as_sql(target_relation, sql)) -%}
  {%- endif -%}
  {%- if rebuild or not existing_relation.is_materialized_view -%}
    {%- do return(get_replace_sql(existing_relation, target_relation, sql)) -%}
  {%- endif -%}

  {%- set on_change = config.get('on_configuration_change') -%}
  {%- set changes = get_materialized_view_configuration_changes(existing_relation, config) -%}
  {%- if changes is none -%}
    {%- do return(refresh_materialized_view(target_relation)) -%}
  {%- elif on_change == 'apply' -%}
    {%- do return(get_alter_materialized_view_as_sql(
      target_relation, changes, sql, existing_relation, backup_relation, intermediate_relation)) -%}
  {%- endif -%}

  {%- set found = "Configuration changes were identified and `on_configuration_change` was set to `" ~ on_change ~ "` for `" ~ target_relation.render() ~ "`" -%}
  {%- if on_change == 'continue' -%}
    {%- do exceptions.warn(found) -%}
    {%- do return('') -%}
  {%- elif on_change == 'fail' -%}
    {%- do exceptions.raise_fail_fast_error(found) -%}
  {%- else -%}
    {%- do exceptions.raise_compiler_error("Unexpected configuration scenario") -%}
  {%- endif -%}
{% endmacro %}

{% macro materialized_view_execute_no_op(target_relation) %}
  {%- do store_raw_result(name='main', message='skip ' ~ target_relation, code='skip', rows_affected='-1') -%}
{% endmacro %}

{% macro materialized_view_execute_build_sql(build_sql, existing_relation, target_relation, post_hooks) %}
  {%- do run_hooks(pre_hooks, inside_transaction=True) -%}
  {%- call statement(name='main') -%}
    {{ build_sql }}
  {%- endcall -%}
  {%- do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(existing_relation, full_refresh_mode=True)) -%}
  {%- do persist_docs(target_relation, model) -%}
  {%- do run_hooks(post_hooks, inside_transaction=True) -%}
  {%- do adapter.commit() -%}
{% endmacro %}
