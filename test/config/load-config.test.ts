import { describe, expect, it } from 'vitest'
import { lineColumn } from '../../src/base/source-file.ts'
import { repr } from '../../src/template/repr.ts'
import { PyDict } from '../../src/template/value.ts'
import { load, loadBare, projectFile } from './config-rig.ts'

describe('finding the project file', () => {
  it('takes project.yml or dbt_project.yml and keeps which it was', () => {
    expect(load().config?.projectFile.flavour).toBe('dbt_project')
    const own = load({ 'dbt_project.yml': '', 'project.yml': projectFile })
    expect(own.config?.projectFile.flavour).toBe('project')
  })

  it('refuses both in one folder and names both', () => {
    expect(load({ 'project.yml': projectFile }).told).toEqual([
      'error config/two-project-files: The folder "/project" holds both project.yml and dbt_project.yml',
    ])
  })

  it('looks upwards from the working directory', () => {
    const { config } = load({ '/project/models/a/x.sql': 'select 1' }, { cwd: '/project/models/a' })
    expect(config?.projectFolder).toBe('/project')
    expect(config?.files.read('models/a/x.sql')).toBe('select 1')
  })

  it('takes --project-dir at its word', () => {
    expect(load({}, { given: { projectDir: 'models' } }).told).toEqual([
      'error config/project-not-found: No dbt_project.yml found at expected path models/dbt_project.yml',
    ])
  })
})

describe('the project file', () => {
  it('has its values rendered natively, but for hooks, vars and the query comment', () => {
    const { config } = load(
      {
        'dbt_project.yml': `${projectFile}on-run-start: "{{ a }}"
query-comment: "{{ b }}"
vars: {v: "{{ c }}"}
models:
  shop:
    +enabled: "{{ target.name == 'dev' }}"
    +schema: "{{ env_var('S') }}"
    +post-hook: "{{ d }}"
    +meta: {n: "{{ 1 + 1 }}"}
`,
      },
      { environment: { S: 'x' } },
    )
    const file = config?.projectFile
    expect(file?.onRunStart).toEqual(['{{ a }}'])
    expect(file?.queryComment.comment).toBe('{{ b }}')
    expect(file?.vars.get('v')).toBe('{{ c }}')
    const shop = file?.trees.models.get('shop')
    expect(shop instanceof PyDict && [...shop.values()].slice(0, 3)).toEqual([true, 'x', '{{ d }}'])
    const unrendered = file?.unrenderedTrees.models.get('shop')
    expect(unrendered instanceof PyDict && unrendered.get('+enabled')).toBe("{{ target.name == 'dev' }}")
  })

  it('takes hooks without a value for none, at the first level of a section', () => {
    const hooks = (text: string): unknown =>
      load({ 'dbt_project.yml': `${projectFile}models: ${text}\n` }).config?.projectFile.trees.models.get('post-hook')
    expect(hooks('{post-hook: }')).toEqual([])
    expect(hooks('{+post-hook: }')).toBeUndefined()
    const { config } = load({ 'dbt_project.yml': `${projectFile}models: {post-hook: }\n` })
    expect(config?.projectFile.unrenderedTrees.models.get('post-hook')).toBeNull()
  })

  it('gets a warning for a key that is not known, with its line and the nearest known one', () => {
    const { config, diagnostics } = load({ 'dbt_project.yml': '', 'project.yml': `${projectFile}modls: {}\n` })
    expect(config).toBeDefined()
    const [warning] = diagnostics.all
    expect(warning).toMatchObject({ code: 'config/unknown-key', severity: 'warning', hint: 'did you mean "models"' })
    expect(warning?.at && lineColumn(warning.at.file, warning.at.start).line).toBe(4)
  })

  it.each([
    ['name: 1a\n', /Invalid project name: "1a"/],
    ['name: flags\n', /reserved word/],
    ['version: 1\n', /Required "name" field not present/],
    [
      `${projectFile}model-paths: models\n`,
      /at path \['model-paths'\]: 'models' is not valid under any[\s\S]*"model-paths" .* must be a list of texts/,
    ],
    [`${projectFile}models: 3\n`, /at path \['models'\]: 3 is not of type 'object'/],
    ['name: shop\nversion: invalid\nprofile: shop\n', /at path \['version'\]: 'invalid' is not valid under any/],
    [`${projectFile}archive: {}\n`, /Additional properties are not allowed \('archive' was unexpected\)/],
    [`${projectFile}dispatch: [{macro_namespace: a}]\n`, /Invalid project dispatch config/],
    [`${projectFile}quoting: "{{ env_var('NOPE') }}"\n`, /Env var required but not provided: 'NOPE'/],
    [`${projectFile}tests: {x: 1}\ndata_tests: {x: 1}\n`, /cannot have both/],
    [`${projectFile}a: [\n`, /Syntax error near line/],
    ['[profile]\n', /does not parse to a dictionary/],
  ])('refuses %j', (text, message) => {
    const { config, diagnostics } = load({
      'dbt_project.yml': text.includes('profile') ? text : `${text}profile: shop\n`,
    })
    expect(config).toBeUndefined()
    expect(diagnostics.errors.map(one => one.message).join('\n')).toMatch(message)
  })

  it('collects several faults at once', () => {
    const { diagnostics } = load({ 'dbt_project.yml': `${projectFile}seed-paths: x\nclean-targets: y\nmodels: [a]\n` })
    expect(diagnostics.errors).toHaveLength(3)
  })

  it('must fit the version of dbt that it asks for, unless that is not to be checked', () => {
    const files = { 'dbt_project.yml': `${projectFile}require-dbt-version: [">=1.0.0", "<1.5.0"]\n` }
    expect(load(files).diagnostics.errors[0]?.code).toBe('config/version-mismatch')
    expect(load(files, { given: { versionCheck: false } }).config).toBeDefined()
    expect(load({ 'dbt_project.yml': `${projectFile}require-dbt-version: ">=1.8.0,<2.0.0"\n` }).config).toBeDefined()
  })

  it('hands out dates among its variables as dates', () => {
    const { config } = load({ 'dbt_project.yml': `${projectFile}vars: {day: 2024-01-05, at: 2024-01-05 10:00:00}\n` })
    expect(config && repr(config.projectFile.vars)).toBe(
      "{'day': datetime.date(2024, 1, 5), 'at': datetime.datetime(2024, 1, 5, 10, 0)}",
    )
  })

  it('may leave its variables to vars.yml', () => {
    expect(load({ 'vars.yml': 'vars: {a: 1}\n' }).config?.projectFile.vars.get('a')).toBe(1)
    expect(
      load({ 'vars.yml': 'vars: {a: 1}\n', 'dbt_project.yml': `${projectFile}vars: {b: 1}\n` }).config,
    ).toBeUndefined()
  })
})

