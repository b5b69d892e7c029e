import { describe, expect, test } from 'vitest'
import { judgeTest, readTestRow } from '../../src/data-tests/verdict.ts'

const thresholds = { severity: 'error', warnIf: '!= 0', errorIf: '!= 0', warningsFail: false }
const columns = ['failures', 'should_warn', 'should_error'].map(name => ({ name }))

describe('the verdict of a data test', () => {
  test('is pass when no threshold is met', () => {
    const verdict = judgeTest({ failures: 0, shouldWarn: false, shouldError: false }, thresholds)
    expect(verdict).toEqual({ status: 'pass', message: null, failures: 0 })
  })

  test('is fail when the error threshold is met', () => {
    const verdict = judgeTest({ failures: 1, shouldWarn: true, shouldError: true }, thresholds)
    expect(verdict).toEqual({ status: 'fail', message: 'Got 1 result, configured to fail if != 0', failures: 1 })
  })

  test('is warn when severity is warn, whatever the error threshold says', () => {
    const verdict = judgeTest({ failures: 2, shouldWarn: true, shouldError: true }, { ...thresholds, severity: 'warn' })
    expect(verdict).toEqual({ status: 'warn', message: 'Got 2 results, configured to warn if != 0', failures: 2 })
  })

  test('is warn between the two thresholds', () => {
    const row = { failures: 5, shouldWarn: true, shouldError: false }
    expect(judgeTest(row, { ...thresholds, errorIf: '> 10' }).status).toBe('warn')
  })

  test('is fail for a warning when warnings are errors', () => {
    const row = { failures: 5, shouldWarn: true, shouldError: false }
    const verdict = judgeTest(row, { ...thresholds, warnIf: '> 1', warningsFail: true })
    expect(verdict).toEqual({ status: 'fail', message: 'Got 5 results, configured to fail if > 1', failures: 5 })
  })

  test('can be fail with no failures at all', () => {
    expect(judgeTest({ failures: 0, shouldWarn: true, shouldError: true }, thresholds).status).toBe('fail')
  })
})

describe('the row of a data test', () => {
  test('is read by column name, with numbers and words as truth values', () => {
    const row = readTestRow(columns, [[{ kind: 'decimal', text: '3' }, 'yes', 1]], 'test.p.t')
    expect(row).toEqual({ failures: 3, shouldWarn: true, shouldError: true })
  })

  test.each([
    [columns, [], 'Returned 0 rows, but expected 1 row'],
    [columns.slice(1), [[true, true]], 'Returned 2 columns, but expected 3 columns'],
    [columns, [[null, true, true]], "None is not of type 'integer'"],
    [columns, [[{ kind: 'float' as const, value: 1.5 }, true, true]], "1.5 is not of type 'integer'"],
    [columns, [[1, 'maybe', true]], "returns 'maybe'"],
  ])('is refused when it is not a count and two truth values', (names, rows, message) => {
    expect(() => readTestRow(names, rows, 'test.p.t')).toThrow(message)
  })
})
