import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Connection } from '../../src/adapter/adapter.ts'
import { duckdbDatabase } from '../../src/adapter/duckdb.ts'
import { defaultDuckdbSettings } from '../../src/adapter/settings.ts'
import { toPython } from '../../src/template/plain-data.ts'
import type { PyDict, Value } from '../../src/template/value.ts'
import { nodeRendering, silence } from './rendering.ts'

const config = toPython({
  materialized: 'table',
  tags: ['x', 'y'],
  schema: null,
  enabled: true,
  persist_docs: { relation: true },
  meta: { owner: 'ann' },
}) as PyDict
const known = {
  kind: 'known' as const,
  get: (name: string) => config.get(name),
  getMeta: (name: string) => (config.get('meta') as PyDict).get(name),
}

describe('run time', () => {
  test.each([
    [
      "{{ ref('a') }} {{ ref('kit', 'km') }} {{ ref('ver', v=2) }}",
      '"memory"."main"."a" "memory"."main"."km" "memory"."main"."ver"',
    ],
    ["{{ source('raw', 'orders') }} {{ builtins.source('raw', 'orders') }}", '"raw"."orders" "raw"."orders"'],
    ["{{ context['ref']('a') }} {{ 'hello' in context }} {{ 'nope' in context }}", '"memory"."main"."a" True False'],
    [
      '{{ execute }} {{ database }} {{ schema }} {{ this }} {{ model.name }}',
      'True memory main "memory"."main"."bee" b',
    ],
    ['{{ sql }}|{{ compiled_code }}|{{ pre_hooks }}|{{ selected_resources }}', 'None|None|[]|[]'],
    [
      '{{ env.name }} {{ project_name }} {{ sql_now }} {{ doc is defined }} {{ debug is defined }}',
      'dev shop now() False False',
    ],
    ["{{ render('{{ 1 + 1 }}') }} {{ render(\"{{ ref('a') }}\") }}", '2 "memory"."main"."a"'],
    [
      "{{ config.get('materialized') }} {{ config.get('nope') }} {{ config.get('nope', 'd') }} {{ config.get('schema', 'x') }}",
      'table None d None',
    ],
    ["{{ config.get('materialized', validator=validation.any['table', 'view']) }}", 'table'],
    ["{{ config.meta_get('owner') }} {{ config.meta_get('zz', 'd') }} {{ config.require('enabled') }}", 'ann d True'],
    [
      "{{ config.persist_relation_docs() }} {{ config.persist_column_docs() }} [{{ config(materialized='view') }}]",
      'True False []',
    ],
    ['{{ config.model.name == model.name }} {{ config.model.unique_id == model.unique_id }}', 'True True'],
    ["{{ config['materialized'] }}{{ config.set('x', 1) }}|", '|'],
    ["{{ exceptions is mapping }} {{ 'warn' in exceptions }}", 'True True'],
    ["{{ try_or_compiler_error('wrapped', hello, 'z') }}", 'hello z'],
    ['{{ context_macro_stack.call_stack }} {{ context_macro_stack.depth }}', '[] 0'],
    ["{{ load_result('never') }}", 'None'],
    ["{{ store_result('s', 'OK') }}{{ load_result('s').response }}", 'OK'],
    [
      "{{ store_raw_result('s', 'done', 'C', 3) }}{% set r = load_result('s').response %}{{ r }} {{ r.rows_affected }}",
      'done 3',
    ],
  ])('%s', async (template, expected) => {
    const rendering = nodeRendering({ macros: { "shop.hello(x='w')": 'hello {{ x }}' }, providers: { config: known } })
    expect(await rendering.render(template)).toBe(expected)
  })
  test.each([
    ["{{ ref('a', 'b', 'c') }}", 'context/ref-arguments', 'takes at most two arguments (3 given)'],
    ['{{ ref(none) }}', 'context/ref-arguments', 'NoneType'],
    ["{{ source('raw') }}", 'context/ref-arguments', 'exactly two arguments (1 given)'],
    ["{{ source('raw', 1) }}", 'context/ref-arguments', "<class 'int'>"],
    [
      "{{ config.require('nope') }}",
      'context/config-missing',
      "'model.shop.b' does not define a required config parameter 'nope'",
    ],
    [
      "{{ config.get('materialized', default='x', validator=validation.any('view')) }}",
      'context/validation',
      'to be one of view',
    ],
    ['{{ config.get() }}', 'template/type', ''],
    ['{{ config.nope() }}', 'template/undefined', ''],
    ["{{ exceptions.raise_compiler_error('boom ' ~ 1) }}", 'context/raised', 'boom 1'],
    ["{{ exceptions.nope('x') }}", 'template/undefined', 'nope'],
    ['{{ exceptions.raise_compiler_error() }}', 'template/type', ''],
    ["{{ try_or_compiler_error('wrapped msg', modules.re.compile, '(') }}", 'context/raised', 'wrapped msg'],
    ["{{ store_result('s', 'OK') }}{{ load_result('s') }}{{ load_result('s') }}", 'context/result-loaded', "'s'"],
    ['{{ submit_python_job({}, "") }}', 'context/python-model', ''],
    ['{{ undefined_thing.x }}', 'template/undefined', 'undefined_thing'],
  ])('%s fails', async (template, code, message) => {
    const rendering = nodeRendering({ providers: { config: known } })
    const failure = await rendering.render(template).catch((error: unknown) => error)
    expect(failure).toMatchObject({ diagnostic: { code, message: expect.stringContaining(message) } })
  })
  test('a warning leaves through the sink', async () => {
    const heard = silence()
    expect(await nodeRendering({ heard }).render("{{ exceptions.warn('careful') }}|")).toBe('|')
    expect(heard.warned).toEqual(['careful'])
  })
  test('a broken contract shows a table of the columns that differ', async () => {
    const template = `{{ exceptions.raise_contract_error(
      [{'name': 'id', 'data_type': 'INTEGER'}, {'name': 'gone', 'data_type': 'TEXT'}],
      [{'name': 'id', 'data_type': 'BIGINT'}, {'name': 'new', 'data_type': 'DATE'}]) }}`
    await expect(nodeRendering().render(template)).rejects.toThrow(
      `| column_name | definition_type | contract_type | mismatch_reason       |
| ----------- | --------------- | ------------- | --------------------- |
| gone        |                 | TEXT          | missing in definition |
| id          | BIGINT          | INTEGER       | data type mismatch    |
| new         | DATE            |               | missing in contract   |`,
    )
  })
  test('names on top hide macros, and macros hide names of the context', async () => {
    const rendering = nodeRendering({
      macros: { 'shop.ref(x)': 'mine {{ builtins.ref(x) }}', 'shop.results()': 'macro' },
      providers: {
        extra: new Map<string, Value>([
          ['results', [1]],
          ['nothing', null],
        ]),
      },
    })
    expect(await rendering.render("{{ ref('a') }} {{ results }} {{ nothing }}")).toBe(
      'mine "memory"."main"."a" [1] None',
    )
  })
  test('what is written into the context is seen by the macros called from then on, not by the running template', async () => {
    const rendering = nodeRendering({
      macros: {
        'shop.put(key, value)': '{% do context.update({key: value}) %}',
        'shop.see()': '<{{ zz }}>',
      },
    })
    expect(
      await rendering.render(
        "{{ see() }}{{ put('zz', 5) }}{{ see() }} top={{ zz }} {{ context.get('zz') }} {{ context['zz'] }}",
      ),
    ).toBe('<><5> top= 5 5')
    expect(
      await rendering.render(
        "{{ context.setdefault('w', 3) }} {{ context.w }} {% do context.update(w=4) %}{{ context.pop('w') }} {{ context.pop('w', 'no') }} {{ 'w' in context }}",
      ),
    ).toBe('3 3 4 no False')
    await expect(rendering.render("{{ context.pop('w') }}")).rejects.toThrow("'w'")
  })
})

