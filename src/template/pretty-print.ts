/** The filter `pprint`: Python's `pformat`, dict keys sorted, lines of at most 80 characters where they can break. */
import { isLess, sortedBy } from './comparison.ts'
import { repr } from './repr.ts'
import { TemplateError } from './template-error.ts'
import { PyDict, PySet, PyTuple, typeName, type Value } from './value.ts'

const width = 80

export function prettyPrint(value: Value): string {
  return write(value, 0, 1)
}

/** `indent` columns are taken to the left, `allowance` to the right, by what closes the containers around. */
function write(value: Value, indent: number, allowance: number): string {
  const flat = repr(withSortedKeys(value))
  if (flat.length <= width - indent - allowance + 1 - (allowance > 0 ? 1 : 0)) return flat
  if (value instanceof PyDict && value.size > 0) return writeDict(value, indent, allowance)
  if (Array.isArray(value) && value.length > 0) return `[${writeItems(value, indent + 1, allowance + 1)}]`
  if (value instanceof PyTuple && value.items.length > 0) {
    const end = value.items.length === 1 ? ',' : ''
    return `(${writeItems(value.items, indent + 1, allowance + 1 + end.length)}${end})`
  }
  if (value instanceof PySet && value.size > 0) {
    return `{${writeItems(
      sorted([...value], item => item),
      indent + 1,
      allowance + 1,
    )}}`
  }
  return typeof value === 'string' ? writeText(value, indent, allowance) : flat
}

function writeItems(items: readonly Value[], indent: number, allowance: number): string {
  const lines = items.map((item, index) => write(item, indent, index === items.length - 1 ? allowance : 1))
  return lines.join(`,\n${' '.repeat(indent)}`)
}

function writeDict(dict: PyDict, indent: number, allowance: number): string {
  const pairs = sorted([...dict.entries()], ([key]) => key)
  const lines = pairs.map(([key, item], index) => {
    const shown = repr(key)
    const isLast = index === pairs.length - 1
    return `${shown}: ${write(item, indent + shown.length + 3, isLast ? allowance + 1 : 1)}`
  })
  return `{${lines.join(`,\n${' '.repeat(indent + 1)}`)}}`
}

/** Long text is broken between words, the parts one under the other. */
function writeText(text: string, indent: number, allowance: number): string {
  const room = width - indent
  const lines = text.split(/(?<=\n)/)
  const parts: string[] = []
  for (const [index, line] of lines.entries()) {
    const limit = index === lines.length - 1 ? room - allowance : room
    const whole = repr(line)
    if (whole.length <= limit) {
      parts.push(whole)
      continue
    }
    let current = ''
    for (const word of line.match(/\S*\s*/g) ?? []) {
      if (word === '') continue
      if (current !== '' && repr(current + word).length > limit) {
        parts.push(repr(current))
        current = word
      } else current += word
    }
    if (current !== '') parts.push(repr(current))
  }
  if (parts.length === 1) return parts[0]!
  const isTop = indent === 0
  const body = parts.join(`\n${' '.repeat(indent + (isTop ? 1 : 0))}`)
  return isTop ? `(${body})` : body
}

function withSortedKeys(value: Value): Value {
  if (value instanceof PyDict) {
    return PyDict.of(
      sorted([...value.entries()], ([key]) => key).map(([key, item]) => [key, withSortedKeys(item)] as const),
    )
  }
  if (Array.isArray(value)) return value.map(withSortedKeys)
  return value instanceof PyTuple ? new PyTuple(value.items.map(withSortedKeys)) : value
}

/** Keys that have no order among each other are ordered by type and kept otherwise. */
function sorted<Item>(items: readonly Item[], key: (item: Item) => Value): readonly Item[] {
  try {
    return sortedBy(items, key, false)
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error
    return items.toSorted(
      (a, b) => typeName(key(a)).localeCompare(typeName(key(b))) || compareIfPossible(key(a), key(b)),
    )
  }
}

function compareIfPossible(a: Value, b: Value): number {
  if (typeName(a) !== typeName(b)) return 0
  return isLess(a, b) ? -1 : isLess(b, a) ? 1 : 0
}
