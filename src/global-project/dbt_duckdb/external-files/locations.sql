{#- Models kept as files: where they lie, how they are written, and views over those that this run does not build. -#}

{#- A file named after the relation under the external root; a folder when it is partitioned. -#}
{% macro external_location(relation, config) -%}
  {{- adapter.external_root() ~ '/' ~ relation.identifier -}}
  {%- if config.get('options', {}).get('partition_by') is none -%}
    {{- '.' ~ config.get('format', 'parquet') -}}
  {%- endif -%}
{%- endmacro %}

{% macro location_exists(location) -%}
  {%- do return(adapter.location_exists(location)) -%}
{%- endmacro %}

{% macro write_to_file(relation, location, options) -%}
  {%- call statement('write_to_file') -%}
    copy {{ relation }} to '{{ location }}' ({{ options }})
  {%- endcall -%}
{%- endmacro %}

{% macro store_relation(plugin, relation, location, format, config) -%}
  {%- do adapter.store_relation(plugin, relation, adapter.get_columns_in_relation(relation), location, format, config) -%}
{%- endmacro %}

{#- The `options` dictionary with its templates filled in; `format` and `delimiter` may also stand outside of it. -#}
{% macro render_write_options(config) -%}
  {%- set options = config.get('options', {}) -%}
  {%- if options is not mapping -%}
    {%- do exceptions.raise_compiler_error('The options argument must be a dictionary') -%}
  {%- endif -%}
  {%- for name in options -%}
    {%- do options.update({name: render(options[name])}) -%}
  {%- endfor -%}
  {%- for name in ['format', 'delimiter'] if config.get(name) -%}
    {%- do options.update({name: render(config.get(name))}) -%}
  {%- endfor -%}
  {%- do return(options) -%}
{%- endmacro %}

{#- For an on-run-start hook: a view over the files of each external parent that is not selected, so that a database that begins
    empty can be built upon. -#}
{% macro register_upstream_external_models() -%}
  {%- if execute -%}
    {%- set seen = [] -%}
    {%- set schemas = [] -%}
    {%- for node_id in selected_resources if node_id in graph['nodes'] -%}
      {%- for parent_id in graph['nodes'][node_id]['depends_on']['nodes'] if parent_id not in selected_resources and parent_id not in seen -%}
        {%- do seen.append(parent_id) -%}
        {%- set parent = graph['nodes'].get(parent_id) -%}
        {%- if parent and parent.resource_type in ('model', 'seed') and parent.config.materialized == 'external' -%}
          {%- set relation = api.Relation.create(database=parent['database'], schema=parent['schema'], identifier=parent['alias']) -%}
          {%- set location = parent.config.get('location', external_location(relation, parent.config)) -%}
          {%- set files = adapter.external_read_location(location, render_write_options(parent.config)) -%}
          {%- if relation.schema not in schemas -%}
            {%- do schemas.append(relation.schema) -%}
            {%- call statement('main', language='sql') -%}
              create schema if not exists {{ relation.without_identifier() }}
            {%- endcall -%}
          {%- endif -%}
          {%- call statement('main', language='sql') -%}
            create or replace view {{ relation }} as (select * from '{{ files }}');
          {%- endcall -%}
        {%- endif -%}
      {%- endfor -%}
    {%- endfor -%}
    {%- if schemas -%}
      {%- do adapter.commit() -%}
    {%- endif -%}
  {%- endif -%}
{%- endmacro %}
