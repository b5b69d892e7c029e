/** Reading values of a known shape out of Python dicts: a wrong type counts as absent. */
import { PyDict, type Value } from '../template/value.ts'

export function textOf(dict: PyDict, key: string): string | null {
  const value = dict.get(key)
  return typeof value === 'string' ? value : null
}

export function boolOf(dict: PyDict, key: string): boolean | null {
  const value = dict.get(key)
  return typeof value === 'boolean' ? value : null
}

export function dictOf(dict: PyDict, key: string): PyDict {
  const value = dict.get(key)
  return value instanceof PyDict ? value : new PyDict()
}

export function listOf(dict: PyDict, key: string): readonly Value[] {
  const value = dict.get(key)
  return Array.isArray(value) ? value : []
}

/** The texts of a list; a single text counts as a list of one. */
export function textsOf(dict: PyDict, key: string): string[] {
  const value = dict.get(key)
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.filter(item => typeof item === 'string') : []
}

export function dictsOf(dict: PyDict, key: string): PyDict[] {
  return listOf(dict, key).filter(item => item instanceof PyDict)
}

/** Later dicts win; a key keeps its first position. */
export function mergedDicts(...dicts: readonly PyDict[]): PyDict {
  const merged = new PyDict()
  for (const dict of dicts) for (const [key, value] of dict) merged.set(key, value)
  return merged
}

/** Dicts are merged at every depth, anything else is replaced. */
export function deepMerged(base: PyDict, over: PyDict): PyDict {
  const merged = base.copy()
  for (const [key, value] of over) {
    const before = merged.get(key)
    merged.set(key, before instanceof PyDict && value instanceof PyDict ? deepMerged(before, value) : value)
  }
  return merged
}

export function unique<T>(items: Iterable<T>): T[] {
  return [...new Set(items)]
}

/** Python sorts texts by code point. */
export function sortedTexts(texts: Iterable<string>): string[] {
  return [...texts].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}
