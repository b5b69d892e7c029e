-- Every flight of a day is in exactly one band: the bands' flights add up to the day's departures.
select
    bands.flight_date,
    bands.flights as in_bands,
    days.flights as departures
from (
    select flight_date, sum(flights) as flights
    from {{ ref('mart_delay_bands') }}
    group by flight_date
) as bands
left join (
    select flight_date, sum(flights) as flights
    from {{ ref('fct_airport_days') }}
    group by flight_date
) as days using (flight_date)
where days.flights is distinct from bands.flights
