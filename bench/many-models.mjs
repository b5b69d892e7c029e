/**
 * What a big project costs: each command cold, with nothing changed and after one edit, beside the goals that the project
 * has set itself (docs/performance.md). Goals are printed, never enforced: machines differ.
 */
import { appendFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { generateProject } from './generate-project.mjs'
import { median, once } from './measure.mjs'

/** Milliseconds, by number of models. */
const goals = {
  1000: {
    'parse, cold': 600,
    'parse, nothing changed': 200,
    'list one model': 200,
    'compile all, cold': 1200,
    'compile all, one edit': 400,
    'compile one with its ancestors': 250,
    'show a view': 250,
  },
  10000: {
    'parse, cold': 3000,
    'parse, nothing changed': 600,
    'list one model': 400,
    'compile all, cold': 5000,
    'compile all, one edit': 1500,
    'compile one with its ancestors': 500,
  },
}

/**
 * @param {import('./bench.mjs').Bench} bench
 * @param {{ models: number, testsPerModel?: number, builds?: boolean }} size
 */
export async function manyModels(bench, { models, testsPerModel = 2, builds = true }) {
  const { eider, work, runs } = bench
  const folder = join(work, `many-${models}`)
  generateProject(folder, { models, testsPerModel })
  const label = `${models} models, ${models * testsPerModel} tests`
  const few = Math.min(runs, 3)
  const measure = async (name, command, options = {}) =>
    bench.add(`${label}: ${name}`, await median(() => [...eider, ...command], { runs: few, cwd: folder, ...options }), {
      goal: goals[models]?.[name],
    })

  const cold = () => rmSync(join(folder, 'target'), { recursive: true, force: true })
  const edited = join(folder, 'models/layer_5/model_5_0.sql')
  const edit = () => appendFileSync(edited, '-- edited\n')
  const one = 'model_9_0'
  await measure('parse, cold', ['parse'], { before: cold })
  await measure('parse, nothing changed', ['parse'])
  await measure('parse, one edit', ['parse'], { before: edit })
  await measure('list one model', ['list', '-s', one])
  await measure('compile all, cold', ['compile'], { before: cold })
  await measure('compile all, one edit', ['compile'], { before: edit })
  await measure('compile one with its ancestors', ['compile', '-s', `+${one}`])
  for (const command of ['parse', 'compile']) await bench.againstDbt(`${label}: ${command}`, [command], folder)
  if (!builds) return

  // Warm: everything is there already, as on any day but the first.
  await once([...eider, 'build'], { cwd: folder })
  const database = join(folder, 'synthetic.duckdb')
  for (const command of ['run', 'build']) {
    await bench.againstTwin(`${label}: ${command}`, [...eider, command], { cwd: folder, database, runs: few })
    await bench.againstDbt(`${label}: ${command}`, [command], folder)
  }
  await measure('show a view', ['show', '-s', 'model_8_0'])
}
