import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { project } from '../rig/project-rig.ts'

const shared = {
  'dbt_packages/kit/dbt_project.yml': 'name: kit\n',
  'dbt_packages/kit/macros/deep.sql': `{% macro outer(x) %}
  {{ kit.middle(x) }}
{% endmacro %}

{% macro middle(x) %}
  select {{ kit.inner(x) }}
{% endmacro %}

{% macro inner(x) %}
  {{ x.nope.deeper }}
{% endmacro %}
`,
  'macros/own.sql': `{% macro greet(name, loud=false) %}hello {{ name }}{% endmacro %}

{% macro forever(n) %}
  {{ forever(n + 1) }}
{% endmacro %}

{% macro checked(kind) %}
  {% if kind != 'good' %}
    {{ exceptions.raise_compiler_error("kind must be good, not " ~ kind) }}
  {% endif %}
{% endmacro %}

{% macro wrapper(kind) %}{{ checked(kind) }}{% endmacro %}

{% macro shared_sum(column) -%}
  sum({{ column }}) as total,
  nope({{ column }}) as other
{%- endmacro %}
`,
}

/** What the command prints, without clocks, times and what it says of earlier runs. */
async function told(command: string, model: string): Promise<string> {
  const p = project({ ...shared, 'models/broken.sql': model })
  await p.run(`${command} --no-use-colors`)
  expect(p.exitCode).not.toBe(0)
  return p.stdout
    .replace(/^\d\d:\d\d:\d\d {2}/gm, '')
    .replace(/^Unable to do partial parsing .*\n/m, '')
    .replace(/\d+\.\d\ds/g, '0.00s')
    .replace(/in 0 hours.*?\(0\.00s\)/g, 'in 0 hours 0 minutes and 0.00 seconds (0.00s)')
}

describe('a mistake in a template is told with its place, the calls that led there and what may help', () => {
  test.each([
    ['syntax', 'compile', 'select {{ 1 + }} as x\n'],
    ['unclosed-if', 'compile', 'select 1\n{% if true %}\nas x\n'],
    ['unknown-filter', 'compile', "select {{ 'a' | uper }} as x\n"],
    ['undefined-macro', 'compile', "select {{ gret('a') }} as x\n"],
    ['undefined-package-macro', 'compile', "select {{ kit.outr('a') }} as x\n"],
    ['undefined-variable', 'compile', '{% set customer_ids = [1] %}\nselect {{ custmer_ids.first }} as x\n'],
    ['wrong-arguments', 'compile', "select {{ greet('a', volume=3) }} as x\n"],
    ['deep-in-a-package', 'compile', "{{ kit.outer('a') }}\n"],
    ['endless-recursion', 'compile', 'select {{ forever(1) }}\n'],
    [
      'endless-loop',
      'compile',
      '{% set items = [1] %}\n{% for x in items %}{% do items.append(x) %}{% endfor %}\nselect 1\n',
    ],
    ['raised-in-a-nested-macro', 'compile', "select {{ wrapper('bad') }}\n"],
    ['missing-variable', 'compile', "select {{ var('nope') }}\n"],
    ['missing-dispatch', 'compile', "select {{ adapter.dispatch('current_timestmp', 'dbt')() }}\n"],
    ['query-in-a-template', 'compile', "{% set rows = run_query('select nope') %}\nselect 1\n"],
    ['sql-out-of-a-macro', 'run', "select\n  {{ shared_sum('x') }}\nfrom (select 1 as x)\n"],
  ])('%s', async (name, command, model) => {
    await expect(await told(command, model)).toMatchFileSnapshot(join(import.meta.dirname, '../golden', `${name}.txt`))
  })
})
