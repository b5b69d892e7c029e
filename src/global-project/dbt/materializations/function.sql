{#- A user-defined function. Which macro writes its statement depends on its kind and language, so the name is known only when it runs. -#}

{%- materialization function, default, supported_languages=['sql', 'python', 'javascript'] -%}
  {%- set existing_relation = load_cached_relation(this) -%}
  {%- set target_relation = this.incorporate(type=this.Function) -%}

  {%- do run_hooks(pre_hooks) -%}
  {%- set macro_name = this.get_function_macro_name(this.get_function_config(model)) -%}
  {#- Under another name the call is not taken for one that can be resolved while parsing. -#}
  {%- set find_macro = adapter.dispatch -%}
  {%- set build_sql = find_macro(macro_name, 'dbt')(target_relation) -%}
  {%- do function_execute_build_sql(build_sql, existing_relation, target_relation) -%}
  {%- do run_hooks(post_hooks) -%}
  {{ return({'relations': [target_relation]}) }}
{%- endmaterialization -%}
