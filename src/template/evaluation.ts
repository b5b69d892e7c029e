/**
 * What stays the same while one template or macro runs: its scope, how missing names behave, and the sources of
 * chance. Compiled code, filters and tests receive it as their first argument.
 */
import { nearName } from '../base/near-name.ts'
import type { Scope } from './scope.ts'
import { PermissiveUndefined, Undefined, type UndefinedCause, type Value } from './value.ts'

export interface EvaluationOptions {
  /** `permissive` is dbt's undefined while it parses; the default is `strict`. */
  readonly undefined?: 'strict' | 'permissive'
  /** Gives a number in [0, 1) for the filter `random` and for `lipsum`. The default always gives 0. */
  readonly random?: () => number
}

export class Evaluation {
  readonly scope: Scope
  readonly globals: ReadonlyMap<string, Value>
  readonly permissive: boolean
  readonly random: () => number

  constructor(scope: Scope, globals: ReadonlyMap<string, Value>, options: EvaluationOptions = {}) {
    this.scope = scope
    this.globals = globals
    this.permissive = options.undefined === 'permissive'
    this.random = options.random ?? (() => 0)
  }

  lookup(name: string): Value | undefined {
    const found = this.scope.lookup(name)
    return found === undefined ? this.globals.get(name) : found
  }

  missing(cause: UndefinedCause): Undefined {
    return this.permissive ? new PermissiveUndefined(cause) : new Undefined(cause)
  }

  missingName(name: string): Undefined {
    return this.missing({ name, hint: () => this.didYouMean(name) })
  }

  private didYouMean(name: string): string | undefined {
    const names = [...(this.scope.names?.() ?? []), ...this.globals.keys()]
    const near = nearName(name, names)
    return near === undefined ? undefined : `Did you mean '${near}'?`
  }
}
