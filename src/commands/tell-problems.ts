/** What becomes of what a phase has found: shown, counted, or the end of the command. */
import type { Diagnostic } from '../base/diagnostic.ts'
import type { WarningPolicy } from '../config/warning-policy.ts'
import { CommandStopped } from './command-stopped.ts'
import { warningText } from './mark-warning.ts'
import type { Session } from './session.ts'
import { isDeprecation, isPlainWarning, warningEvent } from './warning-names.ts'

/** Shows warnings, or stops where they or others are errors. @throws CommandStopped */
export function tellProblems(session: Session, warnings: WarningPolicy, diagnostics: readonly Diagnostic[]): void {
  const errors = diagnostics.filter(one => one.severity === 'error')
  for (const diagnostic of diagnostics) {
    if (diagnostic.severity === 'error' || !concerns(session.launch.which, diagnostic)) continue
    const event = warningEvent(diagnostic.code)
    const treatment = isPlainWarning(diagnostic.code) && !warnings.strict ? 'warn' : warnings.of(diagnostic.code, event)
    if (treatment === 'error') {
      // As in dbt, whatever it is about: an error of compilation with the text of the warning.
      const { node: _, ...rest } = diagnostic
      errors.push({ ...rest, severity: 'error', kind: 'Compilation', message: warningText(diagnostic, warnings.width) })
      continue
    }
    const isKnown = isDeprecation(event) && !session.noteDeprecation(event.name, event.code, thingOf(diagnostic))
    if (treatment === 'warn' && (!isKnown || warnings.showsAll)) session.emit({ kind: 'problem found', diagnostic })
  }
  if (errors.length > 0) throw new CommandStopped(errors)
}

/** Each variable that was renamed is a deprecated thing of its own. */
function thingOf({ code, facts }: Diagnostic): string | undefined {
  return code === 'config/renamed-variable' ? String(facts?.old_name) : undefined
}

const building: readonly string[] = ['build', 'retry', 'run']

/** How relations are made matters to commands that make some. */
function concerns(which: string, { code }: Diagnostic): boolean {
  return code !== 'graph/package-materialization' || building.includes(which)
}
