import { expect, test } from 'vitest'
import { type DuckdbSettings, defaultDuckdbSettings } from '../../src/adapter/settings.ts'
import { databaseSettings } from '../../src/lake/database-settings.ts'
import { partsOfUrl, s3Access } from '../../src/lake/s3-access.ts'
import type { S3Settings } from '../../src/storage/s3-connection.ts'

function settingsFor(
  profile: Partial<DuckdbSettings>,
  environment: Readonly<Record<string, string>> = {},
  url = 's3://bucket/a/b.parquet',
): S3Settings {
  const settings = { ...defaultDuckdbSettings, ...profile }
  return s3Access(settings, { environment, hasAwsFiles: false }).settingsFor(url)
}

const keys = { key_id: 'AK', secret: 'SK' }

test('a secret gives keys, region, endpoint and style', () => {
  const fields = { ...keys, region: 'eu-west-1', endpoint: 'minio:9000', url_style: 'path', use_ssl: false }
  expect(settingsFor({ secrets: [{ type: 's3', fields }] })).toEqual({
    bucket: 'bucket',
    region: 'eu-west-1',
    endpoint: 'http://minio:9000',
    pathStyle: true,
    credentials: { accessKeyId: 'AK', secretAccessKey: 'SK' },
  })
})

test('a session token goes along with the keys', () => {
  const fields = { ...keys, session_token: 'T' }
  expect(settingsFor({ secrets: [{ type: 's3', fields }] }).credentials).toMatchObject({ sessionToken: 'T' })
})

test('of several secrets the one with the longest scope that fits is taken', () => {
  const secrets = [
    { type: 's3', fields: { key_id: 'all', secret: 'x' } },
    { type: 's3', scope: 's3://bucket/a', fields: { key_id: 'a', secret: 'x' } },
    { type: 's3', scope: ['s3://bucket', 's3://other/b'], fields: { key_id: 'bucket', secret: 'x' } },
  ]
  const keyOf = (url: string): unknown => settingsFor({ secrets }, {}, url).credentials
  expect(keyOf('s3://bucket/a/x')).toMatchObject({ accessKeyId: 'a' })
  expect(keyOf('s3://bucket/c/x')).toMatchObject({ accessKeyId: 'bucket' })
  expect(keyOf('s3://other/c')).toMatchObject({ accessKeyId: 'all' })
})

test('settings of DuckDB count where there is no secret', () => {
  const settings = { s3_access_key_id: 'AK', s3_secret_access_key: 'SK', s3_endpoint: 'host', s3_url_style: 'path' }
  const found = settingsFor({ settings: { ...settings, s3_use_ssl: 'false', s3_region: 'r' } })
  expect(found).toMatchObject({ endpoint: 'http://host', region: 'r', pathStyle: true })
  expect(found.credentials).toEqual({ accessKeyId: 'AK', secretAccessKey: 'SK' })
})

test('the chain of the SDK is used where it is asked for, or where the environment shows one', () => {
  const chain = [{ type: 's3', provider: 'credential_chain', fields: {} }]
  expect(settingsFor({ secrets: chain }).credentials).toBeUndefined()
  expect(settingsFor({}, { AWS_PROFILE: 'work' }).credentials).toBeUndefined()
})

test('keys and endpoint of the environment are taken', () => {
  const environment = {
    AWS_ACCESS_KEY_ID: 'AK',
    AWS_SECRET_ACCESS_KEY: 'SK',
    AWS_REGION: 'eu-north-1',
    AWS_ENDPOINT_URL_S3: 'http://localhost:1',
  }
  expect(settingsFor({}, environment)).toEqual({
    bucket: 'bucket',
    region: 'eu-north-1',
    endpoint: 'http://localhost:1',
    credentials: { accessKeyId: 'AK', secretAccessKey: 'SK' },
  })
})

test('without any sign of keys requests are anonymous', () => {
  expect(settingsFor({}).credentials).toBe('anonymous')
  expect(settingsFor({ secrets: [{ type: 's3', fields: { region: 'x' } }] }).credentials).toBe('anonymous')
})

test('storage options of a source win', () => {
  const access = s3Access(defaultDuckdbSettings, { environment: {}, hasAwsFiles: false })
  const options = { AWS_ACCESS_KEY_ID: 'AK', aws_secret_access_key: 'SK', AWS_ENDPOINT_URL: 'http://h:1' }
  expect(access.settingsFor('s3a://b/t', options)).toMatchObject({
    bucket: 'b',
    endpoint: 'http://h:1',
    credentials: { accessKeyId: 'AK', secretAccessKey: 'SK' },
  })
})

test('DuckDB is not told of S3, and the extensions for it are not missed', () => {
  const settings = databaseSettings({
    ...defaultDuckdbSettings,
    secrets: [
      { type: 's3', fields: keys },
      { type: 'postgres', fields: {} },
    ],
    settings: { s3_region: 'x', TimeZone: 'UTC' },
    extensions: [{ name: 'httpfs' }, { name: 'spatial' }],
  })
  expect(settings.secrets.map(one => one.type)).toEqual(['postgres'])
  expect(settings.settings).toEqual({ TimeZone: 'UTC' })
  expect(settings.extensions).toEqual([{ name: 'httpfs', isOptional: true }, { name: 'spatial' }])
})

test('bucket and key of a URL', () => {
  expect(partsOfUrl('s3a://b/k/x y.parquet')).toEqual({ bucket: 'b', key: 'k/x y.parquet' })
  expect(partsOfUrl('s3://b')).toEqual({ bucket: 'b', key: '' })
})
