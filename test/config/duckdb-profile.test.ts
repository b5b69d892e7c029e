import { describe, expect, it } from 'vitest'
import { fromPython } from '../../src/template/plain-data.ts'
import { load } from './config-rig.ts'

const target = (body: string) => {
  const lines = body.split('\n').map(line => `      ${line}`)
  return load({
    'profiles.yml': `shop:\n  target: dev\n  outputs:\n    dev:\n      type: duckdb\n${lines.join('\n')}\n`,
  })
}

describe('the keys of dbt-duckdb', () => {
  it('become settings of the adapter', () => {
    const { config, told } = target(`path: lake.duckdb
schema: me
threads: 4
config_options: {allow_unsigned_extensions: true}
extensions: [httpfs, {name: h3, repo: community}]
settings: {memory_limit: 1GB, s3_region: x}
secrets:
  - {type: s3, name: a, scope: [s3://x, s3://y], provider: config, persistent: true, region: r}
  - {type: gcs, key_id: k}
external_root: out
attach:
  - {path: other.duckdb, alias: other, read_only: true}
  - {path: "ducklake:meta.ducklake", alias: dl, options: {data_path: d}}
plugins: [{module: excel, config: {a: 1}}]
disable_transactions: true
keep_open: false
retries: {connect_attempts: 3, query_attempts: 2}`)
    expect(told).toEqual([])
    expect(config?.target.duckdb).toEqual({
      path: 'lake.duckdb',
      database: 'lake',
      schema: 'me',
      threads: 4,
      configOptions: { allow_unsigned_extensions: true },
      settings: { memory_limit: '1GB', s3_region: 'x' },
      extensions: [{ name: 'httpfs' }, { name: 'h3', repository: 'community' }],
      secrets: [
        {
          type: 's3',
          name: 'a',
          persistent: true,
          provider: 'config',
          scope: ['s3://x', 's3://y'],
          fields: { region: 'r' },
        },
        { type: 'gcs', name: '_dbt_secret_2', fields: { key_id: 'k' } },
      ],
      attach: [
        { path: 'other.duckdb', alias: 'other', readOnly: true },
        { path: 'ducklake:meta.ducklake', alias: 'dl', options: { data_path: 'd' } },
      ],
      externalRoot: 'out',
      disableTransactions: true,
      keepOpen: false,
      isDucklake: false,
      retries: { connectAttempts: 3, queryAttempts: 2, retryableExceptions: ['IOException'] },
    })
    expect(config?.target.ducklakeDatabases).toEqual(['dl'])
    expect(config?.target.plugins[0]?.module).toBe('excel')
  })

  it('are shown to templates under dbt-duckdb’s names and in its order, without secrets', () => {
    const { config } = target(
      'path: x.db\nattach: [{path: y.db, alias: y}]\nsettings: {a: 1}\nsecrets: [{type: s3, secret: s}]',
    )
    expect(JSON.stringify(fromPython(config?.target.context ?? null))).toBe(
      JSON.stringify({
        database: 'x',
        schema: 'main',
        path: 'x.db',
        config_options: null,
        extensions: null,
        settings: { a: 1 },
        external_root: '.',
        use_credential_provider: null,
        attach: [
          { path: 'y.db', type: null, alias: 'y', secret: null, read_only: false, options: null, is_ducklake: null },
        ],
        filesystems: null,
        remote: null,
        plugins: null,
        disable_transactions: false,
        type: 'duckdb',
        threads: 1,
        name: 'dev',
        target_name: 'dev',
        profile_name: 'shop',
      }),
    )
  })

  it('with a credential provider add a secret of the chain', () => {
    expect(target('use_credential_provider: aws').config?.target.duckdb.secrets).toEqual([
      { type: 's3', name: '_dbt_secret_1', provider: 'credential_chain', fields: {} },
    ])
  })

  it('that only Python serves get a warning and nothing more', () => {
    const { config, told } = target('filesystems: [{fs: s3}]\nmodule_paths: [x]\nplugins: [{module: my.own}]')
    expect(config).toBeDefined()
    expect(told).toHaveLength(3)
    expect(told.every(one => one.startsWith('warning config/bad-profile'))).toBe(true)
  })

  it.each([
    ['path: "md:db"', 'MotherDuck databases cannot be opened'],
    ['attach: [{path: "md:db"}]', 'MotherDuck databases cannot be attached'],
    ['remote: {host: h, port: 1, user: u}', 'Buena Vista'],
    ['use_credential_provider: gcp', 'Unsupported value for use_credential_provider: gcp'],
    ['path: a.db\ndatabase: b', "must be set to 'a' to match the 'path'"],
    ['attach: [{alias: x}]', 'An attached database is a dictionary with a "path"'],
    ['attach: [{path: x, type: a, options: {type: b}}]', "['type'] specified in both"],
    ['secrets: [{name: x}]', 'A secret is a dictionary with a "type"'],
    ['settings: {motherduck_token: a}\nmotherduck_token: b', 'Conflicting values for motherduck_token'],
    ['extensions: [{repo: x}]', 'An extension is a name'],
  ])('%j is refused', (body, message) => {
    const { config, diagnostics } = target(body)
    expect(config).toBeUndefined()
    expect(diagnostics.errors.map(one => one.message).join()).toContain(message)
  })

  it('may name an attached database as the one that counts', () => {
    expect(target('path: a.db\ndatabase: b\nattach: [{path: b.db, alias: b}]').config?.target.database).toBe('b')
  })

  it('that are misspelt are warned of', () => {
    expect(target('pth: x.db').diagnostics.all[0]).toMatchObject({
      code: 'config/unknown-key',
      hint: 'did you mean "path"',
    })
  })
})
