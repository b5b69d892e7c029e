/** Selectors as the manifest shows them: texts taken apart, shorthands written out, inherited definitions put in. */
import type { WrittenSelector } from '../config/selectors-file.ts'
import { parseCriterion } from './selector.ts'

export interface ExpandedSelector {
  readonly name: string
  readonly definition: unknown
  readonly description?: string
  readonly default?: boolean
}

type Entry = Readonly<Record<string, unknown>>

/** By name, in the order of the file. */
export function expandSelectors(definitions: readonly WrittenSelector[]): Record<string, ExpandedSelector> {
  const expanded: Record<string, ExpandedSelector> = {}
  for (const { name, description, default: usual, definition } of definitions) {
    expanded[name] = {
      name,
      ...(description !== null && { description }),
      ...(usual !== null && { default: usual }),
      definition: expand(definition, expanded),
    }
  }
  return expanded
}

function expand(definition: unknown, known: Readonly<Record<string, ExpandedSelector>>): unknown {
  if (typeof definition === 'string') return expandText(definition)
  if (!isEntry(definition)) return definition
  for (const operator of ['union', 'intersection']) {
    const parts = definition[operator]
    if (Array.isArray(parts)) return { [operator]: parts.map(part => expand(part, known)) }
  }
  const [first] = Object.entries(definition)
  if (!first) return definition
  const [key, written] = first
  const value = Array.isArray(written) ? written.map(part => expand(part, known)) : written
  if (key === 'exclude') return { exclude: value }
  if (Object.keys(definition).length === 1) return { method: key, value }
  if (key === 'method' && value === 'selector') return known[String(definition.value)]?.definition
  return definition
}

function expandText(text: string): Entry {
  const one = parseCriterion(text, 'eager')
  return {
    ...(one.childrensParents && { childrens_parents: true }),
    ...(one.parents && { parents: true }),
    ...(one.parentsDepth !== null && { parents_depth: String(one.parentsDepth) }),
    method: [one.method, ...one.arguments].join('.'),
    ...(one.value !== '' && { value: one.value }),
    ...(one.children && { children: true }),
    ...(one.childrenDepth !== null && { children_depth: String(one.childrenDepth) }),
  }
}

function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
