import { expect, test } from 'vitest'
import { lakeText } from '../../src/lake/lake-mentions.ts'

function mentioned(sql: string): string[] {
  return lakeText(sql).mentions.map(one => `${one.kind}: ${sql.slice(one.start, one.end)}`)
}

test.each([
  ["select * from read_parquet('s3://b/x.parquet')", ["files: 's3://b/x.parquet'"]],
  ["select * from parquet_scan(['s3://b/x', '/y'], union_by_name = true)", ["files: ['s3://b/x', '/y']"]],
  ["from 's3://b/*.csv' x", ["files: 's3://b/*.csv'"]],
  ['select * from "s3://b/x.parquet"', ['files: "s3://b/x.parquet"']],
  ["select * from a, 's3://b/x.json' as x", ["files: 's3://b/x.json'"]],
  ["select * from a join 's3://b/x.json' x using (id)", ["files: 's3://b/x.json'"]],
  ["select * from glob('s3://b/*')", ["glob: glob('s3://b/*')"]],
  ["copy t from 's3://b/x.csv'", ["files: 's3://b/x.csv'"]],
  ["copy (select 's3://no') to 's3://b/x.csv' (format csv)", ["target: 's3://b/x.csv'"]],
  ["select * from delta_scan('/lake/t')", ["delta: delta_scan('/lake/t')"]],
])('%s', (sql, expected) => {
  expect(mentioned(sql)).toEqual(expected)
})

test.each([
  "select 's3://b/x' as origin from t",
  "select * from t where path in ('s3://a', 's3://b')",
  "select * from t where path is distinct from 's3://a'",
  "-- from 's3://b/x'\nselect 1 /* from 's3://b/x' */",
  "select $$ from 's3://b/x' $$",
  "select * from read_parquet('s3://b/' || getvariable('x'))",
  "select * from t order by 1, 's3://b'",
  "insert into t values ('s3://b')",
])('nothing is read: %s', sql => {
  expect(mentioned(sql)).toEqual([])
})

test('options of delta_scan are read', () => {
  const [one] = lakeText("from delta_scan('t', version => 3)").mentions
  expect(one).toMatchObject({ kind: 'delta', location: 't', version: 3 })
  const [other] = lakeText("from delta_scan('t', timestamp := '2024-01-01')").mentions
  expect(other).toMatchObject({ timestamp: '2024-01-01' })
})

test.each([
  ['create view v as select 1', 'v'],
  ['create or replace temp view "db"."Main"."V w" as select 1', 'v w'],
  ['create view if not exists s.v as select 1', 'v'],
  ['alter view "s"."a" rename to b', 'b'],
  ['create macro m(a) as a + 1', 'm'],
  ['create or replace temp function "db"."Main"."F" (a) as table select a', 'f'],
  ['create table t as select 1', undefined],
  ['create table view_of as select 1', undefined],
])('%s defines %s', (sql, name) => {
  expect(lakeText(sql).defines).toBe(name)
})

test('columns with the names of files are found', () => {
  const sql = "select *, filename from read_parquet('s3://b/x') where filename > 'a' group by filename"
  expect(lakeText(sql).fileNames.map(one => one.isItem)).toEqual([true, false, false])
  const option = "select * from read_parquet('s3://b/x', filename = true)"
  expect(lakeText(option).fileNames).toEqual([])
  expect(lakeText(option).mentions[0]).toMatchObject({ named: { column: 'filename' } })
})
