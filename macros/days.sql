{#- The days that a run is about, as SQL. `var('day')` is one date or a list of dates; nothing set means every day. -#}

{% macro wanted_days() %}
  {%- set day = var('day', none) -%}
  {%- if day is none -%}
    {{ return([]) }}
  {%- elif day is string -%}
    {{ return([day]) }}
  {%- else -%}
    {{ return(day) }}
  {%- endif -%}
{% endmacro %}

{% macro only_wanted_days(column) %}
  {%- set days = wanted_days() -%}
  {%- if days -%}
    {{ column }} in (
    {%- for day in days -%}
      date '{{ day }}'{{ ', ' if not loop.last }}
    {%- endfor -%}
    )
  {%- else -%}
    true
  {%- endif -%}
{% endmacro %}

{#- The last wanted day, or the last day there is in a relation: what "up to now" means in a run. -#}
{% macro as_of_day(relation, column) %}
  {%- set days = wanted_days() -%}
  {%- if days -%}
    date '{{ days | sort | last }}'
  {%- else -%}
    (select max({{ column }}) from {{ relation }})
  {%- endif -%}
{% endmacro %}
