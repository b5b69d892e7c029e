{#- Loading a seed: DuckDB reads the file itself unless `fast` is switched off, which binds the parsed rows instead. -#}

{% macro duckdb__load_csv_rows(model, agate_table) %}
  {%- if config.get('fast', true) -%}
    {%- set copy_sql -%}
      copy {{ this.render() }} from '{{ adapter.get_seed_file_path(model) }}' (format csv, header true, delimiter '{{ config.get('delimiter', ',') }}')
    {%- endset -%}
    {%- do adapter.add_query(copy_sql, abridge_sql_log=True) -%}
    {{ return(copy_sql) }}
  {%- endif -%}
  {{ return(default__load_csv_rows(model, adapter.convert_datetimes_to_strs(agate_table))) }}
{% endmacro %}

{% macro duckdb__get_binding_char() %}
  {{ return(adapter.get_binding_char()) }}
{% endmacro %}

{% macro duckdb__get_batch_size() %}
  {{ return(10000) }}
{% endmacro %}
