{#- merge: one MERGE statement, put together from the simple merge_* options or from merge_clauses.
    Conditions of users name DBT_INTERNAL_DEST and DBT_INTERNAL_SOURCE. -#}

{% macro duckdb__get_incremental_merge_sql(args_dict) %}
  {{ return(duckdb__get_merge_sql(
    args_dict['target_relation'],
    args_dict['temp_relation'],
    args_dict['unique_key'],
    args_dict['dest_columns'],
    normalize_incremental_predicates(args_dict.get('incremental_predicates'))
  )) }}
{% endmacro %}

{#- What pairs a new row with a stored one: `using` columns, else the key, else nothing does and every row is inserted. -#}
{% macro duckdb__merge_join_clause(unique_key, merge_on_using_columns, incremental_predicates) -%}
  {%- set narrowing = [] + (incremental_predicates or []) -%}
  {%- if merge_on_using_columns -%}
    using ({{ merge_on_using_columns | join(', ') }})
    {{- ' on (' ~ (narrowing | join(') and (')) ~ ')' if narrowing }}
  {%- else -%}
    {%- set matches = [] -%}
    {%- if not unique_key -%}
      {%- do matches.append('false') -%}
    {%- else -%}
      {%- set several = unique_key is sequence and unique_key is not mapping and unique_key is not string -%}
      {%- for key in (unique_key if several else [unique_key]) -%}
        {%- do matches.append('DBT_INTERNAL_SOURCE.' ~ key ~ ' = DBT_INTERNAL_DEST.' ~ key) -%}
      {%- endfor -%}
    {%- endif -%}
    on ({{ (matches + narrowing) | join(') and (') }})
  {%- endif -%}
{%- endmacro %}

{#- The clauses that the simple options stand for. -#}
{% macro merge_clause_defaults(merge_update_condition, merge_insert_condition, merge_update_columns=[], merge_exclude_columns=[], merge_update_set_expressions={}) -%}
  {{ return({
    'when_matched_update_by_name': {'action': 'update', 'condition': merge_update_condition, 'mode': 'by_name'},
    'when_not_matched_insert_by_name': {'action': 'insert', 'condition': merge_insert_condition, 'mode': 'by_name'},
    'when_matched_update_explicit': {
      'action': 'update',
      'condition': merge_update_condition,
      'mode': 'explicit',
      'update': {
        'include': merge_update_columns,
        'exclude': merge_exclude_columns,
        'set_expressions': merge_update_set_expressions
      }
    }
  }) }}
{%- endmacro %}

{% macro duckdb__get_merge_sql(target, source, unique_key, dest_columns, incremental_predicates=none) -%}
  {%- set predicates = normalize_incremental_predicates(incremental_predicates) -%}
  {%- do validate_merge_config(config, target) -%}

  {%- set written = config.get('merge_update_columns', []) -%}
  {%- set kept = config.get('merge_exclude_columns', []) -%}
  {%- set expressions = config.get('merge_update_set_expressions', {}) -%}
  {%- set returned = config.get('merge_returning_columns', []) -%}
  {%- set header = config.get('sql_header', none) -%}
  {%- set defaults = merge_clause_defaults(
    config.get('merge_update_condition', none), config.get('merge_insert_condition', none), written, kept, expressions) -%}
  {%- set default_update = defaults.when_matched_update_explicit if written or kept or expressions else defaults.when_matched_update_by_name -%}
  {%- set clauses = config.get('merge_clauses', {}) -%}

  {{ header if header is not none }}

  merge into {{ target }} as DBT_INTERNAL_DEST
  using {{ source }} as DBT_INTERNAL_SOURCE
  {{ duckdb__merge_join_clause(unique_key, config.get('merge_on_using_columns', []), predicates) }}

  {%- for clause in clauses.get('when_matched', [default_update]) %}
  {%- set condition = clause.get('condition') %}
  when matched
    {%- if condition %} and {{ condition if condition is string else '(' ~ (condition | join(') and (')) ~ ')' }}{% endif %} then
    {%- set action = clause.get('action') -%}
    {%- set mode = clause.get('mode') -%}
    {%- if action == 'update' and mode == 'by_name' %} update by name
    {%- elif action == 'update' and mode == 'by_position' %} update by position
    {%- elif action == 'update' and mode == 'star' %} update set *
    {%- elif action == 'update' and mode == 'explicit' -%}
      {%- set update = clause.get('update', {}) -%}
      {%- set set_expressions = update.get('set_expressions', {}) -%}
      {%- set assignments = [] -%}
      {%- for column, expression in set_expressions.items() -%}
        {%- do assignments.append(column ~ ' = ' ~ expression) -%}
      {%- endfor -%}
      {%- for column in get_merge_update_columns(update.get('include', []), update.get('exclude', []), dest_columns)
          if column | replace('"', '') | replace("'", '') not in set_expressions -%}
        {%- do assignments.append(column ~ ' = DBT_INTERNAL_SOURCE.' ~ column) -%}
      {%- endfor %} update set {{ assignments | join(', ') }}
    {%- elif action == 'delete' %} delete
    {%- elif action == 'do_nothing' %} do nothing
    {%- elif action == 'error' %} error {{ "'" ~ (clause.get('error_message') | replace("'", "''")) ~ "'" if clause.get('error_message') }}
    {%- endif %}
  {%- endfor %}

  {%- for clause in clauses.get('when_not_matched', [defaults.when_not_matched_insert_by_name]) %}
  {%- set condition = clause.get('condition') %}
  when not matched
    {%- if clause.get('by') %} by {{ clause.get('by') }}{% endif %}
    {%- if condition %} and {{ condition if condition is string else '(' ~ (condition | join(') and (')) ~ ')' }}{% endif %} then
    {%- set action = clause.get('action') -%}
    {%- set mode = clause.get('mode') -%}
    {%- if action == 'insert' and mode == 'by_name' %} insert by name
    {%- elif action == 'insert' and mode == 'by_position' %} insert by position
    {%- elif action == 'insert' and mode == 'star' %} insert *
    {%- elif action == 'insert' and mode == 'explicit' -%}
      {%- set insert = clause.get('insert', {}) %} insert ({{ insert.get('columns', []) | join(', ') }}) values ({{ insert.get('values', []) | join(', ') }})
    {%- elif action == 'update' -%}
      {%- set assignments = [] -%}
      {%- for column, expression in clause.get('set_expressions', {}).items() -%}
        {%- do assignments.append(column ~ ' = ' ~ expression) -%}
      {%- endfor %} update set {{ assignments | join(', ') }}
    {%- elif action == 'delete' %} delete
    {%- elif action == 'do_nothing' %} do nothing
    {%- elif action == 'error' %} error {{ "'" ~ (clause.get('error_message') | replace("'", "''")) ~ "'" if clause.get('error_message') }}
    {%- endif %}
  {%- endfor %}

  {%- if returned %}
  returning {{ returned if returned is string else returned | join(', ') }}
  {%- endif %}
{%- endmacro %}
