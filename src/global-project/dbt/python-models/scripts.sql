{#- Python models cannot run here: there is no Python. The names are kept so that a project that mentions them is told so,
    and what needs no interpreter works. -#}

{% macro resolve_model_name(input_model_name) %}
  {{ return(adapter.dispatch('resolve_model_name', 'dbt')(input_model_name)) }}
{% endmacro %}

{% macro default__resolve_model_name(input_model_name) -%}
  {{ input_model_name | string | replace('"', '\"') }}
{%- endmacro %}

{% macro build_ref_function(model) %}
  {%- do exceptions.raise_not_implemented('build_ref_function macro not implemented for adapter ' ~ adapter.type()) -%}
{% endmacro %}

{% macro build_source_function(model) %}
  {%- do exceptions.raise_not_implemented('build_source_function macro not implemented for adapter ' ~ adapter.type()) -%}
{% endmacro %}

{% macro build_config_dict(model) %}
  {%- do exceptions.raise_not_implemented('build_config_dict macro not implemented for adapter ' ~ adapter.type()) -%}
{% endmacro %}

{% macro py_script_postfix(model) %}
  {%- do exceptions.raise_not_implemented('py_script_postfix macro not implemented for adapter ' ~ adapter.type()) -%}
{% endmacro %}

{% macro py_script_comment() %}
{%- endmacro %}
