{{ config(materialized='ephemeral') }}
select payment_id, order_id, method, cents / 100.0 as amount
from {{ source('files', 'raw_payments') }}
