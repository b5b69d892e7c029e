/** Files of a table whose types were widened hold the narrower ones: PROTOCOL.md "Type Widening". */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { commitKey } from '../../src/delta/log-path.ts'
import { snapshotSql } from '../../src/delta/scan.ts'
import { type DeltaRig, deltaRig } from '../rig/delta-writer.ts'

const changed = (name: string, fromType: string, toType: string): unknown => ({
  name,
  type: toType,
  nullable: true,
  metadata: { 'delta.typeChanges': [{ toType, fromType }] },
})

const fields = [
  changed('f', 'float', 'double'),
  changed('i', 'integer', 'double'),
  changed('n', 'integer', 'decimal(12,2)'),
  changed('e', 'decimal(5,2)', 'decimal(10,4)'),
  changed('d', 'date', 'timestamp_ntz'),
  changed('l', 'integer', 'long'),
  {
    name: 's',
    type: { type: 'struct', fields: [changed('x', 'float', 'double')] },
    nullable: true,
    metadata: {},
  },
]

let rig: DeltaRig
beforeAll(async () => {
  rig = await deltaRig()
  mkdirSync(join(rig.root, '_delta_log'), { recursive: true })
  const files = {
    'old.parquet': `SELECT 1.1::FLOAT AS f, 2::INTEGER AS i, 3::INTEGER AS n, 1.15::DECIMAL(5,2) AS e,
      DATE '2024-01-01' AS d, 4::INTEGER AS l, {'x': 1.1::FLOAT} AS s`,
    'new.parquet': `SELECT 1.1::DOUBLE AS f, 2.4::DOUBLE AS i, 3.4::DECIMAL(12,2) AS n, 1.1501::DECIMAL(10,4) AS e,
      TIMESTAMP '2024-01-01 05:00:00' AS d, 3000000000::BIGINT AS l, {'x': 1.1::DOUBLE} AS s`,
  }
  for (const [name, sql] of Object.entries(files)) {
    await rig.files.reader.rows(`COPY (${sql}) TO '${join(rig.root, name)}' (FORMAT parquet)`)
  }
  const protocol = {
    minReaderVersion: 3,
    minWriterVersion: 7,
    readerFeatures: ['typeWidening', 'timestampNtz'],
    writerFeatures: ['typeWidening', 'timestampNtz'],
  }
  const metaData = {
    id: 'x',
    format: { provider: 'parquet', options: {} },
    schemaString: JSON.stringify({ type: 'struct', fields }),
    partitionColumns: [],
    configuration: { 'delta.enableTypeWidening': 'true' },
  }
  const adds = Object.keys(files).map(path => ({
    add: { path, partitionValues: {}, size: 1, modificationTime: 1, dataChange: true },
  }))
  const actions = [{ protocol }, { metaData }, ...adds]
  writeFileSync(join(rig.root, commitKey(0)), actions.map(action => JSON.stringify(action)).join('\n'))
})
afterAll(() => rig.close())

describe('rows that were stored in a narrower type are compared in the wider one', () => {
  test.each([
    ['f = 1.1::DOUBLE', 1],
    ['f > 1.1::DOUBLE', 1],
    ['f <> 1.1::DOUBLE', 1],
    ['i = 2.4::DOUBLE', 1],
    ['i = 1.5::DOUBLE', 0],
    ['i < 2.4::DOUBLE', 1],
    ['n = 3.4', 1],
    ['n IN (3.4, 2.6)', 1],
    ['e = 1.1501', 1],
    ['e < 1.1501', 1],
    ["d = TIMESTAMP '2024-01-01 05:00:00'", 1],
    ["d < TIMESTAMP '2024-01-01 05:00:00'", 1],
    ['l = 3000000000', 1],
    ['l < 3000000000', 1],
    ['s.x = 1.1::DOUBLE', 1],
    ['s.x > 1.1::DOUBLE', 1],
    ['f IS NOT NULL', 2],
  ])('%s', async (condition, count) => {
    const rows = await snapshotSql(rig.files, await rig.snapshot())
    const found = await rig.files.reader.rows(`SELECT count(*)::INTEGER AS n FROM (${rows}) WHERE ${condition}`)
    expect(found).toEqual([{ n: count }])
  })
})
