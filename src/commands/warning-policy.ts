/** What becomes of a warning: shown, silenced or an error, by `--warn-error` and `--warn-error-options`. */
import type { Flags } from '../config/flags.ts'

export type WarningTreatment = 'warn' | 'error' | 'silence'

export class WarningPolicy {
  private readonly flags: Pick<Flags, 'warnError' | 'warnErrorOptions'>

  constructor(flags: Pick<Flags, 'warnError' | 'warnErrorOptions'>) {
    this.flags = flags
  }

  /** `name` is the name of dbt's event, or one of our codes. */
  of(name: string): WarningTreatment {
    const { warnError, warnErrorOptions } = this.flags
    const { error, warn, silence } = warnErrorOptions
    if (silence.includes(name)) return 'silence'
    if (warnError) return 'error'
    const every = error === 'all' || error === '*'
    const isError = every ? !warn.includes(name) : error.includes(name)
    return isError ? 'error' : 'warn'
  }
}
