{#- A unit test: the model's query on fixture rows beside the rows expected. The types of the result are read from an empty run of it. -#}

{%- materialization unit, default -%}
  {%- set temp_relation = make_temp_relation(this.incorporate(type='table')) -%}
  {%- do run_query(get_create_table_as_sql(True, temp_relation, get_empty_subquery_sql(sql))) -%}
  {%- do compare_unit_test(sql, adapter.get_columns_in_relation(temp_relation)) -%}
  {%- do adapter.drop_relation(temp_relation) -%}
  {{ return({'relations': []}) }}
{%- endmaterialization -%}
