select * from {{ ref('customers') }} limit 1
