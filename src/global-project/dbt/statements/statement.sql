{#- How templates send SQL to the database and read its answers. -#}

{#- Runs the text of the call block. The answer is kept under `name` for load_result; `main` is the node's own statement and is also written to disk. -#}
{% macro statement(name=None, fetch_result=False, auto_begin=True, language='sql') -%}
  {%- if execute -%}
    {%- set code = caller() -%}

    {%- if name == 'main' -%}
      {%- do log('Writing runtime ' ~ language ~ ' for node "' ~ model['unique_id'] ~ '"') -%}
      {%- do write(code) -%}
    {%- endif -%}

    {%- if language == 'sql' -%}
      {%- set response, rows = adapter.execute(code, auto_begin=auto_begin, fetch=fetch_result) -%}
    {%- elif language == 'python' -%}
      {%- set response = submit_python_job(model, code) -%}
      {%- set rows = none -%}
    {%- else -%}
      {%- do exceptions.raise_compiler_error("statement macro didn't get supported language") -%}
    {%- endif -%}

    {%- if name is not none -%}
      {%- do store_result(name, response=response, agate_table=rows) -%}
    {%- endif -%}
  {%- endif -%}
{%- endmacro %}

{#- Records a result for work that was done in some other way; nothing is sent. -#}
{% macro noop_statement(name=None, message=None, code=None, rows_affected=None, res=None) -%}
  {%- set text = caller() -%}
  {%- if name == 'main' -%}
    {%- do log('Writing runtime SQL for node "' ~ model['unique_id'] ~ '"') -%}
    {%- do write(text) -%}
  {%- endif -%}
  {%- if name is not none -%}
    {%- do store_raw_result(name, message=message, code=code, rows_affected=rows_affected, agate_table=res) -%}
  {%- endif -%}
{%- endmacro %}

{#- One query in, its table out. -#}
{% macro run_query(sql) %}
  {%- call statement('run_query_statement', fetch_result=true, auto_begin=false) %}
    {{ sql }}
  {%- endcall -%}
  {%- do return(load_result('run_query_statement').table) -%}
{% endmacro %}

{% macro validate_sql(sql) -%}
  {{ return(adapter.dispatch('validate_sql', 'dbt')(sql)) }}
{%- endmacro %}

{#- Asks for the plan, which fails where the statement would not compile. -#}
{% macro default__validate_sql(sql) -%}
  {%- call statement('validate_sql') -%}
    explain {{ sql }}
  {%- endcall -%}
  {{ return(load_result('validate_sql')) }}
{%- endmacro %}
