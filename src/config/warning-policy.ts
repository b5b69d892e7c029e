/**
 * What becomes of a warning: shown, silenced or an error, by `--warn-error` and `--warn-error-options`. What is named counts
 * before the group `Deprecations`, and that before `all`.
 */
import type { Flags } from './flags.ts'

export type WarningTreatment = 'warn' | 'error' | 'silence'

type WarningFlags = Pick<Flags, 'warnError' | 'warnErrorOptions' | 'showAllDeprecations' | 'printerWidth'>

const deprecations = 'Deprecations'

export class WarningPolicy {
  /** Whether warnings that dbt tells plainly are handled like the others. */
  readonly strict: boolean
  /** Whether every deprecated thing is told, not the first of its kind alone. */
  readonly showsAll: boolean
  /** Of the lines that long texts of warnings are wrapped to. */
  readonly width: number
  private readonly flags: WarningFlags

  constructor(flags: WarningFlags, strict = false) {
    this.flags = flags
    this.showsAll = flags.showAllDeprecations
    this.width = flags.printerWidth
    this.strict = strict
  }

  /** By our code and by the name of dbt's event: the options may list either. Codes of deprecations begin with D. */
  of(code: string, event: { readonly name: string; readonly code: string }): WarningTreatment {
    const { warnError, warnErrorOptions } = this.flags
    const named = this.listed([code, event.name])
    if (named !== undefined) return named
    const asGroup = event.code.startsWith('D') ? this.listed([deprecations]) : undefined
    if (asGroup !== undefined) return asGroup
    const every = warnErrorOptions.error === 'all' || warnErrorOptions.error === '*'
    return warnError || every ? 'error' : 'warn'
  }

  private listed(names: readonly string[]): WarningTreatment | undefined {
    const { error, warn, silence } = this.flags.warnErrorOptions
    const has = (list: readonly string[]): boolean => names.some(name => list.includes(name))
    if (has(silence)) return 'silence'
    if (has(warn)) return 'warn'
    return typeof error !== 'string' && has(error) ? 'error' : undefined
  }
}
