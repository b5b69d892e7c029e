/** What stands under a key of a Python dict, by the type that it should have: another type counts as absent. */
import { PyDict, type Value } from './value.ts'

export function textIn(dict: PyDict, key: string): string | null {
  const value = dict.get(key)
  return typeof value === 'string' ? value : null
}

export function boolIn(dict: PyDict, key: string): boolean | null {
  const value = dict.get(key)
  return typeof value === 'boolean' ? value : null
}

export function dictIn(dict: PyDict, key: string): PyDict {
  const value = dict.get(key)
  return value instanceof PyDict ? value : new PyDict()
}

export function listIn(dict: PyDict, key: string): readonly Value[] {
  const value = dict.get(key)
  return Array.isArray(value) ? value : []
}

/** The texts of a list; a single text counts as a list of one. */
export function textsIn(dict: PyDict, key: string): string[] {
  const value = dict.get(key)
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.filter(item => typeof item === 'string') : []
}

export function dictsIn(dict: PyDict, key: string): PyDict[] {
  return listIn(dict, key).filter(item => item instanceof PyDict)
}

/** Later dicts win; a key keeps its first position. */
export function mergedDicts(...dicts: readonly PyDict[]): PyDict {
  const merged = new PyDict()
  for (const dict of dicts) for (const [key, value] of dict) merged.set(key, value)
  return merged
}

/**
 * Dicts are merged at every depth, a list stands before the one it meets, anything else is replaced. As dbt_common's
 * `deep_merge`, to which a text that a list meets is a list of characters.
 */
export function deepMerged(base: PyDict, over: PyDict): PyDict {
  const merged = base.copy()
  for (const [key, value] of over) merged.set(key, mergedValue(merged.get(key), value))
  return merged
}

function mergedValue(before: Value | undefined, value: Value): Value {
  if (value instanceof PyDict) return before instanceof PyDict ? deepMerged(before, value) : value
  if (!Array.isArray(value)) return value
  return Array.isArray(before) || typeof before === 'string' ? [...value, ...before] : value
}
