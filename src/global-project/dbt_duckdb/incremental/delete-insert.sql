{#- delete+insert, the default strategy: rows whose key arrives again are deleted, then everything that arrived is inserted.
    Keys that are NULL match nothing. Predicates of users may call the target DBT_INCREMENTAL_TARGET when the key has several columns. -#}

{% macro duckdb__get_incremental_default_sql(arg_dict) %}
  {%- do return(get_incremental_delete_insert_sql(arg_dict)) -%}
{% endmacro %}

{% macro duckdb__get_delete_insert_merge_sql(target, source, unique_key, dest_columns, incremental_predicates) -%}
  {%- set columns = get_quoted_csv(dest_columns | map(attribute='name')) -%}
  {%- set narrowing = [] -%}
  {%- for predicate in incremental_predicates or [] -%}
    {%- do narrowing.append(' and ' ~ predicate) -%}
  {%- endfor -%}

  {%- if unique_key and unique_key is sequence and unique_key is not string -%}
    {%- set matches = [] -%}
    {%- for key in unique_key -%}
      {%- do matches.append(source ~ '.' ~ key ~ ' = DBT_INCREMENTAL_TARGET.' ~ key) -%}
    {%- endfor -%}
    delete from {{ target }} as DBT_INCREMENTAL_TARGET
    using {{ source }}
    where ({{ matches | join(' and ') }}{{ narrowing | join }});
  {%- elif unique_key -%}
    delete from {{ target }}
    where ({{ unique_key }}) in (select ({{ unique_key }}) from {{ source }}){{ narrowing | join }};
  {%- endif %}

  insert into {{ target }} ({{ columns }})
    (
        select {{ columns }}
        from {{ source }}
    )
{%- endmacro %}
