-- depends_on: {{ ref('customers') }}
{{ config(materialized='view') }}
select {{ kit.star(ref('orders'), except=['payments']) }}
from {{ ref('orders') }}
