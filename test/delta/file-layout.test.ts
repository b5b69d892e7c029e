import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { commitKey } from '../../src/delta/log-path.ts'
import { type DeltaRig, deltaRig } from '../rig/delta-writer.ts'

const rigs: DeltaRig[] = []
afterEach(() => {
  for (const rig of rigs.splice(0)) rig.close()
})

type Field = readonly [name: string, id: number, type: unknown]

const struct = (fields: readonly Field[]): unknown => ({
  type: 'struct',
  fields: fields.map(([name, id, type]) => ({
    name,
    type,
    nullable: true,
    metadata: { 'delta.columnMapping.id': id, 'delta.columnMapping.physicalName': `col-${id}` },
  })),
})

/** A table whose files are the given queries, written with the options as other programs write them. */
async function tableOf(
  mode: 'name' | 'id',
  fields: readonly Field[],
  queries: readonly { readonly sql: string; readonly options?: string }[],
): Promise<DeltaRig> {
  const rig = await deltaRig()
  rigs.push(rig)
  mkdirSync(join(rig.root, '_delta_log'), { recursive: true })
  const adds = queries.map((_, index) => ({
    add: { path: `f${index}.parquet`, partitionValues: {}, size: 1, modificationTime: 1, dataChange: true },
  }))
  for (const [index, { sql, options }] of queries.entries()) {
    await rig.files.reader.rows(
      `COPY (${sql}) TO '${rig.root}/f${index}.parquet' (FORMAT parquet${options === undefined ? '' : `, ${options}`})`,
    )
  }
  const actions = [
    { protocol: { minReaderVersion: 2, minWriterVersion: 5 } },
    {
      metaData: {
        id: 'x',
        format: { provider: 'parquet', options: {} },
        schemaString: JSON.stringify(struct(fields)),
        partitionColumns: [],
        configuration: { 'delta.columnMapping.mode': mode, 'delta.columnMapping.maxColumnId': '99' },
      },
    },
    ...adds,
  ]
  writeFileSync(join(rig.root, commitKey(0)), actions.map(action => JSON.stringify(action)).join('\n'))
  return rig
}

test('fields inside structs are found by their ids, whatever the files call them', async () => {
  const inner: readonly Field[] = [
    ['x', 3, 'integer'],
    ['y', 4, 'string'],
  ]
  const list = { type: 'array', elementType: struct([['z', 6, 'long']]), containsNull: true }
  const map = { type: 'map', keyType: 'string', valueType: struct([['v', 8, 'timestamp']]), valueContainsNull: true }
  const rig = await tableOf(
    'id',
    [
      ['i', 1, 'integer'],
      ['s', 2, struct(inner)],
      ['l', 5, list],
      ['m', 7, map],
    ],
    [
      {
        sql: `SELECT 1 AS i, {'a': 10, 'b': 'p'} AS s, [{'c': 5::BIGINT}, NULL] AS l, MAP {'k': {'d': TIMESTAMP '2024-05-06 07:08:09'}} AS m`,
        options: `FIELD_IDS {i: 1, s: {__duckdb_field_id: 2, a: 3, b: 4}, l: {__duckdb_field_id: 5, element: {c: 6}}, m: {__duckdb_field_id: 7, value: {d: 8}}}`,
      },
      {
        sql: `SELECT 2 AS "col-1", {'col-3': 20, 'col-4': 'q'} AS "col-2"`,
        options: `FIELD_IDS {"col-1": 1, "col-2": {__duckdb_field_id: 2, "col-3": 3, "col-4": 4}}`,
      },
      // The names are turned round, and one of them belongs to a field that is gone.
      {
        sql: `SELECT 3 AS i, {'col-4': 30, 'col-3': 'gone'} AS s`,
        options: `FIELD_IDS {i: 1, s: {__duckdb_field_id: 2, "col-4": 3, "col-3": 9}}`,
      },
    ],
  )
  expect(await rig.rows()).toEqual([
    '{"i":1,"s":{"x":10,"y":"p"},"l":[{"z":5},null],"m":{"k":{"v":"2024-05-06 07:08:09+00"}}}',
    '{"i":2,"s":{"x":20,"y":"q"},"l":null,"m":null}',
    '{"i":3,"s":{"x":30,"y":null},"l":null,"m":null}',
  ])
})

test('a struct none of whose fields are in a file is null where it was, and else holds nulls', async () => {
  const fields: readonly Field[] = [
    ['i', 1, 'integer'],
    [
      's',
      2,
      struct([
        ['new', 4, 'date'],
        ['in', 5, struct([['n', 6, 'integer']])],
      ]),
    ],
    ['l', 7, { type: 'array', elementType: struct([['new', 9, 'integer']]), containsNull: true }],
  ]
  const rig = await tableOf('name', fields, [
    {
      sql: `SELECT 1 AS "col-1", {'col-3': [1, 2]} AS "col-2", [{'col-8': 1}, NULL] AS "col-7" UNION ALL SELECT 2, NULL, NULL`,
    },
    {
      sql: `SELECT 3 AS "col-1", {'col-4': DATE '2024-01-02', 'col-5': {'col-6': 7}} AS "col-2", [{'col-9': 5}] AS "col-7"`,
    },
  ])
  expect(await rig.rows()).toEqual([
    '{"i":1,"s":{"new":null,"in":null},"l":[{"new":null},null]}',
    '{"i":2,"s":null,"l":null}',
    '{"i":3,"s":{"new":"2024-01-02","in":{"n":7}},"l":[{"new":5}]}',
  ])
})
