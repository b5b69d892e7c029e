{#- DuckDB will neither rename nor drop a table that a foreign key points at, nor drop the key alone; and a table with a foreign key
    that was renamed keeps its old name in the other table's books for good. So such tables are rebuilt in place, inside a transaction,
    and the tables that point at them are dropped, kept as copies and given back as plain tables until their own model rebuilds them. -#}

{#- Constraint types the model declares. -#}
{% macro enforced_constraint_types() -%}
  {%- set types = [] -%}
  {%- set contract = config.get('contract') -%}
  {%- if contract and contract.enforced -%}
    {%- do types.extend(model.get('constraints', []) | map(attribute='type')) -%}
    {%- for column in model.get('columns', {}).values() -%}
      {%- do types.extend(column.get('constraints', []) | map(attribute='type')) -%}
    {%- endfor -%}
  {%- endif -%}
  {{ return(types) }}
{%- endmacro %}

{#- Key constraints the table in the database has. -#}
{% macro existing_constraint_types(relation) -%}
  {{ return(adapter.existing_key_constraint_types(relation) if relation is not none and relation.is_table else []) }}
{%- endmacro %}

{% macro has_foreign_key_constraints(relation=none) -%}
  {%- if not adapter.catalog_supports_foreign_keys(this.database) -%}
    {{ return(false) }}
  {%- endif -%}
  {{ return('foreign_key' in enforced_constraint_types() or 'foreign_key' in existing_constraint_types(relation)) }}
{%- endmacro %}

{#- Only a primary key or a unique constraint can be pointed at; one that is about to go counts still. -#}
{% macro may_be_foreign_key_target(relation=none) -%}
  {%- if not adapter.catalog_supports_foreign_keys(this.database) -%}
    {{ return(false) }}
  {%- endif -%}
  {%- set types = enforced_constraint_types() + existing_constraint_types(relation) -%}
  {{ return('primary_key' in types or 'unique' in types) }}
{%- endmacro %}

{#- Drops every table that points at `relation`, directly or through others, farthest first, and gives the list of
    {relation, backup} for restore_foreign_key_dependents. A table that this run will not rebuild is an error: its data would be lost. -#}
{% macro drop_foreign_key_dependents(relation) -%}
  {%- set database = adapter.escape_sql_string(relation.database) -%}
  {%- set schema_name = adapter.escape_sql_string(relation.schema) -%}
  {%- set identifier = adapter.escape_sql_string(relation.identifier) -%}
  {%- call statement('get_foreign_key_dependents', fetch_result=True) -%}
    with recursive links as (
      select table_name, referenced_table
      from duckdb_constraints()
      where constraint_type = 'FOREIGN KEY'
        and lower(database_name) = lower('{{ database }}')
        and lower(schema_name) = lower('{{ schema_name }}')
        and lower(table_name) <> lower(referenced_table)
    ),
    reached(table_name, distance) as (
      select table_name, 1 from links where lower(referenced_table) = lower('{{ identifier }}')
      union
      select links.table_name, reached.distance + 1
      from links join reached on lower(links.referenced_table) = lower(reached.table_name)
    ),
    farthest as (
      select table_name, max(distance) as distance from reached group by table_name
    )
    select farthest.table_name, farthest.distance, links.referenced_table
    from farthest join links on links.table_name = farthest.table_name
    order by farthest.distance desc, farthest.table_name, links.referenced_table
  {%- endcall -%}

  {%- set points_at = {} -%}
  {%- for row in load_result('get_foreign_key_dependents').table -%}
    {%- do points_at.setdefault(row[0], []).append(row[2] | lower) -%}
  {%- endfor -%}
  {%- if not points_at -%}
    {{ return([]) }}
  {%- endif -%}

  {#- Which model builds which of these tables. -#}
  {%- set builder_ids = {relation.identifier | lower: model.unique_id} -%}
  {%- set builders = {} -%}
  {%- for node in graph.nodes.values()
      if node.resource_type == 'model'
      and (node.database or '') | lower == (relation.database or '') | lower
      and node.schema | lower == relation.schema | lower -%}
    {%- for table in points_at if table | lower == (node.alias or node.name) | lower -%}
      {%- do builders.update({table: node}) -%}
      {%- do builder_ids.update({table | lower: node.unique_id}) -%}
    {%- endfor -%}
  {%- endfor -%}

  {%- set problems = [] -%}
  {%- for table, referenced_tables in points_at.items() -%}
    {%- set node = builders.get(table) -%}
    {%- set parents = [] -%}
    {%- for referenced in referenced_tables if referenced in builder_ids -%}
      {%- do parents.append(builder_ids[referenced]) -%}
    {%- endfor -%}
    {%- if node is none -%}
      {%- do problems.append(table ~ ' (not built by a dbt model in this project)') -%}
    {%- elif node.unique_id not in selected_resources -%}
      {%- do problems.append(table ~ ' (model ' ~ node.name ~ ' is not selected in this run)') -%}
    {%- elif not (parents | select('in', node.depends_on.nodes) | list) -%}
      {%- do problems.append(
        table ~ ' (model ' ~ node.name ~ ' does not ref() the table its foreign key points at, so dbt may not rebuild it afterwards; use `to: ref(...)` in the constraint)') -%}
    {%- else -%}
      {%- set rebuilt = flags.FULL_REFRESH if node.config.full_refresh is none else node.config.full_refresh -%}
      {%- if node.config.materialized != 'table' and not (node.config.materialized == 'incremental' and rebuilt) -%}
        {%- do problems.append(
          table ~ ' (model ' ~ node.name ~ ' is materialized as ' ~ node.config.materialized ~ ' and would lose its data; run with --full-refresh)') -%}
      {%- endif -%}
    {%- endif -%}
  {%- endfor -%}
  {%- if problems -%}
    {%- do exceptions.raise_compiler_error(
      'Cannot replace ' ~ relation ~ ' because DuckDB does not allow replacing a table that a foreign key '
      ~ 'references, and dbt-duckdb can only drop referencing tables that this run will rebuild. '
      ~ 'Problem tables: ' ~ problems | join('; ')) -%}
  {%- endif -%}

  {%- set dropped = [] -%}
  {%- for table in points_at -%}
    {%- set dependent = api.Relation.create(database=relation.database, schema=relation.schema, identifier=table, type='table') -%}
    {%- set backup = dependent.incorporate(path={'identifier': table ~ '__dbt_fk_backup'}, type='table') -%}
    {%- do adapter.drop_relation(backup) -%}
    {%- call statement('backup_foreign_key_dependent_' ~ loop.index) -%}
      create table {{ backup }} as select * from {{ dependent }}
    {%- endcall -%}
    {%- do log('Dropping ' ~ dependent ~ ' because it references ' ~ relation ~ ' through a foreign key; it is rebuilt later in this run', info=True) -%}
    {%- do adapter.drop_relation(dependent) -%}
    {%- do dropped.append({'relation': dependent, 'backup': backup}) -%}
  {%- endfor -%}
  {{ return(dropped) }}
{%- endmacro %}

{% macro restore_foreign_key_dependents(dropped) -%}
  {%- for entry in dropped | reverse -%}
    {%- do log('Restoring data for ' ~ entry['relation'] ~ '; its constraints are rebuilt later in this run', info=True) -%}
    {%- do adapter.rename_relation(entry['backup'], entry['relation']) -%}
  {%- endfor -%}
{%- endmacro %}

{#- The transaction is needed even where transactions are off: a build that fails has to bring the old table back. -#}
{% macro drop_relation_for_rebuild(relation) -%}
  {%- do adapter.ensure_transaction() -%}
  {%- set dropped = drop_foreign_key_dependents(relation) if relation.is_table and may_be_foreign_key_target(relation) else [] -%}
  {%- do adapter.drop_relation(relation) -%}
  {{ return(dropped) }}
{%- endmacro %}
