/**
 * What DuckDB's plan of a statement says about its scans of Parquet files: which columns, which rows, which files. Pure.
 * The text of a plan is no interface, so whoever uses this has to be right without it and only saves bytes by it.
 */
import { compareUtf8 } from '../storage/file-system.ts'

export interface PlannedScan {
  /** As the plan names them, nested ones as `st.a`. */
  readonly columns: readonly string[]
  /** Conditions on rows, all of which a row has to meet. */
  readonly conditions: readonly string[]
  /** Further texts that name columns which are read. */
  readonly hints: readonly string[]
  /** Conditions on partitions, one after the other without anything in between. */
  readonly fileConditions?: string
  /** Files that are left by those, and files there are. */
  readonly fileCount?: { readonly left: number; readonly all: number }
}

/** A step of a plan with those that it takes its rows from. */
export interface PlanNode {
  readonly name?: unknown
  readonly children?: readonly PlanNode[]
  readonly extra_info?: Readonly<Record<string, unknown>>
}

/** Of the text that `EXPLAIN (FORMAT json)` gives; undefined if it is none. */
export function planOf(text: string): readonly PlanNode[] | undefined {
  try {
    const plan: unknown = JSON.parse(text)
    return Array.isArray(plan) ? plan : undefined
  } catch {
    return undefined
  }
}

export function scansBelow(node: PlanNode): PlannedScan[] {
  return scansNamed(node, /^(?:READ_PARQUET|PARQUET_SCAN)\b/)
}

/** Of CSV and JSON. */
export function textScansBelow(node: PlanNode): PlannedScan[] {
  return scansNamed(node, /^READ_(?:CSV|JSON|NDJSON)/)
}

function scansNamed(node: PlanNode, name: RegExp): PlannedScan[] {
  const inner = (node.children ?? []).flatMap(child => scansNamed(child, name))
  return name.test(String(node.name)) ? [scanOf(node.extra_info ?? {}), ...inner] : inner
}

function scanOf(info: Readonly<Record<string, unknown>>): PlannedScan {
  const filters = textsOf(info.Filters)
  const [, left, all] = /^(\d+)\/(\d+)$/.exec(String(info['Scanning Files'] ?? '')) ?? []
  return {
    columns: textsOf(info.Projections),
    // Optional ones decide about row groups only, which is what they are asked for here.
    conditions: filters
      .flatMap(one => splitOutside(one.replace(/^optional: /, ''), ' AND '))
      .filter(one => !one.includes('Dynamic Filter')),
    hints: filters,
    ...(typeof info['File Filters'] === 'string' && { fileConditions: info['File Filters'] }),
    ...(left !== undefined && all !== undefined && { fileCount: { left: Number(left), all: Number(all) } }),
  }
}

/** One text or several, as plans have them. */
export function textsOf(value: unknown): string[] {
  return [value ?? []]
    .flat()
    .map(String)
    .filter(text => text !== '')
}

/** Splits outside of quotes and brackets. */
export function splitOutside(text: string, separator: string): string[] {
  const parts: string[] = []
  let start = 0
  for (const { at, depth } of outsideQuotes(text)) {
    if (depth > 0 || at < start || !text.startsWith(separator, at)) continue
    parts.push(text.slice(start, at))
    start = at + separator.length
  }
  return [...parts, text.slice(start)]
}

/** The single conditions of a text that has nothing between them. */
export function splitConditions(text: string): string[] {
  const parts: string[] = []
  let start = 0
  for (const { at, depth } of outsideQuotes(text)) {
    if (depth > 0 || text[at] !== ')' || !/^[\w("']/.test(text.slice(at + 1))) continue
    parts.push(text.slice(start, at + 1))
    start = at + 1
  }
  return [...parts, text.slice(start)]
}

/** Each place outside of quotes, with the brackets that are open behind it. */
function* outsideQuotes(text: string): Generator<{ readonly at: number; readonly depth: number }> {
  let depth = 0
  let quote = ''
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at)
    if (quote !== '') {
      if (character === quote) quote = ''
      continue
    }
    if (character === "'" || character === '"') quote = character
    else if (character === '(') depth += 1
    else if (character === ')') depth -= 1
    yield { at, depth }
  }
}

/** Whether an entry of a plan means a column, something in it, or something that it is in. */
export function isAbout(entry: string, column: string): boolean {
  return entry === column || entry.startsWith(`${column}.`) || column.startsWith(`${entry}.`)
}

/** Whether a text holds the name of a column. */
export function mentionsColumn(text: string, column: string): boolean {
  for (let at = text.indexOf(column); at !== -1; at = text.indexOf(column, at + 1)) {
    const [before, after] = [text.charAt(at - 1), text.charAt(at + column.length)]
    if (!/\w/.test(before) && !/\w/.test(after)) return true
  }
  return false
}

/** The least and the greatest value of a column, as texts. */
export interface Bounds {
  readonly min: string
  readonly max: string
}

/** False only if no value within the bounds can meet a condition on the column. */
export function mayMeet(condition: string, column: string, bounds: Bounds): boolean {
  return splitOutside(condition, ' OR ').some(one => {
    if (!one.startsWith(column)) return true
    const rest = one.slice(column.length)
    const list = /^ IN \((.*)\)$/s.exec(rest)?.[1]
    const comparisons = list === undefined ? [rest] : splitOutside(list, ', ').map(value => `=${value}`)
    return comparisons.some(comparison => mayCompare(comparison, bounds))
  })
}

export const comparison = /^(<=|>=|!=|=|<|>)(?:'((?:[^']|'')*)'(?:::([A-Z_ ]+))?|(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?))$/

function mayCompare(text: string, { min, max }: Bounds): boolean {
  const [, operator = '', quoted, type = '', number] = comparison.exec(text) ?? []
  const compare = number === undefined ? textOrder(type) : numberOrder
  const value = number ?? quoted?.replaceAll("''", "'")
  if (value === undefined || compare === undefined) return true
  const [low, high] = [compare(min, value), compare(max, value)]
  if (Number.isNaN(low) || Number.isNaN(high)) return true
  switch (operator) {
    case '=':
      return low <= 0 && high >= 0
    case '<':
      return low < 0
    case '<=':
      return low <= 0
    case '>':
      return high > 0
    case '>=':
      return high >= 0
    default:
      return true
  }
}

type Order = (left: string, right: string) => number

function numberOrder(left: string, right: string): number {
  return Number(left) - Number(right)
}

/** Texts, days and times without a zone stand in the order of their letters. */
function textOrder(type: string): Order | undefined {
  return type === '' || type === 'VARCHAR' || type === 'DATE' || type === 'TIMESTAMP' ? compareUtf8 : undefined
}
