-- The data is from 2001. Dates are moved by 8,400 days (1,200 weeks, so weekdays keep), which puts them into 2024.
select
    date + interval 8400 day as departs_at,
    (date + interval 8400 day)::date as flight_date,
    origin,
    destination,
    distance as distance_miles,
    delay as delay_minutes,
    delay >= {{ var('delayed_from_minutes') }} as is_delayed
from {{ source('vega', 'flights') }}
