select
    origin,
    destination,
    flight_date,
    any_value(distance_miles) as distance_miles,
    count(*) as flights,
    count(*) filter (where is_delayed) as delayed_flights,
    sum(delay_minutes)::bigint as total_delay_minutes
from {{ ref('stg_flights') }}
group by origin, destination, flight_date
