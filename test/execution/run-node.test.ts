import { describe, expect, test } from 'vitest'
import { RunRig } from '../rig/run-rig.ts'

const pythonModel = "def model(dbt, session):\n    dbt.config(materialized='mine')\n    return\n"

const mine = (more = ''): string => `{% materialization mine, default${more} %}
{% set target = this.incorporate(type='table') %}
{% call statement('main') %}select 1 as x{% endcall %}
{{ return({'relations': [target]}) }}
{% endmaterialization %}`

describe('a model in Python', () => {
  test('is refused by a materialization of the project that takes SQL', async () => {
    const rig = new RunRig({ 'models/a.py': pythonModel, 'macros/mine.sql': mine() })
    const { message } = (await rig.run()).result('a')
    expect(message).toContain(
      `Materialization "materialization_mine_default" only supports languages ['sql']; got "python"`,
    )
  })

  test('is run by a materialization of the project that takes Python', async () => {
    const rig = new RunRig({
      'models/a.py': pythonModel,
      'macros/mine.sql': mine(", supported_languages=['sql', 'python']"),
    })
    expect((await rig.run()).statuses).toEqual({ a: 'success' })
  })

  test('cannot be a table', async () => {
    const rig = new RunRig({ 'models/a.py': 'def model(dbt, session):\n    return session.sql("select 1")\n' })
    expect((await rig.run()).result('a').message).toContain('Python models cannot be run')
  })
})

describe('a package with a materialization of a built-in name', () => {
  const files = {
    'models/a.sql': 'select 1 as x',
    'dbt_packages/views/dbt_project.yml': "name: views\nversion: '1.0'\n",
    'dbt_packages/views/macros/view.sql':
      "{% materialization view, default %}{{ exceptions.raise_compiler_error('from the package') }}{% endmaterialization %}",
    'packages.yml': 'packages: [{local: dbt_packages/views}]\n',
  }

  test('does not override it', async () => {
    expect((await new RunRig(files).run()).statuses).toEqual({ a: 'success' })
  })

  test('overrides it where the project does not require this to be explicit', async () => {
    const project =
      "name: shop\nversion: '1.0'\nprofile: shop\nflags: {require_explicit_package_overrides_for_builtin_materializations: false}\n"
    const outcome = await new RunRig({ ...files, 'dbt_project.yml': project }).run()
    expect(outcome.result('a').message).toContain('from the package')
  })
})
