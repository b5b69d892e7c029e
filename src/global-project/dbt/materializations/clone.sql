{#- A stand-in for a relation of another environment: a real clone where the database has such a thing, else a view. -#}

{%- materialization clone, default -%}
  {%- if not defer_relation -%}
    {%- do log('No relation found in state manifest for ' ~ model.unique_id, info=True) -%}
    {{ return({'relations': []}) }}
  {%- endif -%}

  {%- set existing_relation = load_cached_relation(this) -%}
  {%- if existing_relation and not flags.FULL_REFRESH -%}
    {%- do log('Relation ' ~ existing_relation ~ ' already exists', info=True) -%}
    {{ return({'relations': []}) }}
  {%- endif -%}

  {%- set original = load_cached_relation(defer_relation) -%}
  {%- set clones_tables = can_clone_table() -%}
  {%- if not (original and original.type == 'table' and clones_tables) -%}
    {%- set adapter_view = 'materialization_view_' ~ adapter.type() -%}
    {%- set build_view = context[adapter_view if adapter_view in context else 'materialization_view_default'] -%}
    {{ return(build_view()) }}
  {%- endif -%}

  {%- set target_relation = this.incorporate(type='table') -%}
  {%- if existing_relation is not none and not existing_relation.is_table -%}
    {%- do log('Dropping relation ' ~ existing_relation.render() ~ ' because it is of type ' ~ existing_relation.type) -%}
    {%- do drop_relation_if_exists(existing_relation) -%}
  {%- endif -%}

  {%- if target_relation.database == defer_relation.database
      and target_relation.schema == defer_relation.schema
      and target_relation.identifier == defer_relation.identifier -%}
    {%- do log('Not cloned, since it is its own original: ' ~ target_relation.render()) -%}
  {%- else -%}
    {%- call statement('main') -%}
      {{ create_or_replace_clone(target_relation, defer_relation) }}
    {%- endcall -%}
  {%- endif -%}

  {%- do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke(existing_relation, full_refresh_mode=True)) -%}
  {%- do persist_docs(target_relation, model) -%}
  {{ return({'relations': [target_relation]}) }}
{%- endmaterialization -%}
