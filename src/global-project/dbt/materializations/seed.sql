{#- A CSV file as a table: created, or emptied and filled again. -#}

{%- materialization seed, default -%}
  {%- set full_refresh_mode = should_full_refresh() -%}
  {%- set old_relation = adapter.get_relation(database=database, schema=schema, identifier=model['alias']) -%}
  {%- set exists_as_table = old_relation is not none and old_relation.is_table -%}
  {%- set exists_as_view = old_relation is not none and old_relation.is_view -%}
  {%- set grant_config = config.get('grants') -%}

  {%- set agate_table = load_agate_table() -%}
  {%- do store_result('agate_table', response='OK', agate_table=agate_table) -%}

  {%- do run_hooks(pre_hooks, inside_transaction=False) -%}
  {%- do run_hooks(pre_hooks, inside_transaction=True) -%}

  {%- if exists_as_view -%}
    {%- do exceptions.raise_compiler_error("Cannot seed to '" ~ old_relation.render() ~ "', it is a view") -%}
  {%- elif exists_as_table -%}
    {%- set table_sql = reset_csv_table(model, full_refresh_mode, old_relation, agate_table) -%}
  {%- else -%}
    {%- set table_sql = create_csv_table(model, agate_table) -%}
  {%- endif -%}

  {%- set rows_affected = agate_table.rows | length -%}
  {%- set rows_sql = load_csv_rows(model, agate_table) if rows_affected > 0 else '' -%}
  {%- set code = 'CREATE' if full_refresh_mode else 'INSERT' -%}
  {%- call noop_statement('main', code ~ ' ' ~ rows_affected, code, rows_affected) -%}
    {{ get_csv_sql(table_sql, rows_sql) }};
  {%- endcall -%}

  {%- set target_relation = this.incorporate(type='table') -%}
  {%- do apply_grants(target_relation, grant_config, should_revoke=should_revoke(old_relation, full_refresh_mode)) -%}
  {%- do persist_docs(target_relation, model) -%}
  {%- if full_refresh_mode or not exists_as_table -%}
    {%- do create_indexes(target_relation) -%}
  {%- endif -%}

  {%- do run_hooks(post_hooks, inside_transaction=True) -%}
  {%- do adapter.commit() -%}
  {%- do run_hooks(post_hooks, inside_transaction=False) -%}
  {{ return({'relations': [target_relation]}) }}
{%- endmaterialization -%}
