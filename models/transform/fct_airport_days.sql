{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key='flight_date'
    )
}}

-- The first build takes every day. Later ones take the wanted days, or the days from the last one known on.
select
    flight_date,
    origin as airport,
    count(*) as flights,
    count(*) filter (where is_delayed) as delayed_flights,
    sum(delay_minutes)::bigint as total_delay_minutes,
    max(delay_minutes) as worst_delay_minutes
from {{ ref('stg_flights') }}
{% if is_incremental() -%}
where
    {% if wanted_days() -%}
    {{ only_wanted_days('flight_date') }}
    {%- else -%}
    flight_date >= (select max(flight_date) from {{ this }})
    {%- endif %}
{% endif -%}
group by flight_date, airport
