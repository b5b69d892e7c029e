/** When an error is the one that a vector expects: of its family, with its words, on its line if it is a syntax error. */
import type { ErrorAnswer } from './vector-setting.ts'

export interface ExpectedError {
  readonly kind: string
  readonly message_contains: readonly string[]
  readonly line?: number
}

const runtimeKinds = new Set(['type', 'value', 'lookup', 'arithmetic', 'security', 'runtime', 'recursion'])

function family(kind: string): string {
  return runtimeKinds.has(kind) ? 'runtime' : kind
}

/** What is wrong with the answer; empty when nothing is. */
export function meetsError(wanted: ExpectedError, got: { output: unknown } | { error: ErrorAnswer }): string {
  if (!('error' in got)) return `expected a ${wanted.kind} error, got ${JSON.stringify(got.output)}`
  const { kind, message, line } = got.error
  if (family(kind) !== family(wanted.kind)) return `expected a ${wanted.kind} error, got ${kind}: ${message}`
  const lacking = wanted.message_contains.filter(part => !message.toLowerCase().includes(part.toLowerCase()))
  if (lacking.length > 0) return `message lacks ${JSON.stringify(lacking)}: ${message}`
  if (wanted.line !== undefined && wanted.kind === 'syntax' && line !== wanted.line) {
    return `expected line ${wanted.line}, got ${line}: ${message}`
  }
  return ''
}
