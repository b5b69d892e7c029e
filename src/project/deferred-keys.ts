/**
 * Which texts of a properties entry are left as written when it is read: they are rendered later, with more names in
 * sight (descriptions with `doc`, tests' arguments with `ref`, hooks and freshness queries as templates of their own).
 */

import type { KeyPath } from '../config/yaml-value.ts'
import type { Section } from './property-entry.ts'

const lateKeys = new Set<string | number | undefined>(['tests', 'data_tests', 'description', 'loaded_at_query'])
const lateOfColumns = new Set<string | number | undefined>(['tests', 'data_tests', 'description'])
const lateConfigs = new Set<string | number | undefined>(['pre_hook', 'post_hook', 'loaded_at_query'])
const lists = new Set<string | number | undefined>(['columns', 'dimensions', 'measures', 'entities'])

export function isDeferred(section: Section, path: KeyPath): boolean {
  switch (section) {
    case 'sources':
      if (path[0] === 'description' || path[0] === 'loaded_at_query') return true
      if (path[0] === 'config' && path[1] === 'loaded_at_query') return true
      return path[0] === 'tables' && isLate(path.slice(2))
    case 'macros':
      return isLate(path[0] === 'arguments' ? path.slice(1) : path)
    case 'metrics':
      return path.at(-1) === 'filter' || path.at(-2) === 'filter' || isLate(path)
    case 'saved_queries':
      return (path[0] === 'query_params' && path[1] === 'where') || isLate(path)
    default:
      return isLate(path)
  }
}

function isLate(path: KeyPath): boolean {
  if (lateKeys.has(path[0])) return true
  if (path.length === 2 && lateKeys.has(path[1])) return true
  if (path[0] === 'config' && lateConfigs.has(path[1])) return true
  if (path.length === 5 && path[4] === 'description') return true
  return lists.has(path[0]) && lateOfColumns.has(path[2])
}
