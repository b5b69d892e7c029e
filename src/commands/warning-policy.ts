/** What becomes of a warning: shown, silenced or an error, by `--warn-error` and `--warn-error-options`. */
import type { Flags } from '../config/flags.ts'

export type WarningTreatment = 'warn' | 'error' | 'silence'

export class WarningPolicy {
  private readonly flags: Pick<Flags, 'warnError' | 'warnErrorOptions'>

  constructor(flags: Pick<Flags, 'warnError' | 'warnErrorOptions'>) {
    this.flags = flags
  }

  /** By our code and by the name of dbt's event: the options may list either. */
  of(code: string, eventName: string): WarningTreatment {
    const { warnError, warnErrorOptions } = this.flags
    const { error, warn, silence } = warnErrorOptions
    const listed = (names: readonly string[]): boolean => names.includes(code) || names.includes(eventName)
    if (listed(silence)) return 'silence'
    if (warnError) return 'error'
    const every = error === 'all' || error === '*'
    const isError = every ? !listed(warn) : listed(error)
    return isError ? 'error' : 'warn'
  }
}
