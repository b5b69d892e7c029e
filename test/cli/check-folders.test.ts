import { expect, test } from 'vitest'
import { project } from '../rig/project-rig.ts'
import { shop } from '../rig/small-shop.ts'

test.for([
  ['run --project-dir nowhere', '--project-dir'],
  ['run --profiles-dir nowhere', '--profiles-dir'],
  ['debug --project-dir nowhere', '--project-dir'],
] as const)('%s is refused before the project is looked at', async ([command, option]) => {
  const p = project(shop)
  expect(await p.run(command)).toBe(2)
  expect(p.stderr).toContain(`Error: Invalid value for '${option}': Path 'nowhere' does not exist.`)
})

test('a folder that the environment names has to be there, too', async () => {
  const p = project(shop, { environment: { DBT_PROFILES_DIR: 'nowhere' } })
  expect(await p.run('run')).toBe(2)
  expect(p.stderr).toContain("Invalid value for '--profiles-dir' (env var: 'DBT_PROFILES_DIR'): Path 'nowhere'")
})

test.for(['--state', '--target-path', '--log-path'])('%s names no file', async option => {
  const p = project(shop)
  expect(await p.run(['run', option, 'dbt_project.yml'])).toBe(2)
  expect(p.stderr).toContain(`Error: Invalid value for '${option}': Directory 'dbt_project.yml' is a file.`)
})
