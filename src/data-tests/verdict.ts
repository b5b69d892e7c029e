/**
 * From the one row of a data test's query to its verdict: pass, warn or fail, with dbt's message. Nothing is executed.
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { SqlValue } from '../base/sql-value.ts'

export interface TestThresholds {
  readonly severity: string
  readonly warnIf: string
  readonly errorIf: string
  /** `--warn-error` counts warnings of tests as failures. */
  readonly warningsFail: boolean
}

/** The row that `get_test_sql` asks for. */
export interface TestRow {
  readonly failures: number
  readonly shouldWarn: boolean
  readonly shouldError: boolean
}

export interface Verdict {
  readonly status: 'pass' | 'warn' | 'fail'
  readonly message: string | null
  readonly failures: number
}

export function judgeTest(row: TestRow, thresholds: TestThresholds): Verdict {
  const count = `${row.failures} ${row.failures === 1 ? 'result' : 'results'}`
  if (thresholds.severity.toUpperCase() === 'ERROR' && row.shouldError) {
    return failing('fail', `Got ${count}, configured to fail if ${thresholds.errorIf}`)
  }
  if (!row.shouldWarn) return { status: 'pass', message: null, failures: 0 }
  return thresholds.warningsFail
    ? failing('fail', `Got ${count}, configured to fail if ${thresholds.warnIf}`)
    : failing('warn', `Got ${count}, configured to warn if ${thresholds.warnIf}`)

  function failing(status: 'warn' | 'fail', message: string): Verdict {
    return { status, message, failures: row.failures }
  }
}

/**
 * Reads the row that a test's query gave.
 * @throws `data-tests/test-shape` unless it is one row of a number and two truth values
 */
export function readTestRow(
  columns: readonly { readonly name: string }[],
  rows: readonly (readonly SqlValue[])[],
  uniqueId: string,
): TestRow {
  const row = rows[0]
  if (rows.length !== 1 || !row) throw badShape(uniqueId, `Returned ${rows.length} rows, but expected 1 row`)
  if (columns.length !== 3) throw badShape(uniqueId, `Returned ${columns.length} columns, but expected 3 columns`)
  const value = (name: string): SqlValue => row[columns.findIndex(one => one.name.toLowerCase() === name)] ?? null
  return {
    failures: failureCount(value('failures'), uniqueId),
    shouldWarn: truth(value('should_warn')),
    shouldError: truth(value('should_error')),
  }
}

function badShape(uniqueId: string, found: string): DiagnosticError {
  return new DiagnosticError({
    code: 'data-tests/test-shape',
    kind: 'Internal',
    message: `dbt internally failed to execute ${uniqueId}: ${found}`,
    node: uniqueId,
  })
}

/** dbt takes whole numbers only; a decimal without a fraction is one. */
function failureCount(value: SqlValue, uniqueId: string): number {
  const number = plainNumber(value)
  if (number !== undefined && Number.isInteger(number)) return number
  throw new DiagnosticError({
    code: 'data-tests/test-shape',
    kind: 'Runtime',
    message: `${shown(value)} is not of type 'integer'`,
    node: uniqueId,
  })
}

function plainNumber(value: SqlValue): number | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value)
  if (typeof value !== 'object' || value === null) return undefined
  if (value.kind === 'float') return value.value
  return value.kind === 'decimal' ? Number(value.text) : undefined
}

function shown(value: SqlValue): string {
  if (value === null) return 'None'
  return typeof value === 'string' ? `'${value}'` : String(plainNumber(value) ?? value)
}

const trueWords = new Set(['y', 'yes', 't', 'true', 'on', '1'])
const falseWords = new Set(['n', 'no', 'f', 'false', 'off', '0'])

function truth(value: SqlValue): boolean {
  if (typeof value === 'boolean') return value
  if (typeof value !== 'string') return Boolean(plainNumber(value))
  const word = value.toLowerCase()
  if (trueWords.has(word)) return true
  if (falseWords.has(word)) return false
  throw new DiagnosticError({
    code: 'data-tests/test-shape',
    kind: 'Runtime',
    message: `The macro 'get_test_sql' returns '${value}'. It is not type 'bool' and cannot not be converted reliably to a bool.`,
  })
}
