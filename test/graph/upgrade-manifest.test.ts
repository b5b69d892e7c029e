import { expect, test } from 'vitest'
import { upgradeManifest } from '../../src/graph/upgrade-manifest.ts'

const manifest = (version: number, node: Record<string, unknown>) => ({
  metadata: { dbt_schema_version: `https://schemas.getdbt.com/dbt/manifest/v${version}.json` },
  nodes: { a: { resource_type: 'model', ...node } },
})

test('older manifests get the names and defaults of today', () => {
  expect(upgradeManifest(manifest(4, { raw_sql: 'select 1' }), 'm.json').nodes).toEqual({
    a: { resource_type: 'model', raw_sql: 'select 1', raw_code: 'select 1', access: 'protected' },
  })
  expect(upgradeManifest(manifest(9, { access: 'public' }), 'm.json').nodes).toEqual({
    a: { resource_type: 'model', access: 'public' },
  })
})

test('a manifest of today stays the same', () => {
  const current = manifest(12, {})
  expect(upgradeManifest(current, 'm.json')).toBe(current)
})

test.each([3, 13, 20])('manifests of version %d are refused', version => {
  expect(() => upgradeManifest(manifest(version, {}), 'old/manifest.json')).toThrow(
    new RegExp(
      `Expected a schema version of "https:.*v12.json" in old.manifest.json, but found "https:.*v${version}.json"`,
    ),
  )
})

test('what has no schema version is no manifest', () => {
  expect(() => upgradeManifest({ nodes: {} }, 'm.json')).toThrow(
    'The file "m.json" is no manifest: it has no schema version',
  )
})
