/** A project of two models, a seed and a macro, for tests of commands. */
export const shop = {
  'models/a.sql': 'select 1 as id',
  'models/b.sql': "{{ config(materialized='table') }} select id + 1 as id from {{ ref('a') }}",
  'seeds/countries.csv': 'code,name\nde,Germany\n',
  'macros/greet.sql': "{% macro greet(name='you') %}{{ log('hello ' ~ name, info=true) }}{% endmacro %}",
}

export interface RunResults {
  readonly args: Record<string, unknown>
  readonly results: readonly { readonly unique_id: string; readonly status: string }[]
}
