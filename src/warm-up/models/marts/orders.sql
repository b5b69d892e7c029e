{{
    config(
        materialized='incremental',
        unique_key='order_id',
        incremental_strategy='delete+insert',
        on_schema_change='append_new_columns',
        post_hook="{{ note('orders') }}"
    )
}}
{%- set methods = kit.column_values(source('files', 'raw_payments'), 'method') %}

select
    stg_orders.order_id,
    stg_orders.customer_id,
    stg_orders.ordered_on,
    {%- for method in methods %}
    sum(case when method = '{{ method }}' then payments.amount else 0 end) as {{ kit.slug(method) }}_amount,
    {%- endfor %}
    count(*) as payments
from {{ ref('stg_orders') }}
left join {{ ref('stg_payments') }} as payments using (order_id)
{% if is_incremental() %}
where stg_orders.ordered_on >= (select max(ordered_on) from {{ this }})
{% endif %}
{{ kit.group_by(3) }}
