{#- Partitions and order of DuckLake tables. Elsewhere the options are ignored with a warning. They belong to the table that stays,
    so scratch and temporary tables have none. -#}

{% macro duckdb__get_partitioned_by(relation, temporary) -%}
  {%- if temporary -%}
    {{ return(none) }}
  {%- endif -%}
  {%- set option = config.get('partitioned_by', none) -%}
  {%- set option = config.get('partition_by', none) if option is none or option == '' else option -%}
  {%- if option is none or option == '' -%}
    {{ return(none) }}
  {%- endif -%}

  {%- set columns = normalize_string_or_list(option, 'partitioned_by/partition_by') -%}
  {%- if not columns -%}
    {%- do exceptions.raise_compiler_error('partitioned_by/partition_by must contain at least one column') -%}
  {%- endif -%}
  {%- if this is defined and config.get('materialized') in ['table', 'incremental']
      and relation.identifier and this.identifier and relation.identifier != this.identifier -%}
    {{ return(none) }}
  {%- endif -%}
  {%- if not adapter.is_ducklake(relation) -%}
    {%- do adapter.warn_once('partitioned_by/partition_by is only supported for DuckLake relations; ignoring for ' ~ relation) -%}
    {{ return(none) }}
  {%- endif -%}
  {{ return(columns | join(', ')) }}
{%- endmacro %}

{% macro duckdb__alter_table_set_partitioned_by(relation, partitioned_by) -%}
  alter table {{ relation }} set partitioned by ({{ partitioned_by }});
{%- endmacro %}

{#- Unlike partitions, which may be expressions, these are column names and get quoted. -#}
{% macro duckdb__get_sorted_by(relation, temporary) -%}
  {%- if temporary -%}
    {{ return(none) }}
  {%- endif -%}
  {%- set option = config.get('sorted_by', none) -%}
  {%- set option = config.get('sort_by', none) if option is none else option -%}
  {%- if option is none -%}
    {{ return(none) }}
  {%- endif -%}

  {%- set columns = normalize_string_or_list(option, 'sorted_by/sort_by') -%}
  {%- if not columns -%}
    {%- do exceptions.raise_compiler_error('sorted_by/sort_by must contain at least one column') -%}
  {%- endif -%}
  {%- if this is defined and config.get('materialized') in ['table', 'incremental']
      and relation.identifier and this.identifier and relation.identifier != this.identifier -%}
    {{ return(none) }}
  {%- endif -%}
  {%- if not adapter.is_ducklake(relation) -%}
    {%- do adapter.warn_once('sorted_by/sort_by is only supported for DuckLake relations; ignoring for ' ~ relation) -%}
    {{ return(none) }}
  {%- endif -%}
  {%- set quoted = [] -%}
  {%- for column in columns -%}
    {%- do quoted.append(adapter.quote(column | replace('"', '""'))) -%}
  {%- endfor -%}
  {{ return(quoted | join(', ')) }}
{%- endmacro %}

{% macro duckdb__alter_table_set_sorted_by(relation, sorted_by) -%}
  alter table {{ relation }} set sorted by ({{ sorted_by }});
{%- endmacro %}
