/** Vectors as the judge sends them, and answers as it wants them. */
import { type Diagnostic, DiagnosticError } from '../../base/diagnostic.ts'
import { lineColumn } from '../../base/source-file.ts'
import { PyDate, parseIsoDate } from '../../context/modules/python-date.ts'
import { PyDateTime } from '../../context/modules/python-datetime.ts'
import { PyDecimal } from '../../context/modules/python-decimal.ts'
import { toPython } from '../../template/plain-data.ts'
import { type PyDict, PyFloat, PySet, PyTuple, type Value } from '../../template/value.ts'

export interface MacroText {
  readonly package: string
  readonly source: string
}

export interface Vector {
  readonly id: string
  readonly suite: 'render' | 'context' | 'blocks'
  readonly [field: string]: unknown
}

export interface VectorError {
  readonly kind: string
  readonly message: string
  readonly line?: number
}

export type Answer =
  | { readonly id: string; readonly output: unknown }
  | { readonly id: string; readonly error: VectorError }

/** JSON with `{"$t": kind, "v": value}` for what JSON lacks. */
export function typedValue(data: unknown): Value {
  if (Array.isArray(data)) return data.map(typedValue)
  if (data === null || typeof data !== 'object') return toPython(data)
  const { $t: kind, v } = data as { $t?: string; v?: unknown }
  if (kind === undefined) {
    const dict = toPython({}) as PyDict
    for (const [key, value] of Object.entries(data)) dict.set(key, typedValue(value))
    return dict
  }
  return ofKind(kind, v)
}

function ofKind(kind: string, v: unknown): Value {
  const items = (): Value[] => (Array.isArray(v) ? v.map(typedValue) : [])
  switch (kind) {
    case 'decimal':
      return PyDecimal.parse(String(v))
    case 'date':
      return new PyDate(parseIsoDate(String(v)) ?? 0)
    case 'datetime':
      return new PyDateTime(BigInt(Date.parse(`${String(v)}Z`)) * 1000n)
    case 'tuple':
      return new PyTuple(items())
    case 'set':
      return new PySet(items())
    case 'float':
      return new PyFloat(floatOf(String(v)))
    case 'int':
      return toPython(BigInt(String(v)))
    default:
      throw new Error(`a vector has a value of kind "${kind}"`)
  }
}

function floatOf(text: string): number {
  const infinite = /^(-?)inf$/.exec(text)
  if (infinite) return infinite[1] === '-' ? -Infinity : Infinity
  return Number(text)
}

/** The family of an error in the judge's words. */
export function vectorError(error: unknown): VectorError {
  if (!(error instanceof DiagnosticError)) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return { kind: 'crash', message }
  }
  return ofDiagnostic(error.diagnostic)
}

const templateKinds: Readonly<Record<string, string>> = {
  'template/syntax': 'syntax',
  'template/undefined': 'undefined',
  'template/type': 'type',
  'template/value': 'value',
  'template/lookup': 'lookup',
  'template/arithmetic': 'arithmetic',
  'template/security': 'security',
  'template/recursion': 'recursion',
  'template/runtime': 'runtime',
}

function ofDiagnostic(diagnostic: Diagnostic): VectorError {
  const { code, message, at, hint } = diagnostic
  const line = at === undefined ? {} : { line: lineColumn(at.file, at.start).line }
  const text = hint === undefined ? message : `${message}. ${hint}`
  return { kind: templateKinds[code] ?? 'compilation', message: text, ...line }
}
