{#- A table is built under a scratch name and takes its place by two renames. -#}

{%- materialization table, default -%}
  {%- set existing_relation = load_cached_relation(this) -%}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- set intermediate_relation = make_intermediate_relation(target_relation) -%}
  {%- set backup_relation = make_backup_relation(target_relation, 'table' if existing_relation is none else existing_relation.type) -%}
  {%- set leftovers = [load_cached_relation(intermediate_relation), load_cached_relation(backup_relation)] -%}
  {%- set grant_config = config.get('grants') -%}

  {%- for leftover in leftovers -%}
    {%- do drop_relation_if_exists(leftover) -%}
  {%- endfor -%}
  {%- do run_hooks(pre_hooks, inside_transaction=False) -%}
  {%- do run_hooks(pre_hooks, inside_transaction=True) -%}

  {%- call statement('main') -%}
    {{ get_create_table_as_sql(False, intermediate_relation, sql) }}
  {%- endcall -%}
  {%- do create_indexes(intermediate_relation) -%}

  {%- if existing_relation is not none -%}
    {%- set existing_relation = load_cached_relation(existing_relation) -%}
    {%- if existing_relation is not none -%}
      {%- do adapter.rename_relation(existing_relation, backup_relation) -%}
    {%- endif -%}
  {%- endif -%}
  {%- do adapter.rename_relation(intermediate_relation, target_relation) -%}

  {%- do run_hooks(post_hooks, inside_transaction=True) -%}
  {%- do apply_grants(target_relation, grant_config, should_revoke=should_revoke(existing_relation, full_refresh_mode=True)) -%}
  {%- do persist_docs(target_relation, model) -%}
  {%- do adapter.commit() -%}

  {%- do drop_relation_if_exists(backup_relation) -%}
  {%- do run_hooks(post_hooks, inside_transaction=False) -%}
  {{ return({'relations': [target_relation]}) }}
{%- endmaterialization -%}
