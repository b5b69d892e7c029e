{#- Python models cannot run here: there is no Python. -#}

{% macro py_write_table(temporary, relation, compiled_code, partitioned_by=none, sorted_by=none) -%}
  {%- do exceptions.raise_not_implemented('py_write_table macro not implemented for adapter ' ~ adapter.type()) -%}
{%- endmacro %}

{#- What a Python model's job is called where it runs on MotherDuck's side. -#}
{% macro flight_name(parsed_model) -%}
  {{ return(adapter.dispatch('flight_name', 'dbt')(parsed_model)) }}
{%- endmacro %}

{% macro default__flight_name(parsed_model) -%}
  {{ return(duckdb__flight_name(parsed_model)) }}
{%- endmacro %}

{% macro duckdb__flight_name(parsed_model) -%}
  {%- set name = parsed_model.get('alias') or parsed_model.get('name') -%}
  {%- set parts = [
    'dbt', parsed_model.get('package_name'), parsed_model.get('database'), parsed_model.get('schema'), name] -%}
  {{ return(parts | select | join('-')) }}
{%- endmacro %}
