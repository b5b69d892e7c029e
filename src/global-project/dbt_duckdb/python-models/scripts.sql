{#- Python models cannot run here: there is no Python. What would run is still written for templates that ask for it. -#}

{% macro py_write_table(temporary, relation, compiled_code, partitioned_by=none, sorted_by=none) -%}
{%- set layouts = [] -%}
{%- if partitioned_by -%}{%- do layouts.append('set partitioned by (' ~ partitioned_by ~ ')') -%}{%- endif -%}
{%- if sorted_by -%}{%- do layouts.append('set sorted by (' ~ sorted_by ~ ')') -%}{%- endif -%}
{{ compiled_code }}


def materialize(df, con):
    frame = '__dbt_python_model_df_{{ relation.identifier }}'
    con.register(frame, df)
    con.execute('create table {{ relation }} as select * from ' + frame{% if layouts %} + ' limit 0'{% endif %})
{%- for layout in layouts %}
    con.execute('alter table {{ relation }} {{ layout }}')
{%- endfor %}
{%- if layouts %}
    con.execute('insert into {{ relation }} select * from ' + frame)
{%- endif %}
    con.unregister(frame)
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
