/**
 * The grammar of `--select` and `--exclude`: text -> syntax tree. Nothing in here looks at a graph.
 *
 *   space or repeated flag  union         a,b      intersection
 *   +a  a+  2+a  a+3        relatives     @a       descendants and all ancestors of those
 *   method.argument:value                 value    a path, a file name or an fqn, by its look
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { IndirectSelection } from '../config/flags.ts'

export interface Criterion {
  readonly kind: 'criterion'
  /** As written, for messages. */
  readonly raw: string
  /** Not checked: an unknown method is told when it is evaluated. */
  readonly method: string
  readonly arguments: readonly string[]
  /** Text from the command line; selectors.yml may also give numbers and bools. */
  readonly value: unknown
  readonly childrensParents: boolean
  readonly parents: boolean
  /** `null`: all the way. */
  readonly parentsDepth: number | null
  readonly children: boolean
  readonly childrenDepth: number | null
  /** Which tests come along with what the criterion selects. */
  readonly indirect: IndirectSelection
}

export interface SelectorSet {
  readonly kind: 'union' | 'intersection' | 'difference'
  readonly components: readonly Selector[]
  readonly indirect: IndirectSelection
  /** A person asked for it: selecting nothing deserves a warning. */
  readonly expectExists: boolean
  readonly raw: string
}

export type Selector = Criterion | SelectorSet

/** What is selected when nothing is asked for: everything. */
const everything = ['fqn:*', 'source:*', 'exposure:*', 'metric:*', 'semantic_model:*']

const criterion =
  /^(?<at>@)?(?<parents>(?<parentsDepth>\d*)\+)?(?:(?<method>[\w.]+):)?(?<value>.*?)(?<children>\+(?<childrenDepth>\d*))?$/

/** @throws DiagnosticError `graph/bad-selector` */
export function parseCriterion(raw: string, indirect: IndirectSelection): Criterion {
  const parts = criterion.exec(raw)?.groups
  if (!parts) throw badSelector(`Invalid selector spec "${raw}"`)
  const value = parts.value ?? ''
  const [method = '', ...args] = (parts.method ?? usualMethod(value)).split('.')
  return checked({
    kind: 'criterion',
    raw,
    method,
    arguments: args,
    value,
    childrensParents: parts.at !== undefined,
    parents: parts.parents !== undefined,
    parentsDepth: depth(parts.parentsDepth),
    children: parts.children !== undefined,
    childrenDepth: depth(parts.childrenDepth),
    indirect,
  })
}

/** @throws DiagnosticError `graph/bad-selector` */
export function checked(one: Criterion): Criterion {
  if (!one.children || !one.childrensParents) return one
  throw badSelector(`Invalid node spec ${one.raw} - "@" prefix and "+" suffix are incompatible`)
}

export function badSelector(message: string): DiagnosticError {
  return new DiagnosticError({ code: 'graph/bad-selector', kind: 'Runtime', message })
}

/** The method of a value that names none. */
export function usualMethod(value: string): string {
  if (value.includes('/')) return 'path'
  return /\.(?:sql|py|csv)$/i.test(value) ? 'file' : 'fqn'
}

function depth(digits: string | undefined): number | null {
  return digits ? Number(digits) : null
}

/**
 * What the flags `--select` and `--exclude` ask for.
 * @throws DiagnosticError `graph/bad-selector`
 */
export function parseSelection(
  select: readonly string[],
  exclude: readonly string[],
  indirect: IndirectSelection,
): Selector {
  const included = select.length > 0 ? union(select, indirect, true) : union(everything, indirect, false)
  const excluded = union(exclude, indirect, exclude.length > 0)
  return { kind: 'difference', components: [included, excluded], indirect: 'eager', expectExists: false, raw: '' }
}

function union(texts: readonly string[], indirect: IndirectSelection, expectExists: boolean): SelectorSet {
  const components = texts
    .flatMap(text => text.split(' '))
    .map((raw): SelectorSet => {
      const parts = raw.split(',').map(part => parseCriterion(part, indirect))
      return { kind: 'intersection', components: parts, indirect, expectExists, raw }
    })
  return { kind: 'union', components, indirect, expectExists: false, raw: texts.join(' ') }
}
