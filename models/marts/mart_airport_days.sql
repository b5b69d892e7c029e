{{
    config(
        materialized='external',
        format='parquet',
        partition_by='flight_date',
        incremental_strategy='insert_overwrite'
    )
}}

-- How punctual was every airport on a day? One Parquet file a day: a run with `day` replaces that day's file alone.
select
    days.airport,
    airports.airport_name,
    airports.state,
    days.flights,
    days.delayed_flights,
    {{ share('days.delayed_flights', 'days.flights') }} as delayed_share,
    round(days.total_delay_minutes / days.flights, 1) as average_delay_minutes,
    days.worst_delay_minutes,
    days.flight_date
from {{ ref('fct_airport_days') }} as days
join {{ ref('stg_airports') }} as airports using (airport)
where {{ only_wanted_days('days.flight_date') }}
order by days.flight_date, days.flights desc, days.airport