describe('parse time', () => {
  const parsing = () => {
    const captured: PyDict[] = []
    const rendering = nodeRendering({
      providers: { execute: false, config: { kind: 'capture', add: (options: PyDict) => captured.push(options) } },
    })
    return { rendering, captured }
  }
  test('config stores what it is given and answers nothing', async () => {
    const { rendering, captured } = parsing()
    expect(
      await rendering.render("[{{ config(materialized='table', pre_hook='x') }}]{{ config.get('materialized', 'd') }}"),
    ).toBe('[]')
    expect(Array.from(captured[0]!)).toEqual([
      ['materialized', 'table'],
      ['pre-hook', 'x'],
    ])
  })
  test.each(["{{ config(pre_hook='x', **{'pre-hook': 'y'}) }}", '{{ config() }}', "{{ config('a', 'b') }}"])(
    '%s fails',
    async template => {
      await expect(parsing().rendering.render(template)).rejects.toMatchObject({
        diagnostic: { code: 'context/config-arguments' },
      })
    },
  )
  test.each([
    ["{{ var('missing') }} {{ var('missing', 'd') }} {{ execute }}", 'None d False'],
    [
      "{{ adapter.get_relation('a', 'b', 'c') }} {{ adapter.get_columns_in_relation(ref('a')) }} {{ adapter.check_schema_exists('a', 'b') }}",
      'None [] False',
    ],
    ["{{ adapter.quote('q') }} {{ adapter.type() }} {{ adapter.execute('x')[1].rows | length }}", '"q" duckdb 0'],
    ['{{ undefined_macro() }}|{{ undefined_thing.x.y }}|', '||'],
  ])('%s', async (template, expected) => {
    expect(await parsing().rendering.render(template)).toBe(expected)
  })
})

