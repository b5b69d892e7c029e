{#- Rows written in YAML or CSV as SQL, cast to the types of the columns they stand for. The text becomes part of the compiled unit test. -#}

{#- Rows for an input. Columns that a row leaves out are NULL; without given types they are those of `this`, or of the deferred relation. -#}
{% macro get_fixture_sql(rows, column_name_to_data_types) %}
-- Fixture for {{ model.name }}
{% set quoted_names = {} -%}

{%- if not column_name_to_data_types -%}
  {%- set relation = defer_relation if defer_relation and not load_relation(this) else this -%}
  {%- set column_name_to_data_types = {} -%}
  {%- for column in adapter.get_columns_in_relation(relation) -%}
    {%- do column_name_to_data_types.update({column.name | lower: column.data_type}) -%}
    {%- do quoted_names.update({column.name | lower: column.quoted}) -%}
  {%- endfor -%}
{%- endif -%}
{%- if not column_name_to_data_types -%}
  {%- do exceptions.raise_compiler_error(
    "Not able to get columns for unit test '" ~ model.name ~ "' from relation " ~ this ~ " because the relation doesn't exist") -%}
{%- endif -%}

{%- set empty_row = {} -%}
{%- for name, data_type in column_name_to_data_types.items() -%}
  {%- do empty_row.update({name: safe_cast('null', data_type) | trim}) -%}
{%- endfor -%}

{{ validate_fixture_rows(rows, row_number) }}

{%- for row in rows or [{}] -%}
  {%- set values = empty_row.copy() -%}
  {%- do values.update(format_row(row, column_name_to_data_types)) -%}
  {%- set fields = [] -%}
  {%- for name, value in values.items() -%}
    {%- do fields.append(value ~ ' as ' ~ quoted_names.get(name, name)) -%}
  {%- endfor -%}
select {{ fields | join(', ') }}
  {%- if not loop.last %}
union all
{% endif -%}
{%- endfor -%}
{%- if not rows %}
    limit 0
{%- endif -%}
{% endmacro %}

{#- Rows a unit test expects; with none, no rows of the actual columns. -#}
{% macro get_expected_sql(rows, column_name_to_data_types, column_name_to_quoted) %}
  {%- for row in rows -%}
    {%- set fields = [] -%}
    {%- for name, value in format_row(row, column_name_to_data_types).items() -%}
      {%- do fields.append(value ~ ' as ' ~ column_name_to_quoted[name]) -%}
    {%- endfor -%}
    select {{ fields | join(', ') }}
    {%- if not loop.last %}
union all
    {% endif -%}
  {%- else -%}
    select * from dbt_internal_unit_test_actual
    limit 0
  {%- endfor -%}
{% endmacro %}

{#- A row's values as SQL, by lower-case column name. -#}
{% macro format_row(row, column_name_to_data_types) -%}
  {%- set formatted = {} -%}
  {%- for given_name, value in row.items() -%}
    {%- set name = given_name | lower -%}
    {%- if name not in column_name_to_data_types -%}
      {%- set owner = 'expected output' if model.resource_type == 'unit_test' else "'" ~ model.name ~ "'" -%}
      {%- do exceptions.raise_compiler_error(
        "Invalid column name: '" ~ name ~ "' in unit test fixture for " ~ owner ~ ".\nAccepted columns for " ~ owner ~ " are: " ~ (column_name_to_data_types.keys() | list)) -%}
    {%- endif -%}

    {%- set data_type = column_name_to_data_types[name] -%}
    {%- set literal = value -%}
    {%- if value is string -%}
      {%- set literal = dbt.string_literal(dbt.escape_single_quotes(value)) -%}
      {#- A declared length would cut the text without a word. -#}
      {%- if 'varying' in data_type -%}
        {%- set data_type = data_type.split('(')[0] -%}
      {%- endif -%}
    {%- elif value is none -%}
      {%- set literal = 'null' -%}
    {%- endif -%}
    {%- do formatted.update({name: safe_cast(literal, data_type)}) -%}
  {%- endfor -%}
  {{ return(formatted) }}
{%- endmacro %}

{% macro validate_fixture_rows(rows, row_number) -%}
  {{ return(adapter.dispatch('validate_fixture_rows', 'dbt')(rows, row_number)) }}
{%- endmacro %}

{% macro default__validate_fixture_rows(rows, row_number) -%}
{%- endmacro %}
