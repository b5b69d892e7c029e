/**
 * Prints what templates cost.
 *
 *   node bench/template.mjs                         with made-up packages of about 440 macros
 *   node bench/template.mjs --packages dbt_packages  with the packages in that folder
 *
 * Rendering is measured inside one process, on the engine alone; starts are whole processes, with the packages and without.
 */
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { median } from './measure.mjs'

const root = resolve(import.meta.dirname, '..')
const work = join(root, 'target', 'bench', 'template')
const eider = [process.execPath, join(root, 'dist', 'eider.js')]

/**
 * @param {{ runs?: number, packages?: string, models?: number }} options
 * @returns {Promise<{ name: string, milliseconds: number, peakMiB: number }[]>}
 */
export async function templateFigures({ runs = 5, packages, models = 10_000 } = {}) {
  rmSync(work, { recursive: true, force: true })
  mkdirSync(work, { recursive: true })
  return [...(await rendering(models)), ...(await starts(runs, packages))]
}

async function rendering(models) {
  const bundle = join(work, 'engine.cjs')
  await build({
    stdin: {
      contents: `export { compileTemplate } from './src/template/template.ts'
        export { fn } from './src/template/value.ts'`,
      resolveDir: root,
    },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile: bundle,
    logLevel: 'warning',
  })
  const { compileTemplate, fn } = await import(pathToFileURL(bundle).href)
  const names = new Map([
    ['ref', fn('ref', ([name]) => `"db"."main"."${name}"`)],
    ['config', fn('config', () => '')],
    ['var', fn('var', () => 5)],
  ])
  const scope = { lookup: name => names.get(name) }
  const simple = texts(
    models,
    n => `{{ config(materialized='table') }}\nselect * from {{ ref('model_${n}') }} where id > {{ var('n') }}\n`,
  )
  const looping = texts(
    models / 10,
    n =>
      `{% set columns = ['a_${n}', 'b', 'c'] %}\nselect {% for c in columns -%}\n  sum({{ c }}) as {{ c | upper }}{{ ',' if not loop.last }}\n{%- endfor %}\nfrom {{ ref('model_${n}') }}\n`,
  )
  return [
    timed(`templates: compile and render ${models} simple models`, () => renderAll(simple)),
    timed(`templates: compile and render ${models / 10} models with loops`, () => renderAll(looping)),
  ]

  function renderAll(all) {
    for (const text of all) compileTemplate(text).render(scope)
  }
}

function texts(count, text) {
  return Array.from({ length: count }, (_, index) => text(index))
}

function timed(name, work) {
  const started = performance.now()
  work()
  return { name, milliseconds: performance.now() - started, peakMiB: process.memoryUsage().rss / 2 ** 20 }
}

async function starts(runs, packages) {
  const bare = project('bare')
  const full = project('full')
  if (packages) cpSync(packages, join(full, 'dbt_packages'), { recursive: true })
  else makePackage(join(full, 'dbt_packages', 'made_up'))
  const figures = []
  for (const command of ['list', 'parse']) {
    const run = (folder, before) => median(() => [...eider, '--quiet', command], { runs, cwd: folder, before })
    const forget = folder => () => rmSync(join(folder, 'target'), { recursive: true, force: true })
    const without = await run(bare)
    const cold = await run(full, forget(full))
    const warm = await run(full)
    const beyond = one => ({ ...one, milliseconds: one.milliseconds - without.milliseconds })
    figures.push({ name: `templates: ${command} without packages`, ...without })
    figures.push({ name: `templates: packages add to ${command}, cold`, ...beyond(cold) })
    figures.push({ name: `templates: packages add to ${command}, warm`, ...beyond(warm) })
  }
  return figures
}

function project(name) {
  const folder = join(work, name)
  mkdirSync(join(folder, 'models'), { recursive: true })
  writeFileSync(join(folder, 'dbt_project.yml'), 'name: bench\nprofile: bench\n')
  writeFileSync(
    join(folder, 'profiles.yml'),
    "bench:\n  target: dev\n  outputs:\n    dev:\n      type: duckdb\n      path: ':memory:'\n",
  )
  writeFileSync(join(folder, 'models', 'a.sql'), 'select 1 as id\n')
  return folder
}

function makePackage(folder) {
  mkdirSync(join(folder, 'macros'), { recursive: true })
  writeFileSync(join(folder, 'dbt_project.yml'), "name: made_up\nversion: '1.0'\n")
  for (let n = 0; n < 220; n++) {
    writeFileSync(
      join(folder, 'macros', `m${n}.sql`),
      `{% macro m${n}(relation, column, values=[], quote=true) -%}
  {{ return(adapter.dispatch('m${n}', 'made_up')(relation, column, values, quote)) }}
{%- endmacro %}

{% macro default__m${n}(relation, column, values, quote) %}
  {%- set wanted = [] -%}
  {%- for value in values if value is not none -%}
    {%- do wanted.append("'" ~ value | replace("'", "''") ~ "'" if quote else value) -%}
  {%- endfor -%}
  {%- if wanted | length == 0 -%}
    {{ exceptions.raise_compiler_error("m${n} needs values for " ~ column) }}
  {%- elif execute and relation.type == 'view' -%}
    {%- set found = run_query('select count(*) from ' ~ relation).columns[0].values()[0] -%}
    select {{ column }}, {{ found }} as total from {{ relation }}
  {%- else -%}
    select {{ column }}, sum(case when {{ column }} in ({{ wanted | join(', ') }}) then 1 else 0 end) as total
    from {{ relation }} group by {{ column }}
  {%- endif -%}
{% endmacro %}
`,
    )
  }
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({ options: { packages: { type: 'string' }, runs: { type: 'string' } } })
  const figures = await templateFigures({
    ...(values.packages && { packages: resolve(values.packages) }),
    ...(values.runs && { runs: Number(values.runs) }),
  })
  for (const { name, milliseconds } of figures) console.log(`${`${milliseconds.toFixed(0)} ms`.padStart(9)}  ${name}`)
}
