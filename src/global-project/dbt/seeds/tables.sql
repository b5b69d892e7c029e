{#- Seeds: a table for a CSV file, and its rows. -#}

{% macro create_csv_table(model, agate_table) -%}
  {{ adapter.dispatch('create_csv_table', 'dbt')(model, agate_table) }}
{%- endmacro %}

{#- Types come from column_types where given, otherwise from what the reader made of the values. -#}
{% macro default__create_csv_table(model, agate_table) %}
  {%- set configured = model['config'].get('column_types', {}) -%}
  {%- set quote_columns = model['config'].get('quote_columns', None) -%}
  {%- set fields = [] -%}
  {%- for name in agate_table.column_names -%}
    {%- set data_type = configured.get(name, adapter.convert_type(agate_table, loop.index0)) -%}
    {%- do fields.append(adapter.quote_seed_column(name | string, quote_columns) ~ ' ' ~ data_type) -%}
  {%- endfor -%}
  {%- set create_sql %}
    create table {{ this.render() }} ({{ fields | join(',') }})
  {% endset -%}
  {%- call statement('_') -%}
    {{ create_sql }}
  {%- endcall -%}
  {{ return(create_sql) }}
{% endmacro %}

{% macro reset_csv_table(model, full_refresh, old_relation, agate_table) -%}
  {{ adapter.dispatch('reset_csv_table', 'dbt')(model, full_refresh, old_relation, agate_table) }}
{%- endmacro %}

{#- Emptied, or on a full refresh dropped and made anew. -#}
{% macro default__reset_csv_table(model, full_refresh, old_relation, agate_table) %}
  {%- if full_refresh -%}
    {%- do adapter.drop_relation(old_relation) -%}
    {{ return(create_csv_table(model, agate_table)) }}
  {%- endif -%}
  {#- DuckDB reads an index off the file when it is first written to. Before that it does not see deleted keys as gone. -#}
  {%- if config.get('indexes') -%}
    {%- do run_query('insert into ' ~ old_relation.render() ~ ' select * from ' ~ old_relation.render() ~ ' limit 0') -%}
  {%- endif -%}
  {%- do adapter.truncate_relation(old_relation) -%}
  {{ return('truncate table ' ~ old_relation.render()) }}
{% endmacro %}

{#- The text written to disk as the seed's SQL. -#}
{% macro get_csv_sql(create_or_truncate_sql, insert_sql) %}
    {{ adapter.dispatch('get_csv_sql', 'dbt')(create_or_truncate_sql, insert_sql) }}
{% endmacro %}

{% macro default__get_csv_sql(create_or_truncate_sql, insert_sql) %}
    {{ create_or_truncate_sql }};
    -- dbt seed --
    {{ insert_sql }}
{% endmacro %}

{% macro get_binding_char() -%}
  {{ adapter.dispatch('get_binding_char', 'dbt')() }}
{%- endmacro %}

{% macro default__get_binding_char() %}
  {{ return('%s') }}
{% endmacro %}

{% macro get_batch_size() -%}
  {{ return(adapter.dispatch('get_batch_size', 'dbt')()) }}
{%- endmacro %}

{% macro default__get_batch_size() %}
  {{ return(10000) }}
{% endmacro %}

{% macro get_seed_column_quoted_csv(model, column_names) %}
  {%- set quote_columns = model['config'].get('quote_columns', None) -%}
  {%- set quoted = [] -%}
  {%- for name in column_names -%}
    {%- do quoted.append(adapter.quote_seed_column(name, quote_columns)) -%}
  {%- endfor -%}
  {{ return(quoted | join(', ')) }}
{% endmacro %}

{% macro load_csv_rows(model, agate_table) -%}
  {{ adapter.dispatch('load_csv_rows', 'dbt')(model, agate_table) }}
{%- endmacro %}

{#- Inserts in batches with bound values; gives the first statement as the one to show. -#}
{% macro default__load_csv_rows(model, agate_table) %}
  {%- set columns = get_seed_column_quoted_csv(model, agate_table.column_names) -%}
  {%- set mark = get_binding_char() -%}
  {%- set marks = [] -%}
  {%- for name in agate_table.column_names -%}
    {%- do marks.append(mark) -%}
  {%- endfor -%}
  {%- set row_marks = '(' ~ (marks | join(',')) ~ ')' -%}

  {%- set shown = [] -%}
  {%- for chunk in agate_table.rows | batch(get_batch_size()) -%}
    {%- set values = [] -%}
    {%- set bindings = [] -%}
    {%- for row in chunk -%}
      {%- do values.append(row_marks) -%}
      {%- do bindings.extend(row) -%}
    {%- endfor -%}
    {%- set insert_sql = 'insert into ' ~ this.render() ~ ' (' ~ columns ~ ') values\n' ~ (values | join(',\n')) -%}
    {%- do adapter.add_query(insert_sql, bindings=bindings, abridge_sql_log=True) -%}
    {%- if loop.first -%}
      {%- do shown.append(insert_sql) -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return(shown[0]) }}
{% endmacro %}
