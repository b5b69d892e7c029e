import { expect, it } from 'vitest'
import { databaseName } from '../../src/config/database-name.ts'

it.each([
  [':memory:', 'memory'],
  ['a/b/jaffle_shop.duckdb', 'jaffle_shop'],
  ['my.db.duckdb', 'my'],
  ['.hidden.duckdb', 'hidden'],
  ['md:', 'my_db'],
  ['md:prod?token=x', 'prod'],
  ['s3://bucket/x.duckdb', 'x'],
  ['ducklake:sqlite:metadata.sqlite', 'metadata'],
  ['ducklake:meta.ducklake', 'meta'],
])('the database of %s is called %s', (path, name) => {
  expect(databaseName(path)).toBe(name)
})
