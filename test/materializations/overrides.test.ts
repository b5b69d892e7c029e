import { afterEach, expect, test } from 'vitest'
import { RunRig } from '../rig/run-rig.ts'

let rig: RunRig | undefined
let before: string
afterEach(async () => {
  process.chdir(before)
  await rig?.close()
})

const files = {
  'models/a_view.sql': 'select 1 as id',
  'models/a_table.sql': "{{ config(materialized='table') }} select 1 as id",
  'models/incremental.sql': "{{ config(materialized='incremental') }} select 1 as id",
  'models/external.sql': "{{ config(materialized='external') }} select 1 as id",
  'seeds/a_seed.csv': 'id\n1\n',
  'snapshots/snapshot.sql': `{% snapshot a_snapshot %}
{{ config(unique_key='id', strategy='check', check_cols='all') }} select 1 as id
{% endsnapshot %}`,
}
const everything = ['a_seed', 'a_snapshot', 'a_table', 'a_view', 'external', 'incremental']

test.for([
  ['run_hooks', 'hooks, inside_transaction=True', everything],
  ['persist_docs', 'relation, model, for_relation=true, for_columns=true', everything],
  ['apply_grants', 'relation, grant_config, should_revoke=True', everything],
  [
    'should_revoke',
    'existing_relation, full_refresh_mode=True',
    ['a_seed', 'a_snapshot', 'a_table', 'a_view', 'incremental'],
  ],
  ['create_indexes', 'relation', ['a_seed', 'a_snapshot', 'a_table', 'incremental']],
  ['should_full_refresh', '', ['a_seed', 'incremental']],
  ['existing_constraint_types', 'relation', ['a_table']],
] as const)("a project's own %s is called where dbt calls it", async ([macro, parameters, nodes]) => {
  before = process.cwd()
  const names = parameters.replaceAll(/=\w+/g, '')
  rig = new RunRig({
    ...files,
    'macros/own.sql': `{% macro ${macro}(${parameters}) %}
{% do log('own: ' ~ this.identifier) %}{{ return(dbt.${macro}(${names})) }}
{% endmacro %}`,
  })
  process.chdir(rig.folder)
  const told = new Set<string>()
  for (let times = 0; times < 2; times++) {
    const { events, statuses } = await rig.run({ command: 'build' })
    expect(new Set(Object.values(statuses))).toEqual(new Set(['success']))
    for (const event of events) {
      if (event.kind === 'template log' && event.message.startsWith('own: ')) told.add(event.message.slice(5))
    }
  }
  expect([...told].sort()).toEqual(nodes)
})
