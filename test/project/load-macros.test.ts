import { expect, test } from 'vitest'
import { project } from '../rig/project-rig.ts'

test('two macros of one name are refused in the lines that dbt has', async () => {
  const p = project({
    'macros/one.sql': '{% macro m() %}1{% endmacro %}',
    'macros/two.sql': '{% macro m() %}2{% endmacro %}',
  })
  expect(await p.run('parse')).toBe(2)
  expect(p.stdout).toContain(`Compilation Error
  dbt found multiple macros named "m" in the project "shop".
   All macros require unique names, to fix this error rename or remove any
  duplicates. They can be found in these files:
      - macros/two.sql
      - macros/one.sql
`)
})
