/**
 * What DuckDB's error messages say, read into diagnostics: the family of the error, and the place in the SQL that its
 * `LINE n: … ^` tail points at. The message itself is kept whole, as users search for it.
 */
import type { DiagnosticCode } from '../base/codes.ts'
import { DiagnosticError } from '../base/diagnostic.ts'
import { offsetAt, type Place, placeAt, type SourceFile } from '../base/source-file.ts'

/** An error of the database. `errorType` is DuckDB's word for its family: `Binder`, `Catalog`, `IO` … */
export class DatabaseError extends DiagnosticError {
  readonly errorType: string

  constructor(
    code: DiagnosticCode,
    errorType: string,
    fields: { message: string; expanded?: Place; hint?: string; cause: unknown },
  ) {
    super({ code, kind: 'Runtime', ...fields })
    this.name = 'DatabaseError'
    this.errorType = errorType
  }
}

const codeOf: Readonly<Record<string, DiagnosticCode>> = {
  Parser: 'adapter/sql-syntax',
  Syntax: 'adapter/sql-syntax',
  Binder: 'adapter/sql-binding',
  Catalog: 'adapter/sql-catalog',
  Conversion: 'adapter/sql-conversion',
  'Out of Range': 'adapter/sql-conversion',
  'Mismatch Type': 'adapter/sql-conversion',
  Decimal: 'adapter/sql-conversion',
  Constraint: 'adapter/sql-constraint',
  IO: 'adapter/sql-io',
  HTTP: 'adapter/sql-io',
  Permission: 'adapter/sql-io',
  'Missing Extension': 'adapter/extension-missing',
  'Extension Autoloading': 'adapter/extension-missing',
  TransactionContext: 'adapter/sql-transaction',
  'Out of Memory': 'adapter/out-of-memory',
  INTERRUPT: 'adapter/interrupted',
}

/** DuckDB's word for an error's family, or `Unknown`. */
export function errorTypeOf(message: string): string {
  return /^([A-Za-z][A-Za-z /]*?) Error: /.exec(message)?.[1] ?? 'Unknown'
}

/** The name the error has in dbt-duckdb's `retryable_exceptions`: `IOException`, `HTTPException` … */
export function exceptionName(errorType: string): string {
  const names: Readonly<Record<string, string>> = {
    INTERRUPT: 'InterruptException',
    TransactionContext: 'TransactionException',
    'Mismatch Type': 'TypeMismatchException',
    FATAL: 'FatalException',
    INTERNAL: 'InternalException',
  }
  return names[errorType] ?? `${errorType.replaceAll(' ', '')}Exception`
}

/**
 * @param sql the text that was sent to DuckDB
 * @param file the text the user knows; `sql` begins at `offset` in it
 */
export function databaseError(cause: unknown, sql: string, file: SourceFile, offset = 0): DatabaseError {
  const message = messageOf(cause)
  const errorType = errorTypeOf(message)
  const at = errorOffset(message, sql)
  const extension = missingExtension(message)
  const code = extension ? 'adapter/extension-missing' : (codeOf[errorType] ?? 'adapter/sql-failed')
  const expanded = at === undefined ? {} : { expanded: placeAt(file, offset + at) }
  const hint = extension && { hint: installHint(extension.name) }
  return new DatabaseError(code, errorType, { message, ...expanded, ...hint, cause })
}

/** The extension that a message misses: its name, and the file that was looked for. */
export function missingExtension(message: string): { readonly name: string; readonly file: string } | undefined {
  const file = /Extension "([^"]+\.duckdb_extension)" not found/.exec(message)?.[1]
  const name = file && /([^/\\]+)\.duckdb_extension$/.exec(file)?.[1]
  return name === undefined || file === undefined ? undefined : { name, file }
}

export function installHint(name: string): string {
  return `nothing is downloaded during a run; put the file there, or install it once with: INSTALL ${name}`
}

export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

/** Long lines are shown as a cut-out between dots; the cut-out is looked up in the line it was taken from. */
function errorOffset(message: string, sql: string): number | undefined {
  const tail = /\nLINE (\d+): (.*)\n( *)\^[^\n]*$/.exec(message)
  if (!tail) return undefined
  const [, line = '1', shown = '', indent = ''] = tail
  const file: SourceFile = { path: '', text: sql }
  const start = offsetAt(file, Number(line))
  const column = indent.length - `LINE ${line}: `.length
  if (!shown.startsWith('...')) return Math.min(start + codeUnits(sql.slice(start), column), sql.length)
  const excerpt = shown.slice(3, shown.endsWith('...') ? -3 : undefined)
  const found = sql.indexOf(excerpt, start)
  if (found === -1) return start
  return Math.min(found + codeUnits(excerpt, column - 3), sql.length)
}

/** DuckDB pads the caret by display width; counted here as one per code point. */
function codeUnits(text: string, codePoints: number): number {
  let units = 0
  let left = codePoints
  for (const character of text) {
    if (left-- <= 0) break
    units += character.length
  }
  return units
}
