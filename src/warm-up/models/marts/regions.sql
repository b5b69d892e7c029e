{{ config(materialized='external', format='parquet', options={'compression': 'zstd'}) }}
{% set regions = var('regions') %}
{% for region in regions | sort %}
select '{{ region | title }}' as region, {{ loop.index }} as position
{{ 'union all' if not loop.last }}
{% endfor %}
