/**
 * What went wrong, as data. Phases collect diagnostics in a sink and go on; a command stops between phases.
 * Text is made from them in `cli/render-diagnostic.ts` alone.
 */
import type { DiagnosticCode } from './codes.ts'
import type { Place } from './source-file.ts'

export type Severity = 'error' | 'warning'

/** dbt's word for the family of an error: printed as `<Kind> Error`, which callers of dbt search for. */
export type ErrorKind =
  | 'Compilation'
  | 'Parsing'
  | 'Runtime'
  | 'Validation'
  | 'Dependency'
  | 'Database'
  | 'Internal'
  | 'Env Var Missing'
  | 'Breaking change to contract'

export interface Note {
  readonly message: string
  readonly at?: Place
}

export interface Diagnostic {
  readonly code: DiagnosticCode
  readonly severity: Severity
  readonly kind: ErrorKind
  /** One sentence: what was expected and what was found, the user's names in quotes, no trailing dot, no place. */
  readonly message: string
  /** Where in what the user wrote. */
  readonly at?: Place
  /** The same trouble in the compiled text. */
  readonly expanded?: Place
  readonly notes: readonly Note[]
  /** The next command or edit. */
  readonly hint?: string
  /** Unique id of the node in question. */
  readonly node?: string
  readonly cause?: unknown
  /** What the message is made of, under the names of the fields of dbt's event that means the same. */
  readonly facts?: Readonly<Record<string, unknown>>
}

export type DiagnosticFields = Omit<Diagnostic, 'severity' | 'kind' | 'notes'> & {
  readonly severity?: Severity
  readonly kind?: ErrorKind
  readonly notes?: readonly Note[]
}

/** Fills in the usual severity (`error`), kind (`Compilation`) and notes (none). */
export function diagnostic(fields: DiagnosticFields): Diagnostic {
  return { severity: 'error', kind: 'Compilation', notes: [], ...fields }
}

/** A diagnostic on its way up the stack. Anything else that is thrown is a bug of ours or of a library. */
export class DiagnosticError extends Error {
  readonly diagnostic: Diagnostic

  constructor(fields: DiagnosticFields) {
    super(fields.message, fields.cause === undefined ? undefined : { cause: fields.cause })
    this.name = 'DiagnosticError'
    this.diagnostic = diagnostic(fields)
  }
}

/** A sink that phases write to. Order of arrival is kept. */
export class Diagnostics {
  readonly all: Diagnostic[] = []

  add(fields: DiagnosticFields): void {
    this.all.push(diagnostic(fields))
  }

  /** Takes a thrown diagnostic into the sink; anything else is thrown on. */
  absorb(error: unknown): void {
    if (!(error instanceof DiagnosticError)) throw error
    this.all.push(error.diagnostic)
  }

  get errors(): readonly Diagnostic[] {
    return this.all.filter(one => one.severity === 'error')
  }

  get hasErrors(): boolean {
    return this.all.some(one => one.severity === 'error')
  }
}
