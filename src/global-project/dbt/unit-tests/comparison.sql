{#- The query of a unit test: the rows the model gave and the rows expected, told apart by a last column. -#}

{% macro get_unit_test_sql(main_sql, expected_fixture_sql, expected_column_names) -%}
  {{ adapter.dispatch('get_unit_test_sql', 'dbt')(main_sql, expected_fixture_sql, expected_column_names) }}
{%- endmacro %}

{% macro default__get_unit_test_sql(main_sql, expected_fixture_sql, expected_column_names) -%}
  {%- set columns = expected_column_names | join(', ') -%}
  {%- set side = adapter.quote('actual_or_expected') -%}
  with dbt_internal_unit_test_actual as (
    select {{ columns }}, {{ dbt.string_literal('actual') }} as {{ side }}
    from (
      {{ main_sql }}
    ) _dbt_internal_unit_test_actual
  ),
  dbt_internal_unit_test_expected as (
    select {{ columns }}, {{ dbt.string_literal('expected') }} as {{ side }}
    from (
      {{ expected_fixture_sql }}
    ) _dbt_internal_unit_test_expected
  )
  select * from dbt_internal_unit_test_actual
  union all
  select * from dbt_internal_unit_test_expected
{%- endmacro %}

{#- Sends both sides, as the statement `main`. -#}
{% macro compare_unit_test(sql, result_columns) -%}
  {%- set header = config.get('sql_header') if flags.REQUIRE_SQL_HEADER_IN_TEST_CONFIGS else none -%}
  {%- set expected_rows = config.get('expected_rows') -%}
  {%- set compared = expected_rows[0].keys() if expected_rows | length > 0 else get_columns_in_query(sql) -%}

  {%- set data_types = {} -%}
  {%- set quoted_names = {} -%}
  {%- for column in result_columns -%}
    {%- do data_types.update({column.name | lower: column.data_type}) -%}
    {%- do quoted_names.update({column.name | lower: column.quoted}) -%}
  {%- endfor -%}

  {%- set compared_names = [] -%}
  {%- for name in compared -%}
    {%- do compared_names.append(quoted_names[name | lower]) -%}
  {%- endfor -%}
  {%- set expected_sql = config.get('expected_sql') or get_expected_sql(expected_rows, data_types, quoted_names) -%}

  {%- call statement('main', fetch_result=True) -%}
    {{ header if header }}
    {{ get_unit_test_sql(sql, expected_sql, compared_names) }}
  {%- endcall -%}
{%- endmacro %}

{#- The same with columns as DuckDB describes them. -#}
{% macro compare_described_unit_test(sql, described) -%}
  {%- do compare_unit_test(sql, sql_convert_columns_in_relation(described)) -%}
{%- endmacro %}
