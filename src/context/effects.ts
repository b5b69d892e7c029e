/** Where the doings of a template go that are not its text: log lines, printed lines, warnings. */
export interface ContextEffects {
  /** `info` also goes to the terminal, otherwise only to the log file. */
  log(message: string, level: 'info' | 'debug'): void
  /** `print()`: to the terminal even when quiet. */
  print(message: string): void
  /** `exceptions.warn()` and our own; the implementer decides whether warnings are errors and throws then. */
  warn(message: string): void
  /** Something was called that dbt has given up; the implementer decides as for a warning. */
  deprecated(thing: Deprecated): void
}

/** What templates can use and dbt has given up. */
export type Deprecated = 'itertools'

export const noEffects: ContextEffects = {
  log: () => {},
  print: () => {},
  warn: () => {},
  deprecated: () => {},
}
