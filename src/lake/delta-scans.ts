/**
 * Finds the scans of a Delta table in the plan of a statement, and what they ask of its files. Pure. The inner names of the
 * table's query begin with a tag, by which it is known among all others.
 */
import type { Predicate } from '../delta/data-skipping.ts'
import { comparison, type PlanNode, type PlannedScan, scansBelow, splitOutside, textsOf } from './planned-scans.ts'

export interface DeltaScan {
  /** Conditions on the partitions of files, as SQL over the inner names. */
  readonly fileConditions: readonly string[]
  readonly scan: PlannedScan
}

/** Undefined if the plan has scans of the table that are not understood. */
export function deltaScans(
  plan: readonly PlanNode[],
  { tag, isPartitioned }: { readonly tag: string; readonly isPartitioned: boolean },
): DeltaScan[] | undefined {
  const all = plan.flatMap(withoutLookups).flatMap(scansBelow)
  const tagged = all.filter(scan => [...scan.columns, ...scan.hints].some(one => one.includes(tag)))
  if (!isPartitioned) {
    // One that reads no column may be of any table.
    const nameless = all.filter(scan => scan.columns.length === 0 && scan.hints.length === 0)
    return [...tagged, ...nameless].map(scan => ({ fileConditions: [], scan }))
  }
  const joins = plan.flatMap(node => nodesBelow(node)).filter(node => joinsFiles(node, tag))
  const found = joins.map(scanOfJoin)
  const known = found.flatMap(one => (one === undefined ? [] : [one]))
  return known.length === found.length && known.length >= tagged.length ? known : undefined
}

/** Rows that have been found, looked up once more for their other columns, are no more than were found. */
function withoutLookups(node: PlanNode): PlanNode {
  const { children = [], extra_info: info = {} } = node
  const isLookup =
    info['Join Type'] === 'SEMI' && textsOf(info.Conditions).includes('file_row_number = file_row_number')
  return { ...node, children: (isLookup ? children.slice(1) : children).map(withoutLookups) }
}

function nodesBelow(node: PlanNode): PlanNode[] {
  return [node, ...(node.children ?? []).flatMap(nodesBelow)]
}

/** Rows of files meet the partition values of their file. */
function joinsFiles({ extra_info: info = {} }: PlanNode, tag: string): boolean {
  const conditions = textsOf(info.Conditions)
  const wanted = [`file_index = ${tag}i`, `${tag}i = file_index`]
  return info['Join Type'] === 'INNER' && conditions.length === 1 && wanted.includes(conditions[0] ?? '')
}

function scanOfJoin({ children = [] }: PlanNode): DeltaScan | undefined {
  const [rows, ...more] = children.filter(child => scansBelow(child).length > 0)
  const values = children.find(child => child !== rows)
  const scan = rows && scansBelow(rows)[0]
  if (scan === undefined || values === undefined || more.length > 0) return undefined
  const filters = nodesBelow(values).filter(node => node.name === 'FILTER')
  return { fileConditions: filters.flatMap(node => textsOf(node.extra_info?.Expression)), scan }
}

/** What the conditions on rows say about columns of the table, as far as it is simple. `columns` are its names in order. */
export function predicatesOf({ conditions }: PlannedScan, tag: string, columns: readonly string[]): Predicate[] {
  return conditions.flatMap(condition => predicateOf(condition, tag, columns) ?? [])
}

function predicateOf(condition: string, tag: string, columns: readonly string[]): Predicate | undefined {
  const parts = splitOutside(condition, ' OR ')
  if (parts.length > 1) return oneOf(parts.map(part => predicateOf(part, tag, columns)))
  if (/^\(.*\)$/s.test(condition)) return predicateOf(condition.slice(1, -1), tag, columns)
  const [, place, rest = ''] = new RegExp(`^${tag}c(\\d+)(\\D.*)$`, 's').exec(condition) ?? []
  const column = columns[Number(place)]
  if (column === undefined) return undefined
  if (rest === ' IS NULL') return { column, kind: 'is null' }
  const list = /^ IN \((.*)\)$/s.exec(rest)?.[1]
  if (list !== undefined) {
    const values = splitOutside(list, ', ').map(one => compared(`=${one}`)?.value)
    return values.includes(undefined) ? undefined : { column, kind: 'in', values: values.map(String) }
  }
  const one = compared(rest)
  return one === undefined || one.operator === '!=' ? undefined : { column, kind: one.operator, value: one.value }
}

function oneOf(predicates: readonly (Predicate | undefined)[]): Predicate | undefined {
  const [first] = predicates
  const of = predicates.flatMap(one => (one?.column === first?.column ? (one ?? []) : []))
  // A list among others is no condition that bounds are compared with.
  const isSimple = of.length === predicates.length && of.every(one => one.kind !== 'in')
  return first !== undefined && isSimple ? { column: first.column, kind: 'any', of } : undefined
}

function compared(
  text: string,
): { readonly operator: '=' | '<' | '<=' | '>' | '>=' | '!='; readonly value: string } | undefined {
  const [, operator, quoted, , number] = comparison.exec(text.replace(/^ ([<>!=]+) /, '$1')) ?? []
  const value = number ?? quoted?.replaceAll("''", "'")
  if (value === undefined) return undefined
  switch (operator) {
    case '=':
    case '<':
    case '<=':
    case '>':
    case '>=':
    case '!=':
      return { operator, value }
    default:
      return undefined
  }
}
