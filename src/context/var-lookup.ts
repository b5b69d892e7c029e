/** Where `var()` finds its values; precedence of command line, package and project is the implementer's. */
import type { PyDict, Value } from '../template/value.ts'

export interface VarLookup {
  /** The value as it was read, or `undefined` if there is none. The same list or dict each time: templates may change it. */
  get(name: string): Value | undefined
  /** Everything that is set, for the message about a missing name. */
  all(): PyDict
}
