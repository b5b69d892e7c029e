import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type HollowBounds, type HollowValue, hasHollowForm, hollowParquet } from '../../src/delta/hollow-parquet.ts'
import { type DeltaType, duckdbType } from '../../src/delta/schema.ts'
import { openTestReader } from '../rig/parquet-reader.ts'

const folder = mkdtempSync(join(tmpdir(), 'eider-hollow-'))
const path = join(folder, 'hollow.parquet')
let reader: Awaited<ReturnType<typeof openTestReader>>

beforeAll(async () => {
  reader = await openTestReader()
})

afterAll(() => {
  reader.close()
  rmSync(folder, { recursive: true, force: true })
})

const primitive = (name: string): DeltaType => ({ kind: 'primitive', name }) as DeltaType
const decimal = (precision: number, scale: number): DeltaType => ({ kind: 'decimal', precision, scale })
const between = (min: HollowValue, max: HollowValue): HollowBounds => ({ min, max, hasNoNull: false })

/** Whether DuckDB wants to look into the only row group, whose one column has the bounds. */
async function isWanted(type: DeltaType, bounds: HollowBounds, condition: string): Promise<boolean> {
  writeFileSync(path, hollowParquet([type, undefined], [new Map([[0, bounds]])]))
  try {
    const rows = await reader.rows(`SELECT c0 FROM read_parquet('${path}') WHERE c0 ${condition} AND hash(c1) = 0`)
    expect(rows).toEqual([])
    return false
  } catch (error) {
    expect(String(error)).toContain('TProtocolException')
    return true
  }
}

test.each<[DeltaType, HollowBounds, wanted: string, unwanted: string]>([
  [primitive('byte'), between(-5n, 7n), '= -5', '= -6'],
  [primitive('short'), between(-300n, 300n), '>= 300', '> 300'],
  [primitive('integer'), between(-70_000n, 70_000n), 'IN (5, 80000)', 'IN (-80000, 80000)'],
  [primitive('long'), between(-9223372036854775808n, -1n), '< -5', '>= 0'],
  [primitive('date'), between('1969-12-31', '2024-02-29'), "= '1970-01-01'", "> '2024-02-29'"],
  [primitive('string'), between('b', 'däh'), "LIKE 'c%'", "LIKE 'e%'"],
  [primitive('timestamp'), between(0n, 1_000_000n), "= '1970-01-01 01:00:01+01'", "= '1970-01-01 00:00:01+01'"],
  [primitive('timestamp_ntz'), between(-1n, 1n), "< '1970-01-01'", "> '1970-01-01 00:00:00.000001'"],
  [decimal(9, 2), between(-150n, 250n), '= 2.5', '= 2.51'],
  [decimal(18, 0), between(-(10n ** 17n), 10n ** 17n), '= 0', '> 100000000000000000'],
  [decimal(38, 3), between(-(10n ** 37n), -1n), '= -0.001', '>= 0'],
])('%j with %o is wanted for %s, not for %s', async (type, bounds, wanted, unwanted) => {
  expect(hasHollowForm(type)).toBe(true)
  expect(await isWanted(type, bounds, wanted)).toBe(true)
  expect(await isWanted(type, bounds, unwanted)).toBe(false)
  const [column] = await reader.rows(`DESCRIBE FROM read_parquet('${path}')`)
  expect(column?.column_type).toBe(duckdbType(type))
})

test('nulls are within any bounds unless there are none', async () => {
  expect(await isWanted(primitive('long'), between(1n, 2n), 'IS NULL')).toBe(true)
  expect(await isWanted(primitive('long'), { min: 1n, max: 2n, hasNoNull: true }, 'IS NULL')).toBe(false)
  expect(await isWanted(primitive('long'), { min: undefined, max: undefined, hasNoNull: true }, 'IS NULL')).toBe(false)
})

test('a bound that does not fit its type is none', async () => {
  expect(await isWanted(primitive('byte'), between(0n, 128n), '= -7')).toBe(true)
  expect(await isWanted(primitive('date'), between('2024-02-01', 'soon'), "= '2020-01-01'")).toBe(true)
  expect(await isWanted(decimal(9, 0), between(0n, 10n ** 10n), '= -7')).toBe(true)
})

test('there are no bounds of numbers with NaN among them, nor of what has no order', () => {
  for (const type of ['float', 'double', 'binary', 'boolean']) expect(hasHollowForm(primitive(type))).toBe(false)
  expect(hasHollowForm({ kind: 'array', element: primitive('long'), containsNull: true } as DeltaType)).toBe(false)
})
