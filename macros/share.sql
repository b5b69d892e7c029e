{#- A share between 0 and 1, rounded; null instead of a division by nothing. -#}
{% macro share(part, whole, decimals=4) -%}
  round({{ part }} / nullif({{ whole }}, 0), {{ decimals }})
{%- endmacro %}
