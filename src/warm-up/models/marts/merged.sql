{{ config(materialized='incremental', unique_key=['order_id'], incremental_strategy='merge', merge_update_columns=['status']) }}
select order_id, status, amount_cents from {{ ref('stg_orders') }}
