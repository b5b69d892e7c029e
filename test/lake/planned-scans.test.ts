import { expect, test } from 'vitest'
import {
  isAbout,
  mayMeet,
  mentionsColumn,
  type PlannedScan,
  planOf,
  scansBelow,
  splitConditions,
} from '../../src/lake/planned-scans.ts'

function scanWith(info: object): PlannedScan | undefined {
  const scan = { name: 'READ_PARQUET ', children: [], extra_info: info }
  return planOf(JSON.stringify([{ name: 'PROJECTION', children: [scan], extra_info: {} }]))?.flatMap(scansBelow)[0]
}

test('a scan tells its columns, conditions and files', () => {
  const scan = scanWith({
    Projections: ['id', 'st.a'],
    Filters: ['id>3 AND id<=7', "name='a AND b'", 'optional: k=1 OR k=2', 'optional: Dynamic Filter (x)'],
    'File Filters': "(r = 1)(day = '2024-01-01'::DATE)",
    'Scanning Files': '2/9',
  })
  expect(scan?.columns).toEqual(['id', 'st.a'])
  expect(scan?.conditions).toEqual(['id>3', 'id<=7', "name='a AND b'", 'k=1 OR k=2'])
  expect(scan?.hints.length).toBe(4)
  expect(scan?.fileCount).toEqual({ left: 2, all: 9 })
})

test('a scan of nothing but rows has no columns', () => {
  expect(scanWith({ Projections: '' })).toEqual({ columns: [], conditions: [], hints: [] })
})

test('a text that is no plan is none', () => {
  expect(planOf('')).toBeUndefined()
  expect(planOf('{}')).toBeUndefined()
  expect(planOf('[{"name": "DUMMY_SCAN"}]')?.flatMap(scansBelow)).toEqual([])
})

test('conditions on files stand one after the other', () => {
  expect(
    splitConditions("(r = 1)(day BETWEEN '2024-01-01)(' AND 'x')suffix(CAST(day AS VARCHAR), '-02')(a = 2)"),
  ).toEqual(['(r = 1)', "(day BETWEEN '2024-01-01)(' AND 'x')", "suffix(CAST(day AS VARCHAR), '-02')", '(a = 2)'])
  expect(splitConditions('((day = 1) OR (r = 7))')).toEqual(['((day = 1) OR (r = 7))'])
})

test('an entry is about a column, what is in it, and what it is in', () => {
  expect(isAbout('st.a', 'st.a')).toBe(true)
  expect(isAbout('st', 'st.a.list')).toBe(true)
  expect(isAbout('st.a', 'st.b')).toBe(false)
  expect(isAbout('st', 'stone')).toBe(false)
  expect(mentionsColumn("(a b > 'x')", 'a b')).toBe(true)
  expect(mentionsColumn('(abc > 1)', 'ab')).toBe(false)
})

const numbers = { min: '10', max: '20' }
test.each([
  ['id=10', true],
  ['id=9', false],
  ['id=21', false],
  ['id<10', false],
  ['id<=10', true],
  ['id>20', false],
  ['id>=20', true],
  ['id!=15', true],
  ['id>1e3', false],
  ['id=5 OR id=25', false],
  ['id=5 OR id=15', true],
  ['id=5 OR k=15', true],
  ['id IN (1, 2, 30)', false],
  ['id IN (1, 12)', true],
  ['idx=9', true],
  ['id=#1', true],
])('%s may be met by 10 to 20: %s', (condition, may) => {
  expect(mayMeet(condition, 'id', numbers)).toBe(may)
})

test.each([
  ["ts>='2024-02-01 00:00:00'::TIMESTAMP", 'ts', false],
  ["ts<'2024-01-01 00:00:00.5'::TIMESTAMP", 'ts', true],
  ["ts='2024-01-01 00:00:00+00'::TIMESTAMP WITH TIME ZONE", 'ts', true],
  ["ts IN ('2023-01-01 00:00:00'::TIMESTAMP, '2025-01-01 00:00:00'::TIMESTAMP)", 'ts', false],
])('%s on %s: %s', (condition, column, may) => {
  expect(mayMeet(condition, column, { min: '2024-01-01 00:00:00', max: '2024-01-31 23:59:59' })).toBe(may)
})

test('texts are compared by their bytes, quotes in them are doubled', () => {
  expect(mayMeet("s='it''s'", 's', { min: "it's", max: "it's" })).toBe(true)
  expect(mayMeet("s>'b'", 's', { min: 'B', max: 'a' })).toBe(false)
  expect(mayMeet("s IN ('x, OR y', 'z')", 's', { min: 'x, OR', max: 'x, OR z' })).toBe(true)
})