describe('queries', () => {
  const database = duckdbDatabase(defaultDuckdbSettings)
  let connection: Connection
  beforeAll(async () => {
    connection = await database.connect()
  })
  afterAll(() => database.close())
  const macros = {
    'dbt.statement(name=none, fetch_result=false)':
      '{%- set res, table = adapter.execute(caller(), fetch=fetch_result) -%}{%- do store_result(name, res, table) -%}',
    'dbt.run_query(sql)':
      "{%- call statement('run_query_statement', fetch_result=true) -%}{{ sql }}{%- endcall -%}{%- do return(load_result('run_query_statement').table) -%}",
  }
  test.each([
    [
      `{% set r = run_query("select 1.50::decimal(10,2) as d, 2.5::double as f, date '2024-01-02' as dt, timestamp '2024-01-02 03:04:05' as ts, true as b, null as n, 'q' as s, 10000000000 as big") %}{% for v in r.rows[0] %}{{ v }}|{% endfor %}`,
      '1.50|2.5|2024-01-02|2024-01-02 03:04:05|True|None|q|10000000000|',
    ],
    [
      `{% set r = run_query("select [1,2] as l, {'a': 1} as s, interval 1 day as i, 'x'::blob as bl, time '01:02:03' as t") %}{% for v in r.rows[0] %}{{ v }}|{{ v is string }} {% endfor %}`,
      `[1, 2]|True {"a": 1}|True 1 day, 0:00:00|True b'x'|True 01:02:03|True `,
    ],
    [`{{ run_query("select 'a' as k union all select 'b' order by 1").columns[0].values() | join(',') }}`, 'a,b'],
    ["{{ run_query('select 1 where false').rows | length }}", '0'],
    [
      "{% call statement('q', fetch_result=true) %}select 42 as x{% endcall %}{% set r = load_result('q') %}{{ r.table.columns['x'].values() | list }}{{ r.data[0][0] }} {{ r.response }}",
      '[42]42 OK',
    ],
  ])('%s', async (template, expected) => {
    expect(await nodeRendering({ macros, connection }).render(template)).toBe(expected)
  })
})
