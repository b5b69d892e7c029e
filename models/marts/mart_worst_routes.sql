-- Which busy routes were the least punctual in the four weeks up to the day of the run?
with recent as (

    select *
    from {{ ref('fct_routes') }}
    where flight_date <= {{ as_of_day(ref('fct_routes'), 'flight_date') }}
        and flight_date > {{ as_of_day(ref('fct_routes'), 'flight_date') }} - interval 28 day

)

select
    origin,
    destination,
    max(flight_date) as last_flight_date,
    any_value(distance_miles) as distance_miles,
    sum(flights)::bigint as flights,
    {{ share('sum(delayed_flights)', 'sum(flights)') }} as delayed_share,
    round(sum(total_delay_minutes) / sum(flights), 1) as average_delay_minutes
from recent
group by origin, destination
having sum(flights) >= 100
order by delayed_share desc, origin, destination
limit 50
