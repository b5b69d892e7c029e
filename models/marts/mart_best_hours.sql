{{ config(materialized='view') }}

-- At which hour should one leave? Punctuality by weekday and hour of departure.
select
    isodow(flight_date) as weekday,
    hour(departs_at) as departure_hour,
    count(*) as flights,
    {{ share('count(*) filter (where is_delayed)', 'count(*)') }} as delayed_share
from {{ ref('stg_flights') }}
group by weekday, departure_hour
