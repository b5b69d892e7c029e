{#- A table that is added to: new rows go to a temporary table, and a strategy writes them into the target. -#}

{%- materialization incremental, default -%}
  {%- set existing_relation = load_cached_relation(this) -%}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- set temp_relation = make_temp_relation(target_relation) -%}
  {%- set intermediate_relation = make_intermediate_relation(target_relation) -%}
  {%- set backup_relation = make_backup_relation(target_relation, 'table' if existing_relation is none else existing_relation.type) -%}

  {%- set unique_key = config.get('unique_key') -%}
  {%- set full_refresh_mode = should_full_refresh() or existing_relation.is_view -%}
  {%- set on_schema_change = incremental_validate_on_schema_change(config.get('on_schema_change'), default='ignore') -%}
  {%- set grant_config = config.get('grants') -%}

  {%- set leftovers = [load_cached_relation(intermediate_relation), load_cached_relation(backup_relation)] -%}
  {%- for leftover in leftovers -%}
    {%- do drop_relation_if_exists(leftover) -%}
  {%- endfor -%}
  {%- do run_hooks(pre_hooks, inside_transaction=False) -%}
  {%- do run_hooks(pre_hooks, inside_transaction=True) -%}

  {#- An unknown strategy fails on the first run already. -#}
  {%- set strategy_sql = adapter.get_incremental_strategy_macro(context, config.get('incremental_strategy') or 'default') -%}
  {%- set swap = false -%}
  {%- if existing_relation is none -%}
    {%- set build_sql = get_create_table_as_sql(False, target_relation, sql) -%}
    {%- set indexed_relation = target_relation -%}
  {%- elif full_refresh_mode -%}
    {%- set swap = true -%}
    {%- set build_sql = get_create_table_as_sql(False, intermediate_relation, sql) -%}
    {%- set indexed_relation = intermediate_relation -%}
  {%- else -%}
    {%- do run_query(get_create_table_as_sql(True, temp_relation, sql)) -%}
    {%- set indexed_relation = temp_relation -%}
    {%- set contract = config.get('contract') -%}
    {%- if not contract or not contract.enforced -%}
      {%- do adapter.expand_target_column_types(from_relation=temp_relation, to_relation=target_relation) -%}
    {%- endif -%}
    {%- set dest_columns = process_schema_changes(on_schema_change, temp_relation, existing_relation)
                           or adapter.get_columns_in_relation(existing_relation) -%}
    {%- set build_sql = strategy_sql({
      'target_relation': target_relation,
      'temp_relation': temp_relation,
      'unique_key': unique_key,
      'dest_columns': dest_columns,
      'incremental_predicates': config.get('predicates', none) or config.get('incremental_predicates', none)
    }) -%}
  {%- endif -%}

  {%- call statement('main') -%}
    {{ build_sql }}
  {%- endcall -%}

  {%- if existing_relation is none or existing_relation.is_view or should_full_refresh() -%}
    {%- do create_indexes(indexed_relation) -%}
  {%- endif -%}
  {%- if swap -%}
    {%- do adapter.rename_relation(target_relation, backup_relation) -%}
    {%- do adapter.rename_relation(intermediate_relation, target_relation) -%}
  {%- endif -%}

  {%- do apply_grants(target_relation, grant_config, should_revoke=should_revoke(existing_relation, full_refresh_mode)) -%}
  {%- do persist_docs(target_relation, model) -%}
  {%- do run_hooks(post_hooks, inside_transaction=True) -%}
  {%- do adapter.commit() -%}

  {%- if swap -%}
    {%- do adapter.drop_relation(backup_relation) -%}
  {%- endif -%}
  {%- do run_hooks(post_hooks, inside_transaction=False) -%}
  {{ return({'relations': [target_relation]}) }}
{%- endmaterialization -%}
