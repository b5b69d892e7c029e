/** Where a template finds the names that it does not define itself. One compiled template runs with any scope. */
import type { Value } from './value.ts'

export interface Scope {
  /** The value of a context name; JavaScript `undefined` when the context has no such name. */
  lookup(name: string): Value | undefined
  /** All names there are, for "did you mean" in messages; called only once something has failed. */
  names?(): Iterable<string>
}

/** A scope over a plain record or a map. Later changes to the record are seen. */
export function scopeOf(values: Readonly<Record<string, Value>> | ReadonlyMap<string, Value>): Scope {
  if (values instanceof Map) return { lookup: name => values.get(name), names: () => values.keys() }
  const record = values as Readonly<Record<string, Value>>
  return {
    lookup: name => (Object.hasOwn(record, name) ? record[name] : undefined),
    names: () => Object.keys(record),
  }
}

export const emptyScope: Scope = { lookup: () => undefined, names: () => [] }
