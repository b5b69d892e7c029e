{#- A view with parameters: DuckDB's table macro. It is bound when it is called, so it need not be made again when its tables change;
    whoever reads from it writes brackets after the name. -#}

{%- materialization table_function, adapter='duckdb' -%}
  {%- set target_relation = api.Relation.create(identifier=model['alias'], schema=schema, database=database, type='view') -%}
  {%- set parameters = config.get('parameters') -%}
  {%- if not parameters -%}
    {%- set parameters = '' -%}
  {%- elif parameters is not string and parameters is not number -%}
    {%- set parameters = parameters | join(', ') -%}
  {%- endif -%}

  {%- do run_hooks(pre_hooks, inside_transaction=False) -%}
  {%- do run_hooks(pre_hooks, inside_transaction=True) -%}
  {%- call statement('main') -%}
    create or replace function {{ target_relation.render() }}(
        {{ parameters }}

      ) as table (
        {{ sql }});
  {%- endcall -%}
  {%- do run_hooks(post_hooks, inside_transaction=True) -%}
  {%- do persist_docs(target_relation, model) -%}
  {%- do adapter.commit() -%}
  {%- do run_hooks(post_hooks, inside_transaction=False) -%}
  {{ return({'relations': [target_relation]}) }}
{%- endmaterialization -%}
