{{
    config(
        materialized='incremental',
        format='delta',
        unique_key='flight_date'
    )
}}

-- How are delays spread over a day: how many flights were early, on time, late? A Delta table: a run with `day`
-- replaces the rows of that day by one commit.
select
    flight_date,
    delay_band_position as position,
    delay_band,
    count(*) as flights,
    {{ share('count(*)', 'sum(count(*)) over (partition by flight_date)') }} as share_of_day
from {{ ref('int_flight_bands') }}
where {{ only_wanted_days('flight_date') }}
group by flight_date, delay_band_position, delay_band
order by flight_date, position
