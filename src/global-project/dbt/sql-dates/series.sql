{#- Rows out of nothing: numbers from 1, and dates between two ends. -#}

{#- How many binary digits it takes to count to upper_bound. -#}
{% macro get_powers_of_two(upper_bound) %}
  {{ return(adapter.dispatch('get_powers_of_two', 'dbt')(upper_bound)) }}
{% endmacro %}

{% macro default__get_powers_of_two(upper_bound) %}
  {%- if upper_bound <= 0 -%}
    {%- do exceptions.raise_compiler_error('upper bound must be positive') -%}
  {%- endif -%}
  {%- for power in range(1, 100) if upper_bound <= 2 ** power -%}
    {{ return(power) }}
  {%- endfor -%}
{% endmacro %}

{% macro generate_series(upper_bound) %}
  {{ return(adapter.dispatch('generate_series', 'dbt')(upper_bound)) }}
{% endmacro %}

{#- One cross join per binary digit, in plain SQL. -#}
{% macro default__generate_series(upper_bound) %}
  {%- set digits = dbt.get_powers_of_two(upper_bound) -%}
  {%- set terms = [] -%}
  {%- set factors = [] -%}
  {%- for digit in range(digits) -%}
    {%- do terms.append('p' ~ digit ~ '.generated_number * power(2, ' ~ digit ~ ')\n    ') -%}
    {%- do factors.append('p as p' ~ digit ~ '\n    ') -%}
  {%- endfor %}

    {# The layout is part of compiled models too. #}

    with p as (
        select 0 as generated_number union all select 1
    ), unioned as (

    select

    {# each binary digit's share #}
    {{ terms | join(' + \n    \n    ') }}
    {# numbers begin at one #}
    + 1
    as generated_number

    from

    {# one p per digit #}
    {{ factors | join(' cross join \n    \n    ') }}
    {# #}

    )

    select *
    from unioned
    where generated_number <= {{ upper_bound }}
    order by generated_number

{% endmacro %}

{#- Asks the database how many periods lie between two expressions. -#}
{% macro get_intervals_between(start_date, end_date, datepart) -%}
  {{ return(adapter.dispatch('get_intervals_between', 'dbt')(start_date, end_date, datepart)) }}
{%- endmacro %}

{% macro default__get_intervals_between(start_date, end_date, datepart) -%}
  {%- call statement('get_intervals_between', fetch_result=True) -%}
    select {{ dbt.datediff(start_date, end_date, datepart) }}
  {%- endcall -%}
  {%- set answer = load_result('get_intervals_between') -%}
  {{ return(answer['data'][0][0] if answer and answer['data'] else 1) }}
{%- endmacro %}

{#- One row per period from start_date up to end_date; both are SQL expressions. -#}
{% macro date_spine(datepart, start_date, end_date) %}
  {{ return(adapter.dispatch('date_spine', 'dbt')(datepart, start_date, end_date)) }}
{% endmacro %}

{% macro default__date_spine(datepart, start_date, end_date) %}
  {%- set period = 'date_' ~ datepart -%}
  {%- set rows = dbt.generate_series(dbt.get_intervals_between(start_date, end_date, datepart)) %}


    {# One row per number, one date per row, and none past the end. #}


    with rawdata as (

        {{ rows }}

    ),

    all_periods as (

        select (
            {{ dbt.dateadd(datepart, 'row_number() over (order by 1) - 1', start_date) }}
        ) as {{ period }}
        from rawdata

    ),

    filtered as (

        select *
        from all_periods
        where {{ period }} <= {{ end_date }}

    )

    select * from filtered

{% endmacro %}
