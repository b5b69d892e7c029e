/** Definitions of selectors.yml -> syntax trees. A selector may use those defined before it. */
import { DiagnosticError, type Diagnostics } from '../base/diagnostic.ts'
import { nearName } from '../base/near-name.ts'
import type { IndirectSelection } from '../config/flags.ts'
import type { WrittenSelector } from '../config/selectors-file.ts'
import { badSelector, checked, parseCriterion, type Selector, usualMethod } from './selector.ts'

export interface NamedSelector {
  readonly name: string
  readonly default: boolean
  readonly selector: Selector
}

type Known = ReadonlyMap<string, NamedSelector>
type Entry = Readonly<Record<string, unknown>>

/** Reads every definition; one that cannot be read is a diagnostic and is left out. */
export function namedSelectors(
  definitions: readonly WrittenSelector[],
  indirect: IndirectSelection,
  diagnostics: Diagnostics,
): Known {
  const known = new Map<string, NamedSelector>()
  for (const one of definitions) {
    try {
      const selector = parseDefinition(one.definition, { known, indirect, atRoot: true })
      known.set(one.name, { name: one.name, default: one.default === true, selector })
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error
      const message = `Could not read selector file data: ${error.diagnostic.message}`
      diagnostics.add({ ...error.diagnostic, message, hint: `see selector "${one.name}" in selectors.yml` })
    }
  }
  return known
}

/** @throws DiagnosticError `graph/unknown-selector` */
export function findSelector(known: Known, name: string): Selector {
  const found = known.get(name)
  if (found) return found.selector
  const near = nearName(name, known.keys())
  throw new DiagnosticError({
    code: 'graph/unknown-selector',
    kind: 'Runtime',
    message: `Could not find selector named ${name}, expected one of [${[...known.keys()].map(one => `'${one}'`).join(', ')}]`,
    ...(near !== undefined && { hint: `did you mean "${near}"` }),
  })
}

interface Surroundings {
  readonly known: Known
  /** `--indirect-selection`: counts where a criterion does not say otherwise. */
  readonly indirect: IndirectSelection
  readonly atRoot?: boolean
}

function parseDefinition(definition: unknown, around: Surroundings): Selector {
  if (typeof definition === 'string') return parseCriterion(definition, around.indirect)
  if (!isEntry(definition))
    throw badSelector(`Expected a text or a dictionary, but found ${JSON.stringify(definition)}`)
  const inner: Surroundings = { known: around.known, indirect: around.indirect }
  const operator = 'union' in definition ? 'union' : 'intersection' in definition ? 'intersection' : undefined
  if (operator === undefined) return parseEntry(definition, inner)
  const keys = Object.keys(definition)
  if (around.atRoot && keys.length > 1) {
    throw badSelector(
      `Only a single 'union' or 'intersection' key is allowed in a root level selector definition; found ${keys.join(',')}.`,
    )
  }
  return parseOperator(definition, operator, inner)
}

function parseOperator(definition: Entry, operator: 'union' | 'intersection', around: Surroundings): Selector {
  const included: Selector[] = []
  let excluded: Selector | undefined
  for (const part of listIn(definition, operator)) {
    if (!isEntry(part) || !('exclude' in part)) {
      included.push(parseDefinition(part, around))
      continue
    }
    if (excluded) {
      throw badSelector(
        `You cannot provide multiple exclude arguments to the same selector set operator:\n${JSON.stringify(part)}`,
      )
    }
    // An `exclude` beside other keys excludes all the same; those keys are not looked at.
    excluded = parseExclusions(part, around)
  }
  const set = group(operator, included, definition)
  return excluded ? group('difference', [set, excluded], definition) : set
}

function parseExclusions(definition: Entry, around: Surroundings): Selector | undefined {
  const parts = listIn(definition, 'exclude').map(part => parseDefinition(part, around))
  return parts.length > 1 ? group('union', parts, definition) : parts[0]
}

function parseEntry(definition: Entry, around: Surroundings): Selector {
  const keys = Object.keys(definition)
  const [key = ''] = keys
  if (keys.length === 1) return criterionOf({ method: key, value: definition[key] }, definition, around)
  if (definition.method === 'selector') return inherited(String(definition.value), around)
  if (!('method' in definition) || !('value' in definition)) {
    throw badSelector(
      `Expected either 1 key or else "method" and "value" keys, but got [${keys.map(one => `'${one}'`).join(', ')}]`,
    )
  }
  const base = criterionOf(definition, definition, around)
  const excluded = 'exclude' in definition ? parseExclusions(definition, around) : undefined
  return excluded ? group('difference', [base, excluded], definition) : base
}

function inherited(name: string, around: Surroundings): Selector {
  const found = around.known.get(name)
  if (found) return found.selector
  throw badSelector(`Existing selector definition for ${name} not found.`)
}

const modes: readonly string[] = ['eager', 'cautious', 'buildable', 'empty']

function criterionOf(entry: Entry, definition: Entry, around: Surroundings): Selector {
  const mode = entry.indirect_selection ?? around.indirect
  if (typeof mode !== 'string' || !modes.includes(mode))
    throw badSelector(`'${String(mode)}' is not a valid IndirectSelection`)
  const written = entry.method ?? usualMethod(String(entry.value))
  const [method = '', ...args] = String(written).split('.')
  if (method === 'selector') return inherited(String(entry.value), around)
  return checked({
    kind: 'criterion',
    raw: JSON.stringify(definition),
    method,
    arguments: args,
    value: entry.value,
    childrensParents: truthy(entry.childrens_parents),
    parents: truthy(entry.parents),
    parentsDepth: depthOf(entry.parents_depth),
    children: truthy(entry.children),
    childrenDepth: depthOf(entry.children_depth),
    indirect: mode as IndirectSelection,
  })
}

function depthOf(value: unknown): number | null {
  if (!truthy(value)) return null
  const steps = Number(value)
  if (Number.isInteger(steps)) return steps
  throw badSelector(`Invalid node spec - could not handle parent depth ${String(value)}`)
}

/** Sets of selectors.yml are combined eagerly, whatever the flag says: only criteria carry it. */
function group(kind: 'union' | 'intersection' | 'difference', components: readonly Selector[], raw: Entry): Selector {
  return { kind, components, indirect: 'eager', expectExists: false, raw: JSON.stringify(raw) }
}

function listIn(definition: Entry, key: string): readonly unknown[] {
  const list = definition[key]
  if (!Array.isArray(list)) throw badSelector(`Invalid value for key "${key}". Expected a list.`)
  for (const part of list) {
    if (typeof part === 'string' || isEntry(part)) continue
    throw badSelector(`Invalid value type in key "${key}", expected dict or str (value: ${JSON.stringify(part)}).`)
  }
  return list
}

function isEntry(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Python's truth of a YAML value. */
function truthy(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0
  return isEntry(value) ? Object.keys(value).length > 0 : Boolean(value)
}
