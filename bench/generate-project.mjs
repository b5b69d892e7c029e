/**
 * Writes a synthetic dbt project: `models` models in `layers` layers, those of odd layers tables and those of even ones views,
 * one to three refs a model, a macro call in each, two tests a model. The same parameters give the same project, byte for byte.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * @param {string} folder made anew
 * @param {{ models: number, layers?: number, testsPerModel?: number }} size
 */
export function generateProject(folder, { models, layers = 10, testsPerModel = 2 }) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(join(folder, 'macros'), { recursive: true })
  mkdirSync(join(folder, 'seeds'), { recursive: true })
  writeFileSync(
    join(folder, 'dbt_project.yml'),
    'name: synthetic\nversion: "1.0"\nprofile: synthetic\nmodels:\n  synthetic:\n    +materialized: view\n',
  )
  writeFileSync(
    join(folder, 'profiles.yml'),
    'synthetic:\n  target: dev\n  outputs:\n    dev:\n      type: duckdb\n      path: synthetic.duckdb\n      threads: 4\n',
  )
  writeFileSync(
    join(folder, 'macros/plus.sql'),
    '{% macro plus(column, by=1) %}({{ column }} + {{ by }}){% endmacro %}\n',
  )
  writeFileSync(join(folder, 'seeds/numbers.csv'), `id,amount\n${lines(100, i => `${i},${(i * 37) % 101}`)}\n`)

  const perLayer = Math.ceil(models / layers)
  for (let layer = 0; layer < layers; layer++) {
    const path = join(folder, 'models', `layer_${layer}`)
    mkdirSync(path, { recursive: true })
    const properties = []
    for (let index = 0; index < perLayer && layer * perLayer + index < models; index++) {
      const name = modelName(layer, index)
      writeFileSync(join(path, `${name}.sql`), modelSql(layer, index, perLayer))
      properties.push(modelProperties(name, testsPerModel))
    }
    writeFileSync(join(path, 'properties.yml'), `version: 2\nmodels:\n${properties.join('')}`)
  }
}

function modelName(layer, index) {
  return `model_${layer}_${index}`
}

function modelSql(layer, index, perLayer) {
  const config = layer % 2 === 1 ? "{{ config(materialized='table') }}\n" : ''
  if (layer === 0) {
    return `${config}select id, {{ plus('amount', ${index % 7}) }} as amount from {{ ref('numbers') }}\n`
  }
  const parents = Array.from({ length: 1 + (index % 3) }, (_, i) =>
    modelName(layer - 1, (index * 7 + i * 13) % perLayer),
  )
  const selects = [...new Set(parents)].map(parent => `select id, amount from {{ ref('${parent}') }}`)
  return `${config}select id, {{ plus('max(amount)') }} as amount\nfrom (\n${selects.join('\nunion all\n')}\n)\ngroup by id\n`
}

function modelProperties(name, tests) {
  const chosen = ['not_null', 'unique'].slice(0, tests)
  const list = chosen.length ? `\n        data_tests: [${chosen.join(', ')}]` : ''
  return `  - name: ${name}\n    description: Model ${name} of the synthetic project\n    columns:\n      - name: id\n        description: The key${list}\n      - name: amount\n`
}

function lines(count, line) {
  return Array.from({ length: count }, (_, index) => line(index)).join('\n')
}
