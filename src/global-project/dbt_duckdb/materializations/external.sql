{#- A model kept as files: the rows go to a table, the table to files, and a view over the files takes the model's name.
    An empty result is written as one row of NULLs, which the view leaves out again: the readers need a row to know the columns. -#}

{%- materialization external, adapter='duckdb', supported_languages=['sql', 'python'] -%}
  {%- set location = render(config.get('location', default=external_location(this, config))) -%}
  {%- set options = render_write_options(config) -%}
  {%- set write_options = adapter.external_write_options(location, options) -%}
  {%- set read_location = adapter.external_read_location(location, options) -%}

  {%- set formats = ['csv', 'parquet', 'json'] -%}
  {%- set format = config.get('format') -%}
  {%- if format and format not in formats -%}
    {%- do exceptions.raise_compiler_error('Invalid format: ' ~ format ~ '. Allowed formats are: ' ~ formats | join(', ')) -%}
  {%- elif not format -%}
    {#- The write options have it from the file's extension. -#}
    {%- set format = options['format'] | lower -%}
    {%- set format = format if format in formats else 'parquet' -%}
  {%- endif -%}

  {#- Compression is only recognised by a lower-case extension, so readers other than Parquet's are told. -#}
  {%- if format == 'parquet' -%}
    {%- set read_options = config.get('parquet_read_options', {'union_by_name': False}) -%}
  {%- else -%}
    {%- set read_options = config.get(format ~ '_read_options', {'auto_detect': True}) -%}
    {%- if options.get('compression') and 'compression' not in read_options -%}
      {%- set read_options = dict(read_options, compression=options['compression']) -%}
    {%- endif -%}
  {%- endif -%}

  {%- set language = model['language'] -%}
  {%- set existing_relation = load_cached_relation(this) -%}
  {%- set target_relation = this.incorporate(type='view') -%}
  {%- set rows_relation = make_intermediate_relation(this.incorporate(type='table'), suffix='__dbt_tmp') -%}
  {%- set intermediate_relation = make_intermediate_relation(target_relation, suffix='__dbt_int') -%}
  {%- set backup_relation = make_backup_relation(target_relation, 'table' if existing_relation is none else existing_relation.type) -%}
  {%- set leftovers = [
    load_cached_relation(intermediate_relation), load_cached_relation(rows_relation), load_cached_relation(backup_relation)] -%}
  {%- set grant_config = config.get('grants') -%}

  {%- for leftover in leftovers -%}
    {%- do drop_relation_if_exists(leftover) -%}
  {%- endfor -%}
  {%- do run_hooks(pre_hooks, inside_transaction=False) -%}
  {%- do run_hooks(pre_hooks, inside_transaction=True) -%}

  {%- call statement('create_table', language=language) -%}
    {{ create_table_as(False, rows_relation, compiled_code, language) }}
  {%- endcall -%}

  {%- set is_empty = run_query('select count(*) as row_count from ' ~ rows_relation)[0][0] == 0 -%}
  {%- set nulls = [] -%}
  {%- set not_all_null = [] -%}
  {%- if is_empty -%}
    {%- for column in get_columns_in_relation(rows_relation) -%}
      {%- do nulls.append('null') -%}
      {%- do not_all_null.append('"' ~ column.column ~ '" is not null') -%}
    {%- endfor -%}
  {%- endif -%}
  {%- call statement('main', language='sql') -%}
    {{ 'insert into ' ~ rows_relation ~ ' values (' ~ (nulls | join(', ')) ~ ')' if is_empty }}
  {%- endcall -%}
  {%- do write_to_file(rows_relation, location, write_options) -%}

  {%- set arguments = ["'" ~ read_location ~ "'"] -%}
  {%- for name, value in read_options.items() -%}
    {%- do arguments.append(name ~ '=' ~ ("'" ~ value ~ "'" if value is string else value)) -%}
  {%- endfor -%}
  {%- call statement('main', language='sql') -%}
    create or replace view {{ intermediate_relation }} as (
      select * from read_{{ format }}({{ arguments | join(', ') }})
      {{ 'where ' ~ (not_all_null | join(' and ')) if is_empty }}
    );
  {%- endcall -%}

  {%- if existing_relation is not none -%}
    {%- do adapter.rename_relation(existing_relation, backup_relation) -%}
  {%- endif -%}
  {%- do adapter.rename_relation(intermediate_relation, target_relation) -%}

  {%- do run_hooks(post_hooks, inside_transaction=True) -%}
  {%- do apply_grants(target_relation, grant_config, should_revoke=should_revoke(existing_relation, full_refresh_mode=True)) -%}
  {%- do persist_docs(target_relation, model) -%}
  {%- do adapter.commit() -%}

  {%- do drop_relation_if_exists(backup_relation) -%}
  {%- do drop_relation_if_exists(rows_relation) -%}

  {#- glue_register is the older way to name the Glue plugin. -#}
  {%- set plugin_name = config.get('plugin') -%}
  {%- set in_glue = config.get('glue_register', default=false) -%}
  {%- if in_glue -%}
    {%- set plugin_name = 'glue|' ~ config.get('glue_database', 'default') -%}
  {%- endif -%}
  {%- if plugin_name is not none -%}
    {%- do store_relation(plugin_name, target_relation, location, format, config) -%}
  {%- endif -%}

  {%- do run_hooks(post_hooks, inside_transaction=False) -%}
  {{ return({'relations': [target_relation]}) }}
{%- endmaterialization -%}
