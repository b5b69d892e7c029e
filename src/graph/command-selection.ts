/** What a command selects from: its selector by the flags, and the resource types it works on. */
import type { Flags } from '../config/flags.ts'
import type { ResourceType } from '../project/node.ts'
import { findSelector, type NamedSelector } from './named-selectors.ts'
import { parseSelection, type Selector } from './selector.ts'

/**
 * `--selector`, else the default selector when nothing else is asked for, else `--select` and `--exclude`.
 * @throws DiagnosticError `graph/unknown-selector` or `graph/bad-selector`
 */
export function commandSelector(flags: Flags, selectors: ReadonlyMap<string, NamedSelector>): Selector {
  const { select, exclude, selector, inline, indirectSelection } = flags
  if (inline !== null) return parseSelection([], [], indirectSelection)
  if (selector !== null) return findSelector(selectors, selector)
  return usualSelector(flags, selectors)?.selector ?? parseSelection(select, exclude, indirectSelection)
}

/** The selector marked `default: true`, where the flags leave the selection to it. */
export function usualSelector(
  { select, exclude, selector, inline }: Flags,
  selectors: ReadonlyMap<string, NamedSelector>,
): NamedSelector | undefined {
  if (inline !== null || selector !== null || select.length > 0 || exclude.length > 0) return undefined
  return [...selectors.values()].find(one => one.default)
}

const listed: readonly ResourceType[] = [
  'model',
  'snapshot',
  'seed',
  'test',
  'source',
  'exposure',
  'metric',
  'saved_query',
  'semantic_model',
  'unit_test',
  'function',
]
const built: readonly ResourceType[] = [
  'model',
  'snapshot',
  'seed',
  'test',
  'unit_test',
  'saved_query',
  'exposure',
  'function',
]
const tests: readonly ResourceType[] = ['test', 'unit_test']
const refables: readonly ResourceType[] = ['model', 'seed', 'snapshot']
const executable: readonly ResourceType[] = ['model', 'test', 'snapshot', 'analysis', 'operation', 'seed', 'function']

/** Types by the command and `--resource-type`, `--exclude-resource-type`. */
export function commandResourceTypes(flags: Flags): ReadonlySet<ResourceType> {
  switch (flags.which) {
    case 'build':
    case 'retry':
      return byFlags(flags, built, built)
    case 'list':
    case 'ls':
      return byFlags(flags, [...listed, 'analysis'], listed)
    case 'test':
      return only(byFlags(flags, tests, tests), tests)
    case 'clone':
      return only(byFlags(flags, refables, refables), refables)
    case 'run':
      return new Set(['model'])
    case 'seed':
      return new Set(['seed'])
    case 'snapshot':
      return new Set(['snapshot'])
    case 'freshness':
    case 'snapshot-freshness':
      return new Set(['source'])
    default:
      return new Set(flags.inline === null ? executable : ['sql_operation'])
  }
}

function byFlags(flags: Flags, all: readonly ResourceType[], usual: readonly ResourceType[]): Set<ResourceType> {
  const asked = flags.resourceTypes.flatMap((type): readonly ResourceType[] => {
    if (type === 'all') return all
    return type === 'default' ? usual : [type as ResourceType]
  })
  const types = new Set(flags.resourceTypes.length > 0 ? asked : usual)
  for (const type of flags.excludeResourceTypes) types.delete(type as ResourceType)
  return types
}

function only(types: ReadonlySet<ResourceType>, allowed: readonly ResourceType[]): Set<ResourceType> {
  return new Set([...types].filter(type => allowed.includes(type)))
}
