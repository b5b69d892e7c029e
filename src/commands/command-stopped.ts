/** Thrown by a command that cannot go on: exit code 2, and no artifact was touched. */
import { type Diagnostic, DiagnosticError, type Diagnostics } from '../base/diagnostic.ts'

export class CommandStopped extends Error {
  readonly diagnostics: readonly Diagnostic[]

  constructor(diagnostics: readonly Diagnostic[]) {
    super(diagnostics[0]?.message ?? 'the command stopped')
    this.name = 'CommandStopped'
    this.diagnostics = diagnostics
  }
}

/** Ends the command if a phase has collected errors. */
export function stopOnErrors(diagnostics: Diagnostics): void {
  if (diagnostics.hasErrors) throw new CommandStopped(diagnostics.errors)
}

/** The diagnostics behind anything a command can throw; `undefined` for what is a bug of ours. */
export function diagnosticsOf(error: unknown): readonly Diagnostic[] | undefined {
  if (error instanceof CommandStopped) return error.diagnostics
  if (error instanceof DiagnosticError) return [error.diagnostic]
  return undefined
}
