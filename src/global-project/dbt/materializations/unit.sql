{#-
  A unit test: the model's query on fixture rows beside the rows expected. The types of the result are read from an empty run
  of it, unless they have been described.
-#}

{%- materialization unit, default -%}
  {%- set header = config.get('sql_header') if flags.REQUIRE_SQL_HEADER_IN_TEST_CONFIGS else none -%}
  {%- set expected_rows = config.get('expected_rows') -%}
  {%- set expected_sql = config.get('expected_sql') -%}
  {%- set compared = expected_rows[0].keys() if expected_rows | length > 0 else get_columns_in_query(sql) -%}

  {%- if described_columns is defined -%}
    {%- set columns = sql_convert_columns_in_relation(described_columns) -%}
  {%- else -%}
    {%- set temp_relation = make_temp_relation(this.incorporate(type='table')) -%}
    {%- do run_query(get_create_table_as_sql(True, temp_relation, get_empty_subquery_sql(sql))) -%}
    {%- set columns = adapter.get_columns_in_relation(temp_relation) -%}
  {%- endif -%}

  {%- set data_types = {} -%}
  {%- set quoted_names = {} -%}
  {%- for column in columns -%}
    {%- do data_types.update({column.name | lower: column.data_type}) -%}
    {%- do quoted_names.update({column.name | lower: column.quoted}) -%}
  {%- endfor -%}

  {%- set compared_names = [] -%}
  {%- for name in compared -%}
    {%- do compared_names.append(quoted_names[name | lower]) -%}
  {%- endfor -%}
  {%- set expected_sql = expected_sql or get_expected_sql(expected_rows, data_types, quoted_names) -%}
  {%- set comparison_sql = get_unit_test_sql(sql, expected_sql, compared_names) -%}

  {%- call statement('main', fetch_result=True) -%}
    {{ header if header }}
    {{ comparison_sql }}
  {%- endcall -%}

  {%- if temp_relation is defined -%}
    {%- do adapter.drop_relation(temp_relation) -%}
  {%- endif -%}
  {{ return({'relations': []}) }}
{%- endmaterialization -%}