describe('the profile', () => {
  it('is looked for in --profiles-dir, the environment, the working directory and ~/.dbt', () => {
    const other = (schema: string): string => `shop: {target: dev, outputs: {dev: {type: duckdb, schema: ${schema}}}}`
    const files = {
      '/a/profiles.yml': other('a'),
      '/b/profiles.yml': other('b'),
      '/home/me/.dbt/profiles.yml': other('h'),
    }
    expect(load(files, { given: { profilesDir: '/a' } }).config?.target.schema).toBe('a')
    expect(load(files, { environment: { DBT_PROFILES_DIR: '/b' } }).config?.target.schema).toBe('b')
    expect(load(files).config?.target.schema).toBe('main')
    expect(load({ ...files, 'profiles.yml': '' }).config?.target.schema).toBe('h')
  })

  it('gives the target that --target names, its own target, or "default"', () => {
    expect(load({}, { given: { target: 'prod' } }).config?.target).toMatchObject({
      database: 'prod',
      schema: 'live',
      threads: 1,
    })
    expect(load().config?.target).toMatchObject({ targetName: 'dev', threads: 2 })
    const bare = load({ 'profiles.yml': 'shop: {outputs: {default: {type: duckdb}}}' })
    expect(bare.config?.target).toMatchObject({ targetName: 'default', database: 'memory' })
  })

  it('is rendered only where it is used, with secrets put in and shown to nobody', () => {
    const { config } = load(
      {
        'profiles.yml': `shop:
  target: "{{ env_var('T', 'dev') }}"
  outputs:
    dev:
      type: duckdb
      threads: "{{ env_var('N') | int }}"
      secrets: [{type: s3, key_id: k, secret: "x{{ env_var('DBT_ENV_SECRET_K') }}y"}]
    broken: {type: duckdb, path: "{{ env_var('NOWHERE') }}"}
`,
      },
      { environment: { DBT_ENV_SECRET_K: 's3cr3t', N: '3' } },
    )
    expect(config?.target.threads).toBe(3)
    expect(config?.target.duckdb.secrets[0]?.fields).toEqual({ key_id: 'k', secret: 'xs3cr3ty' })
    expect([...(config?.target.context.keys() ?? [])]).not.toContain('secrets')
  })

  it.each([
    [
      { given: { target: 'pord' } },
      {},
      "The profile 'shop' does not have a target named 'pord'",
      'did you mean "prod"',
    ],
    [{ given: { profile: 'shpo' } }, {}, "Could not find profile named 'shpo'", 'did you mean "shop"'],
    [{}, { 'dbt_project.yml': 'name: shop\n' }, 'No profile was specified for this project', undefined],
    [{}, { 'profiles.yml': 'shop: {target: dev}' }, "outputs not specified in profile 'shop'", undefined],
    [{}, { 'profiles.yml': 'shop: {outputs: {default: {path: x}}}' }, 'required field "type" not found', undefined],
    [{}, { 'profiles.yml': 'shop: {outputs: {default: {type: postgres}}}' }, 'only "duckdb" can be run', undefined],
    [{}, { 'profiles.yml': '# nothing\n' }, 'is empty', undefined],
  ])('refuses %j %j', (options, files, message, hint) => {
    const { config, diagnostics } = load(files as Record<string, string>, options as object)
    expect(config).toBeUndefined()
    expect(diagnostics.errors[0]?.message).toContain(message)
    if (hint !== undefined) expect(diagnostics.errors[0]?.hint).toBe(hint)
  })
})

