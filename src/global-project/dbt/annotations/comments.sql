{#- Descriptions kept in the database as comments, when persist_docs asks for it. -#}

{% macro persist_docs(relation, model, for_relation=true, for_columns=true) -%}
  {{ return(adapter.dispatch('persist_docs', 'dbt')(relation, model, for_relation, for_columns)) }}
{%- endmacro %}

{% macro default__persist_docs(relation, model, for_relation, for_columns) -%}
  {%- if for_relation and config.persist_relation_docs() and model.description -%}
    {%- do run_query(alter_relation_comment(relation, model.description)) -%}
  {%- endif -%}

  {%- if for_columns and config.persist_column_docs() and model.columns -%}
    {%- set present = adapter.get_columns_in_relation(relation) | map(attribute='name') | list -%}
    {%- set documented = validate_doc_columns(relation, model.columns, present) -%}
    {%- set comment_sql = alter_column_comment(relation, documented) -%}
    {%- if comment_sql and comment_sql | trim | length > 0 -%}
      {%- do run_query(comment_sql) -%}
    {%- endif -%}
  {%- endif -%}
{%- endmacro %}

{#- The documented columns that exist; the rest are named in a warning. Quoted names match exactly, others in any case. -#}
{% macro validate_doc_columns(relation, column_dict, existing_column_names) %}
  {%- set lowered = existing_column_names | map('lower') | list -%}
  {%- set known = {} -%}
  {%- set unknown = [] -%}
  {%- for name, column in column_dict.items() -%}
    {%- set present = name in existing_column_names if column['quote'] else name | lower in lowered -%}
    {%- if present -%}
      {%- do known.update({name: column}) -%}
    {%- else -%}
      {%- do unknown.append(name) -%}
    {%- endif -%}
  {%- endfor -%}
  {%- if unknown -%}
    {%- do exceptions.warn(
      "In relation " ~ relation.render() ~ ": The following columns are specified in the schema but are not present in the database: " ~ unknown | join(", ")) -%}
  {%- endif -%}
  {{ return(known) }}
{% endmacro %}

{% macro alter_relation_comment(relation, relation_comment) -%}
  {{ return(adapter.dispatch('alter_relation_comment', 'dbt')(relation, relation_comment)) }}
{%- endmacro %}

{% macro default__alter_relation_comment(relation, relation_comment) -%}
  {%- do exceptions.raise_not_implemented('alter_relation_comment macro not implemented for adapter ' ~ adapter.type()) -%}
{%- endmacro %}

{% macro alter_column_comment(relation, column_dict) -%}
  {{ return(adapter.dispatch('alter_column_comment', 'dbt')(relation, column_dict)) }}
{%- endmacro %}

{% macro default__alter_column_comment(relation, column_dict) -%}
  {%- do exceptions.raise_not_implemented('alter_column_comment macro not implemented for adapter ' ~ adapter.type()) -%}
{%- endmacro %}
