import { expect, test } from 'vitest'
import { parsed } from './parsed.ts'

const macros = `{% macro plus(x, by=1) %}({{ x }} + {{ by }}){% endmacro %}
{% macro both(a, b) %}{{ plus(a) }}{{ dbt.type_string() }}{{ b }}{% endmacro %}
{% macro loud(name) %}{{ ref(name) }}{% endmacro %}
{% macro setting() %}{{ config(tags=['from_macro']) }}{% endmacro %}`

/** A macro of that name in the project has every model rendered. */
const forced = '{% macro config() %}{{ return(builtins.config(**kwargs)) }}{% endmacro %}'

const templates = [
  "select * from {{ ref('a') }} join {{ ref('p', 'b', v=1) }}",
  "{{ config(materialized='table', meta={'x': [1, true, none]}, tags='t') }} select {{ plus('max(x)') }}",
  "select {{ both(plus('1'), by | upper) }} from {{ ref('a') }}",
  "{% set names = ['x', 'y'] %} select {% for n in names %}{{ n | upper }}{% if not loop.last %},{% endif %}{% endfor %} from {{ ref('a') }}",
  "{% if is_incremental() %} {{ ref('never') }} {% else %} {{ ref('always') }} {% endif %}",
  "{% if execute %} {{ ref('never') }} {% endif %} {{ ref('a').identifier }} {{ this }} {{ this.schema }}",
  "{% if var('flag', true) %} {{ ref('when_true') }} {% else %} {{ ref('else') }} {% endif %}",
  "{% for n in ['x', 'y'] %} {{ ref(n) }} {% endfor %}",
  "{{ loud('a') }} {{ setting() }} {{ config(tags=['own']) }}",
  "{% set list = [] %}{% do list.append('z') %} {{ ref(list[0]) }} {{ target.name }} {{ config.get('x', 'y') }}",
  "{{ ref('a') if var('no') else ref('b') }} {{ 'x' ~ var('some') }} {{ source('s', 't') }}",
  "{{ config(post_hook=\"insert {{ ref('hooked') }}\") }} select {{ dbt.concat(['a', 'b']) }}",
]

test.each(templates)('reading gives what rendering gives: %s', text => {
  const vars = 'vars: {some: value, flag: false}\n'
  const read = parsed({ 'macros/m.sql': macros, 'models/m.sql': text }, vars)
  const rendered = parsed({ 'macros/m.sql': macros + forced, 'models/m.sql': text }, vars)
  expect(read.diagnostics).toEqual([])
  const facts = ({ node }: typeof read) => {
    const { refs, sources, tags, config, macros: called } = node('model.shop.m')
    return { refs, sources, tags, config, macros: called.filter(id => id !== 'macro.shop.config') }
  }
  expect(facts(read)).toEqual(facts(rendered))
})

test('a macro that calls what does not exist is rendered, so that the mistake is told', () => {
  const { found } = parsed({
    'macros/m.sql': "{% macro m() %}\n{{ gone('x') }}{% endmacro %}",
    'models/m.sql': 'select {{ m() }}',
  })
  expect(found).toEqual(['template/undefined macros/m.sql:2'])
})

test.each(['api.Relation.create(database=target.nope, schema="s", identifier="i")', 'modules.re.compile("(")'])(
  'a call that its arguments make fail is rendered, so that the mistake is told: %s',
  call => {
    expect(parsed({ 'models/m.sql': `{% set x = ${call} %} select 1` }).found).toHaveLength(1)
    expect(parsed({ 'models/m.sql': `{% if not execute %}{{ ${call} }}{% endif %} select 1` }).found).toHaveLength(1)
    const macro = `{% macro m() %}{{ ${call} }}{% endmacro %}`
    expect(parsed({ 'macros/m.sql': macro, 'models/m.sql': 'select {{ m() }}' }).found).toHaveLength(1)
  },
)
