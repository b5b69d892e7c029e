/**
 * Runs the outside suites that lie beside the project: template vectors, Delta tables, whole public projects.
 * Nothing of them is needed to build or test eider; what is not found is named, and does not count as passed.
 *
 *   npm run conformance                      everything that is found
 *   npm run conformance -- vectors delta     only these
 *
 * EIDER_SHARED       folder of the suites (default: ../shared)
 * PARITY_CHECKOUTS   folder of git clones that the parity suite takes its projects from
 * PARITY_PYTHON      a Python with the packages duckdb and pyyaml (default: python3)
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'

const root = resolve(import.meta.dirname, '../..')
const shared = resolve(process.env.EIDER_SHARED ?? join(root, '../shared'))
const work = join(root, 'target', 'conformance')
const suites = { vectors, delta, parity }

const wanted = process.argv.slice(2)
for (const name of wanted)
  if (!(name in suites)) throw new Error(`no suite "${name}"; there are ${Object.keys(suites).join(', ')}`)

mkdirSync(work, { recursive: true })
const outcomes = []
for (const [name, suite] of Object.entries(suites)) {
  if (wanted.length === 0 || wanted.includes(name)) outcomes.push({ name, outcome: await suite() })
}
console.log()
for (const { name, outcome } of outcomes) console.log(`conformance ${name}: ${outcome}`)
process.exitCode = outcomes.some(({ outcome }) => outcome === 'failed') ? 1 : 0

function vectors() {
  const judge = join(shared, 'vectors/judge.mjs')
  if (!existsSync(judge)) return notFound(judge)
  return ran(process.execPath, [judge, '--cmd', 'npm run --silent vectors'])
}

async function delta() {
  const tables = join(shared, 'delta')
  if (!existsSync(tables)) return notFound(tables)
  const program = join(root, 'dist/conformance/delta-run.mjs')
  await build({
    entryPoints: [join(root, 'test/conformance/delta-run.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'warning',
  })
  return ran(process.execPath, [program, tables])
}

function parity() {
  const judge = join(shared, 'parity/parity.py')
  if (!existsSync(judge)) return notFound(judge)
  const checkouts = process.env.PARITY_CHECKOUTS
  if (!checkouts || !existsSync(checkouts)) return notFound('the git clones (set PARITY_CHECKOUTS)')
  const python = process.env.PARITY_PYTHON ?? 'python3'
  if (spawnSync(python, ['-c', 'import duckdb, yaml']).status !== 0)
    return notFound(`${python} with the packages duckdb and pyyaml (set PARITY_PYTHON)`)
  const found = parityProjects(join(shared, 'parity/projects.yml'), checkouts)
  for (const { name, missing } of found.filter(one => one.missing.length > 0))
    console.log(`not found: ${name} needs ${missing.join(', ')}`)
  const names = found.filter(one => one.missing.length === 0).map(one => one.name)
  if (names.length === 0) return notFound('any clone of a project')
  const folder = join(work, 'parity')
  rmSync(folder, { recursive: true, force: true })
  const runner = `${process.execPath} ${join(root, 'dist/eider.js')}`
  return ran(python, [
    judge,
    'compare',
    ...names,
    '--runner',
    runner,
    '--checkouts',
    checkouts,
    '--work',
    folder,
    '--jobs',
    '2',
  ])
}

/** Names of the projects, each with the repositories that it needs and the clones folder lacks. */
function parityProjects(file, checkouts) {
  const projects = []
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const name = /^ {2}([\w-]+):\s*$/.exec(line)?.[1]
    if (name) projects.push({ name, missing: [] })
    const repo = /^\s+(?:- )?repo: (\S+)/.exec(line)?.[1]
    if (repo && !existsSync(join(checkouts, repo.replace('/', '+'), 'repo'))) projects.at(-1)?.missing.push(repo)
  }
  return projects
}

function ran(program, programArguments) {
  return spawnSync(program, programArguments, { cwd: root, stdio: 'inherit' }).status === 0 ? 'passed' : 'failed'
}

function notFound(what) {
  console.log(`not found: ${what}`)
  return `not found: ${what}`
}
