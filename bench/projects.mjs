/**
 * What whole builds of small projects cost, from nothing and again, and with `--dbt` how many times as long dbt takes.
 *
 * `--projects FOLDER` names a folder of projects, one a subfolder. A `bench.json` in a subfolder may say how it is built:
 * `{ cwd, projectDir, profilesDir, target, env, steps }`, where `cwd` is relative to the subfolder, the two folders to `cwd`, and
 * `steps` are lists of arguments (`[["seed"], ["build"]]`). Without the option the generated shop is what is built.
 * Every run works on a copy; the folder itself stays as it is.
 */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { generateShop } from './generate-shop.mjs'
import { middle, once } from './measure.mjs'

const goal = 8

/**
 * @param {import('./bench.mjs').Bench} bench
 * @param {{ folder?: string, dbt?: string }} options
 */
export async function projects(bench, { folder = generatedFolder(bench.work), dbt }) {
  for (const name of readdirSync(folder).sort()) {
    const project = join(folder, name)
    if (statSync(project).isDirectory()) await oneProject(bench, { name, project, dbt })
  }
}

async function oneProject(bench, { name, project, dbt }) {
  const plan = planOf(project)
  const copy = join(bench.work, 'projects', name)
  const runs = Math.min(bench.runs, 3)
  const ours = await builds(bench.eider, { project, copy, plan, runs })
  const theirs = dbt && (await builds([dbt], { project, copy, plan, runs }))
  for (const state of ['from nothing', 'again']) {
    bench.addAgainst(`${name}: build ${state}`, ours[state], { other: theirs?.[state], against: 'dbt', goal })
  }
  rmSync(copy, { recursive: true, force: true })
}

/** Medians of all steps on a fresh copy, and of the last step run once more. */
async function builds(program, { project, copy, plan, runs }) {
  const measured = { 'from nothing': [], again: [] }
  for (let run = 0; run < runs; run++) {
    rmSync(copy, { recursive: true, force: true })
    cpSync(project, copy, { recursive: true, verbatimSymlinks: true })
    const steps = []
    for (const step of plan.steps) steps.push(await runStep(program, step, { copy, plan }))
    measured['from nothing'].push(sum(steps))
    measured.again.push(await runStep(program, plan.steps.at(-1), { copy, plan }))
  }
  return Object.fromEntries(
    Object.entries(measured).map(([state, all]) => [
      state,
      {
        milliseconds: middle(all.map(one => one.milliseconds)),
        cpuMilliseconds: middle(all.map(one => one.cpuMilliseconds)),
        peakMiB: middle(all.map(one => one.peakMiB)),
        code: all[0].code,
      },
    ]),
  )
}

function runStep(program, [verb, ...rest], { copy, plan }) {
  const where = ['--project-dir', plan.projectDir, '--profiles-dir', plan.profilesDir]
  const target = plan.target ? ['--target', plan.target] : []
  return once([...program, verb, ...where, ...target, ...rest], {
    cwd: join(copy, plan.cwd),
    env: { DBT_SEND_ANONYMOUS_USAGE_STATS: 'false', ...plan.env },
    allowFailure: true,
  })
}

function sum(steps) {
  return {
    milliseconds: steps.reduce((total, one) => total + one.milliseconds, 0),
    cpuMilliseconds: steps.reduce((total, one) => total + one.cpuMilliseconds, 0),
    peakMiB: Math.max(...steps.map(one => one.peakMiB)),
    code: Math.max(...steps.map(one => one.code)),
  }
}

function planOf(project) {
  const file = join(project, 'bench.json')
  const given = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
  return { cwd: '.', projectDir: '.', profilesDir: '.', steps: [['build']], ...given }
}

function generatedFolder(work) {
  const folder = join(work, 'generated-projects')
  generateShop(join(folder, 'shop'))
  return folder
}
