{#- A data test: one row that says how many rows failed. Failures are kept in a relation when asked for. -#}

{%- materialization test, default -%}
  {%- set relations = [] -%}
  {%- set header = config.get('sql_header') if flags.REQUIRE_SQL_HEADER_IN_TEST_CONFIGS else none -%}
  {%- set failing_rows %}
    {{ get_limit_subquery_sql(sql, config.get('limit')) }}
  {% endset -%}

  {%- if should_store_failures() -%}
    {%- set stored_as = config.get('store_failures_as') -%}
    {%- set stored_as = 'table' if stored_as is none else stored_as -%}
    {%- if stored_as not in ['table', 'view'] -%}
      {%- do exceptions.raise_compiler_error(
        "'" ~ stored_as ~ "' is not a valid value for `store_failures_as`. Accepted values are: ['ephemeral', 'table', 'view']") -%}
    {%- endif -%}

    {%- set old_relation = adapter.get_relation(database=database, schema=schema, identifier=model['alias']) -%}
    {%- set target_relation = api.Relation.create(identifier=model['alias'], schema=schema, database=database, type=stored_as) -%}
    {%- if old_relation -%}
      {%- do adapter.drop_relation(old_relation) -%}
    {%- endif -%}
    {%- call statement(auto_begin=True) -%}
      {{ header if header }}

      {{ get_create_sql(target_relation, failing_rows) }}
    {%- endcall -%}
    {%- do relations.append(target_relation) -%}
    {%- set failing_rows = 'select * from ' ~ target_relation -%}
    {%- do adapter.commit() -%}
  {%- endif -%}

  {#- The limit is inside failing_rows by now. -#}
  {%- call statement('main', fetch_result=True) -%}
    {{ header if header }}

    {{ get_test_sql(failing_rows, config.get('fail_calc'), config.get('warn_if'), config.get('error_if'), limit=none) }}
  {%- endcall -%}
  {{ return({'relations': relations}) }}
{%- endmaterialization -%}
