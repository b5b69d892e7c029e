select
    customer_id,
    first_name || ' ' || last_name as full_name,
    cast({{ dbt.current_timestamp() }} as {{ dbt.type_timestamp() }}) as loaded_at
from {{ ref('raw_customers') }}
