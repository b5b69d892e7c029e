select
    iata as airport,
    name as airport_name,
    city,
    state,
    latitude,
    longitude
from {{ source('vega', 'airports') }}