describe('packages', () => {
  const one = { 'dbt_packages/one/dbt_project.yml': "name: one\nversion: '1.0'\n" }

  it('are read from the packages folder in the order of their folders', () => {
    const { config } = load({
      ...one,
      'dbt_packages/b/dbt_project.yml': 'name: aa\n',
      'packages.yml': 'packages: [{local: x}]',
    })
    expect(config?.packages.map(found => found.name)).toEqual(['aa', 'one'])
  })

  it('that are asked for and not installed stop everything with the words of dbt', () => {
    const { diagnostics } = load({ 'packages.yml': 'packages: [{local: x}, {package: a/b, version: 1.0.0}]' })
    expect(diagnostics.errors[0]?.message).toBe(
      'dbt found 2 package(s) specified in packages.yml, but only 0 package(s) installed in dbt_packages. Run "dbt deps" to install package dependencies.',
    )
  })

  it('must differ in name from each other, from the project and from what is built in', () => {
    expect(load({ 'dbt_packages/x/dbt_project.yml': 'name: shop\n' }).told[0]).toContain(
      'more than one package with the name "shop"',
    )
    expect(load({ 'dbt_packages/x/dbt_project.yml': 'name: dbt\n' }).told[0]).toContain(
      'more than one package with the name "dbt"',
    )
  })
})

describe('without a profile', () => {
  it('clean and deps load what they need', () => {
    const { config } = loadBare(
      {
        'profiles.yml': '',
        'dbt_project.yml': `${projectFile}models: {+schema: "{{ target.schema }}{{ var('x') }}"}\n`,
        'packages.yml': 'packages: [{git: "https://{{ env_var(\'DBT_ENV_SECRET_T\') }}@x/y.git", revision: 1.0}]',
      },
      { environment: { DBT_ENV_SECRET_T: 'tok' } },
    )
    expect(config?.requests.specs[0]).toMatchObject({ kind: 'git', git: 'https://tok@x/y.git', revision: '1.0' })
  })

  it('everything of the target is an empty text', () => {
    const isOn = "{{ (target.name in ['a', 'b'] or target.type.startswith('a')) | as_bool }}"
    const { told } = loadBare({
      'profiles.yml': '',
      'dbt_project.yml': `${projectFile}models: {+enabled: "${isOn}"}\n`,
    })
    expect(told).toEqual([])
  })
})

describe('the environment', () => {
  it('is completed from .env and counts more than it', () => {
    const { config } = load({ '.env': 'A=1\nB=2\n' }, { environment: { B: '3' } })
    expect(config?.environment).toMatchObject({ A: '1', B: '3' })
  })
})
