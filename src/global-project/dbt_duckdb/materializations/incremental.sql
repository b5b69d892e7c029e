{#- A table that is added to. The first run builds it directly, a full refresh swaps it; otherwise the new rows go to a temporary
    table and the strategy's SQL writes them into the target. -#}

{%- materialization incremental, adapter='duckdb', supported_languages=['sql', 'python'] -%}
  {%- set language = model['language'] -%}
  {%- set existing_relation = load_cached_relation(this) -%}
  {%- set target_relation = this.incorporate(type='table') -%}
  {%- set intermediate_relation = make_intermediate_relation(target_relation) -%}
  {%- set backup_relation = make_backup_relation(target_relation, 'table' if existing_relation is none else existing_relation.type) -%}

  {%- set unique_key = config.get('unique_key') -%}
  {%- set full_refresh_mode = should_full_refresh() or existing_relation.is_view -%}
  {%- set on_schema_change = incremental_validate_on_schema_change(config.get('on_schema_change'), default='ignore') -%}
  {%- set grant_config = config.get('grants') -%}
  {%- set builds_anew = existing_relation is none or full_refresh_mode -%}
  {%- set partitioned_by = duckdb__get_partitioned_by(target_relation, false) if builds_anew else none -%}
  {%- set sorted_by = duckdb__get_sorted_by(target_relation, false) if builds_anew else none -%}
  {%- set own_transaction = (partitioned_by or sorted_by) and adapter.is_ducklake(target_relation) -%}

  {%- set leftovers = [load_cached_relation(intermediate_relation), load_cached_relation(backup_relation)] -%}
  {%- for leftover in leftovers -%}
    {%- do drop_relation_if_exists(leftover) -%}
  {%- endfor -%}

  {%- set to_drop = [] -%}
  {%- set dropped = [] -%}
  {%- set scratch = duckdb__dispatch_temporary_relation(target_relation, adapter.batch_id_for_model(model)) -%}
  {%- if not scratch.temporary -%}
    {%- do to_drop.append(scratch.relation) -%}
  {%- endif -%}

  {%- do run_hooks(pre_hooks, inside_transaction=False) -%}
  {%- do run_hooks(pre_hooks, inside_transaction=True) -%}

  {%- set swap = false -%}
  {%- if builds_anew -%}
    {%- if existing_relation is none -%}
      {%- set built_relation = target_relation -%}
    {%- elif has_foreign_key_constraints(existing_relation) -%}
      {%- set dropped = drop_relation_for_rebuild(existing_relation) -%}
      {%- set built_relation = target_relation -%}
    {%- else -%}
      {%- set swap = true -%}
      {%- set built_relation = intermediate_relation -%}
    {%- endif -%}
    {%- set build_sql = create_table_as(
      False, built_relation, compiled_code, language, partitioned_by=partitioned_by, sorted_by=sorted_by) -%}
  {%- else -%}
    {%- set new_rows_sql = create_table_as(scratch.temporary, scratch.relation, compiled_code, language, partitioned_by=none, sorted_by=none) -%}
    {%- if language == 'python' -%}
      {%- call statement('pre', language=language) -%}
        {{ new_rows_sql }}
      {%- endcall -%}
    {%- else -%}
      {%- do run_query(new_rows_sql) -%}
    {%- endif -%}
    {%- do adapter.expand_target_column_types(from_relation=scratch.relation, to_relation=target_relation) -%}
    {%- set dest_columns = process_schema_changes(on_schema_change, scratch.relation, existing_relation)
                           or adapter.get_columns_in_relation(existing_relation) -%}
    {%- set strategy_sql = adapter.get_incremental_strategy_macro(context, config.get('incremental_strategy') or 'default') -%}
    {%- set build_sql = strategy_sql({
      'target_relation': target_relation,
      'temp_relation': scratch.relation,
      'unique_key': unique_key,
      'dest_columns': dest_columns,
      'incremental_predicates': config.get('predicates', none) or config.get('incremental_predicates', none)
    }) -%}
    {%- set language = 'sql' -%}
    {#- DuckDB reads an index off the file when it is first written to. Before that it does not see deleted keys as gone. -#}
    {%- if config.get('indexes') or 'primary_key' in enforced_constraint_types() or 'unique' in enforced_constraint_types() -%}
      {%- do run_query('insert into ' ~ target_relation.render() ~ ' select * from ' ~ target_relation.render() ~ ' limit 0') -%}
    {%- endif -%}
  {%- endif -%}

  {%- call statement('main', language=language, auto_begin=not own_transaction) -%}
    {{ build_sql }}
  {%- endcall -%}

  {%- if swap -%}
    {%- do drop_indexes_on_relation(target_relation) -%}
    {%- if may_be_foreign_key_target(target_relation) -%}
      {%- set dropped = drop_foreign_key_dependents(target_relation) -%}
    {%- endif -%}
    {%- do adapter.rename_relation(target_relation, backup_relation) -%}
    {%- do adapter.rename_relation(intermediate_relation, target_relation) -%}
    {%- do to_drop.append(backup_relation) -%}
  {%- endif -%}
  {%- do restore_foreign_key_dependents(dropped) -%}

  {%- do apply_grants(target_relation, grant_config, should_revoke=should_revoke(existing_relation, full_refresh_mode)) -%}
  {%- if existing_relation is none or existing_relation.is_view or should_full_refresh() -%}
    {%- do create_indexes(target_relation) -%}
  {%- endif -%}
  {%- do persist_docs(target_relation, model) -%}
  {%- do run_hooks(post_hooks, inside_transaction=True) -%}
  {%- do adapter.commit() -%}

  {%- for relation in to_drop -%}
    {%- if not adapter.is_motherduck() -%}
      {%- do drop_indexes_on_relation(relation) -%}
    {%- endif -%}
    {%- do adapter.drop_relation(relation) -%}
  {%- endfor -%}
  {%- do run_hooks(post_hooks, inside_transaction=False) -%}
  {{ return({'relations': [target_relation]}) }}
{%- endmaterialization -%}
