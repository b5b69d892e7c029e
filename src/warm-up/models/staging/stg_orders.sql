{{ config(alias='stg_orders', tags=['nightly']) }}

with source as (
    {#- The seed is read by its name, as a table of a source would be. #}
    select * from {{ ref('raw_orders') }}
),

renamed as (
    select
        order_id,
        customer_id,
        {{ kit.initcap('region') }} as region,
        status,
        {{ cents('amount') }} as amount_cents,
        ordered_at,
        {{ dbt.date_trunc('day', 'ordered_at') }} as ordered_on,
        {{ kit.surrogate_key(['order_id', 'customer_id']) }} as order_key
    from source
    where ordered_at >= '{{ var("first_day") }}'
    {%- if target.name == 'prod' %}
    and status != 'returned'
    {%- endif %}
)

select * from renamed
