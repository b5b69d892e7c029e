{{ config(materialized='ephemeral') }}

select
    flights.flight_date,
    flights.departs_at,
    flights.origin,
    flights.destination,
    flights.distance_miles,
    flights.delay_minutes,
    flights.is_delayed,
    bands.band as delay_band,
    bands.position as delay_band_position
from {{ ref('stg_flights') }} as flights
join {{ ref('delay_bands') }} as bands
    on flights.delay_minutes >= coalesce(bands.from_minutes, -100000)
    and flights.delay_minutes < coalesce(bands.to_minutes, 100000)
