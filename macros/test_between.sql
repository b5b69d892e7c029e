{#- A column stays within [minimum, maximum]; either end may be left out. -#}
{% test between(model, column_name, minimum=none, maximum=none) %}

select {{ column_name }}
from {{ model }}
where false
{%- if minimum is not none %} or {{ column_name }} < {{ minimum }}{% endif %}
{%- if maximum is not none %} or {{ column_name }} > {{ maximum }}{% endif %}

{% endtest %}
