{{ config(materialized='table', contract={'enforced': true}, indexes=[{'columns': ['customer_id'], 'unique': true}]) }}
select
    customers.customer_id,
    full_name,
    coalesce(count(order_id), 0)::integer as orders
from {{ ref('stg_customers') }} as customers
left join {{ ref('orders') }} as orders using (customer_id)
group by all
order by 1
