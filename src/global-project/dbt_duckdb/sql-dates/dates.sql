{#- Date functions in DuckDB's words. They render into compiled models, so their text is fixed. -#}

{% macro duckdb__date(year, month, day) -%}
  make_date({{ year }}, {{ month }}, {{ day }})
{%- endmacro %}

{#- An interval of one unit times a number: the number may be any expression, which an interval literal does not allow.
    Quarters count as three months and weeks as seven days. -#}
{% macro duckdb__dateadd(datepart, interval, from_date_or_timestamp) %}
  {%- set named = datepart | lower -%}
  {%- set unit = {'quarter': 'month', 'week': 'day'}.get(named, named) -%}
  {%- set factor = {'quarter': 3, 'week': 7}.get(named) -%}
  {%- set count = 'cast(' ~ interval ~ ' as bigint)' %}

    ({{ from_date_or_timestamp }} + {{ '(' ~ count ~ ' * ' ~ factor ~ ')' if factor else count }} * interval 1 {{ unit }})
{%- endmacro %}

{#- Weeks are counted by days, with a correction for the day of the week the two dates fall on. -#}
{% macro duckdb__datediff(first_date, second_date, datepart) -%}
  {%- if datepart == 'week' %}
            ({{ datediff(first_date, second_date, 'day') }} // 7 + case
            when date_part('dow', ({{ first_date }})::timestamp) <= date_part('dow', ({{ second_date }})::timestamp) then
                case when {{ first_date }} <= {{ second_date }} then 0 else -1 end
            else
                case when {{ first_date }} <= {{ second_date }} then 1 else 0 end
        end)
    {% else %}
        (date_diff('{{ datepart }}', {{ first_date }}::timestamp, {{ second_date }}::timestamp ))
    {% endif %}
{%- endmacro %}

{#- The end of a quarter takes three months instead of one quarter. -#}
{% macro duckdb__last_day(date, datepart) -%}
  {%- if datepart == 'quarter' -%}
    {%- set next_quarter = dbt.dateadd('month', '3', dbt.date_trunc(datepart, date)) -%}
    -- duckdb dateadd does not support quarter interval.
    cast(
        {{ dbt.dateadd('day', '-1', next_quarter) }}
        as date)
  {%- else -%}
    {{ dbt.default_last_day(date, datepart) }}
  {%- endif -%}
{%- endmacro %}

{% macro duckdb__generate_series(upper_bound) %}
    select
        generate_series as generated_number
    from generate_series(1, {{ upper_bound }})
{% endmacro %}
