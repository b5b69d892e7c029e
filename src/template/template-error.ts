/**
 * Errors of the template language. Whatever fails while a template runs is a `DiagnosticError` whose code names the
 * Python family it belongs to; the place is filled in by the compiled code that the error passes on its way up.
 */
import type { DiagnosticCode } from '../base/codes.ts'
import { DiagnosticError, type DiagnosticFields, type Note } from '../base/diagnostic.ts'
import type { Place } from '../base/source-file.ts'

export type TemplateErrorCode = Extract<DiagnosticCode, `template/${string}`>

/** An error raised by the template language itself, as opposed to one raised by a function of the context. */
export class TemplateError extends DiagnosticError {
  constructor(code: TemplateErrorCode, message: string, fields: Partial<DiagnosticFields> = {}) {
    super({ ...fields, code, message })
    this.name = 'TemplateError'
  }

  get code(): TemplateErrorCode {
    return this.diagnostic.code as TemplateErrorCode
  }
}

export const typeError = (message: string): TemplateError => new TemplateError('template/type', message)
export const valueError = (message: string): TemplateError => new TemplateError('template/value', message)
export const lookupError = (message: string): TemplateError => new TemplateError('template/lookup', message)
export const arithmeticError = (message: string): TemplateError => new TemplateError('template/arithmetic', message)
export const securityError = (message: string): TemplateError => new TemplateError('template/security', message)
export const recursionError = (message: string): TemplateError => new TemplateError('template/recursion', message)
export const runtimeError = (message: string): TemplateError => new TemplateError('template/runtime', message)

export function undefinedError(message: string, hint?: string): TemplateError {
  return new TemplateError('template/undefined', message, hint === undefined ? {} : { hint })
}

export function syntaxError(message: string, at: Place): TemplateError {
  return new TemplateError('template/syntax', message, { at })
}

/**
 * Adds what the code that an error passes through knows: the place, if it has none yet, and notes (a frame of the macro
 * call stack). The error itself is kept, so that its class and its JavaScript stack survive.
 */
export function enrichError(error: DiagnosticError, added: { at?: Place; note?: Note; hint?: string }): void {
  const before = error.diagnostic
  const open = error as { diagnostic: DiagnosticError['diagnostic'] }
  open.diagnostic = {
    ...before,
    ...(before.at === undefined && added.at !== undefined ? { at: added.at } : {}),
    ...(before.hint === undefined && added.hint !== undefined ? { hint: added.hint } : {}),
    notes: added.note === undefined ? before.notes : [...before.notes, added.note],
  }
}
