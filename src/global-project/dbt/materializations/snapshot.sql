{#- History of a query's rows: the first run makes the table, later ones stage the changes and merge them. -#}

{%- materialization snapshot, default -%}
  {%- set target_exists, target_relation = get_or_create_relation(
    database=model.database, schema=model.schema, identifier=model.get('alias', model.get('name')), type='table') -%}
  {%- if not target_relation.is_table -%}
    {%- do exceptions.relation_wrong_type(target_relation, 'table') -%}
  {%- endif -%}
  {%- set grant_config = config.get('grants') -%}

  {%- do run_hooks(pre_hooks, inside_transaction=False) -%}
  {%- do run_hooks(pre_hooks, inside_transaction=True) -%}

  {%- set strategy_macro = strategy_dispatch(config.get('strategy')) -%}
  {%- set strategy = strategy_macro(model, 'snapshotted_data', 'source_data', model['config'], target_exists) -%}

  {%- set staging_relations = [] -%}
  {%- if not target_exists -%}
    {%- set rows_sql = build_snapshot_table(strategy, model['compiled_code']) -%}
    {%- set write_sql = create_table_as(False, target_relation, rows_sql) -%}
  {%- else -%}
    {%- set columns = config.get('snapshot_table_column_names') or get_snapshot_table_column_names() -%}
    {%- do adapter.assert_valid_snapshot_target_given_strategy(target_relation, columns, strategy) -%}

    {%- set rows_sql = snapshot_staging_table(strategy, sql, target_relation) -%}
    {%- set staging_relation = build_snapshot_staging_table(strategy, sql, target_relation) -%}
    {%- do staging_relations.append(staging_relation) -%}
    {%- do adapter.expand_target_column_types(from_relation=staging_relation, to_relation=target_relation) -%}

    {#- The staging columns that are tools of the run and no part of the history. -#}
    {%- set working_columns = ['dbt_change_type', 'DBT_CHANGE_TYPE', 'dbt_unique_key', 'DBT_UNIQUE_KEY'] -%}
    {%- if config.get('unique_key') | is_list -%}
      {%- for key in strategy.unique_key -%}
        {%- do working_columns.append('dbt_unique_key_' ~ loop.index) -%}
        {%- do working_columns.append('DBT_UNIQUE_KEY_' ~ loop.index) -%}
      {%- endfor -%}
    {%- endif -%}
    {%- do create_columns(
      target_relation,
      adapter.get_missing_columns(staging_relation, target_relation) | rejectattr('name', 'in', working_columns) | list) -%}

    {%- set written = [] -%}
    {%- for column in adapter.get_columns_in_relation(staging_relation) if column.name not in working_columns -%}
      {%- do written.append(adapter.quote(column.name)) -%}
    {%- endfor -%}
    {%- set write_sql = snapshot_merge_sql(target=target_relation, source=staging_relation, insert_cols=written) -%}
  {%- endif -%}

  {%- do check_time_data_types(rows_sql) -%}
  {%- call statement('main') -%}
    {{ write_sql }}
  {%- endcall -%}

  {%- do apply_grants(target_relation, grant_config, should_revoke=should_revoke(target_exists, full_refresh_mode=False)) -%}
  {%- do persist_docs(target_relation, model) -%}
  {%- if not target_exists -%}
    {%- do create_indexes(target_relation) -%}
  {%- endif -%}

  {%- do run_hooks(post_hooks, inside_transaction=True) -%}
  {%- do adapter.commit() -%}
  {%- for staging_relation in staging_relations -%}
    {%- do post_snapshot(staging_relation) -%}
  {%- endfor -%}
  {%- do run_hooks(post_hooks, inside_transaction=False) -%}
  {{ return({'relations': [target_relation]}) }}
{%- endmaterialization -%}
