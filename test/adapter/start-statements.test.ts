import { describe, expect, test } from 'vitest'
import { type DuckdbSettings, defaultDuckdbSettings } from '../../src/adapter/settings.ts'
import {
  attachStatement,
  instanceOptions,
  secretMask,
  secretStatements,
  settingStatements,
} from '../../src/adapter/start-statements.ts'

const settings = (some: Partial<DuckdbSettings>): DuckdbSettings => ({ ...defaultDuckdbSettings, ...some })

describe('instanceOptions', () => {
  test('safe defaults yield to what the profile says', () => {
    expect(instanceOptions(settings({}))).toEqual({
      enable_external_file_cache: 'false',
      autoinstall_known_extensions: 'false',
    })
    const said = settings({
      configOptions: { allow_unsigned_extensions: true, enable_external_file_cache: true },
      settings: { autoinstall_known_extensions: 'true', max_memory: '1GB' },
    })
    expect(instanceOptions(said, { memoryLimit: '6GB', temporaryFolder: '/tmp/x' })).toEqual({
      allow_unsigned_extensions: 'True',
      enable_external_file_cache: 'True',
      temp_directory: '/tmp/x',
    })
  })
})

test('settings are quoted text', () => {
  expect(settingStatements({ threads: 4, s3_region: "it's", enable_progress_bar: false })).toEqual([
    "SET threads = '4'",
    "SET s3_region = 'it''s'",
    "SET enable_progress_bar = 'False'",
  ])
})

describe('secretStatements', () => {
  test('unnamed secrets are numbered by their place, scopes repeat, maps and lists have forms of their own', () => {
    const statements = secretStatements([
      { type: 's3', provider: 'credential_chain', fields: { region: 'eu' } },
      {
        type: 'http',
        name: 'web',
        persistent: true,
        scope: ['a', 'b'],
        fields: { bearer_token: "t'k", extra_http_headers: { X: 'y' }, list: ['p', 'q'], nothing: null },
      },
    ])
    expect(statements).toEqual([
      "CREATE OR REPLACE SECRET _dbt_secret_1 (\n    type s3,\n    provider credential_chain,\n    region 'eu'\n)",
      "CREATE OR REPLACE PERSISTENT SECRET web (\n    type http,\n    bearer_token 't''k',\n    extra_http_headers map {'X': 'y'},\n    list array ['p', 'q'],\n    scope 'a',\n    scope 'b'\n)",
    ])
  })
})

describe('attachStatement', () => {
  test.each([
    [{ path: '/x/a.duckdb' }, "ATTACH IF NOT EXISTS '/x/a.duckdb'"],
    [
      { path: "it's", alias: 'a', type: 'sqlite', readOnly: true },
      "ATTACH IF NOT EXISTS 'it''s' AS a (TYPE sqlite, READ_ONLY)",
    ],
    [
      {
        path: 'ducklake:m',
        alias: 'l',
        secret: 's',
        options: { data_path: 's3://b', encrypted: true, off: false, n: 5, q: "'x'" },
      },
      "ATTACH IF NOT EXISTS 'ducklake:m' AS l (SECRET s, DATA_PATH 's3://b', ENCRYPTED, N 5, Q 'x')",
    ],
    [
      { path: 'p', options: { type: 'postgres', read_only: true } },
      "ATTACH IF NOT EXISTS 'p' (TYPE postgres, READ_ONLY)",
    ],
    [{ path: 'md:db?token=abc' }, "ATTACH IF NOT EXISTS 'md:db'"],
  ])('%j', (attach, sql) => {
    expect(attachStatement(attach)).toBe(sql)
  })
  test('an option in two places is refused', () => {
    expect(() =>
      attachStatement({ path: 'p', type: 'a', readOnly: true, options: { type: 'b', read_only: true } }),
    ).toThrow("Attachment option(s) ['type', 'read_only'] specified in both")
  })
})

test('secret values are masked wherever they show, the longest first', () => {
  const mask = secretMask(
    settings({
      secrets: [{ type: 's3', fields: { key_id: 'visible', secret: 'topsecret', session_token: 'topsecret-long' } }],
      path: 'md:db?motherduck_token=tok12345&x=1',
    }),
  )
  expect(mask('visible topsecret-long topsecret tok12345')).toBe('visible ***** ***** *****')
})
