/** `fromyaml` and `toyaml`: PyYAML's `safe_load` and `safe_dump` for the values of templates. */
import { DiagnosticError } from '../base/diagnostic.ts'
import { parseYaml } from '../base/located-yaml.ts'
import type { YamlNode, YamlValue } from '../base/yaml-node.ts'
import { plainScalar } from '../base/yaml-scalar.ts'
import { sortedBy } from '../template/comparison.ts'
import { repr, str } from '../template/repr.ts'
import { typeError } from '../template/template-error.ts'
import { PyBytes, PyDict, PyFloat, PySet, PyTuple, typeName, Undefined, type Value } from '../template/value.ts'
import { checkedDays, PyDate } from './modules/python-date.ts'
import { PyDateTime } from './modules/python-datetime.ts'
import { fixedTimeZone } from './modules/python-tzinfo.ts'
import { YamlWriter } from './yaml-writer.ts'

/** The text's value, or `fallback` if it is not YAML. */
export function loadYaml(text: string, fallback: Value): Value {
  try {
    return pythonValue(parseYaml({ path: 'fromyaml', text }).root)
  } catch (error) {
    if (error instanceof DiagnosticError) return fallback
    throw error
  }
}

/** A node of a YAML file as Python's loader makes it: dates and times are values of `datetime`. */
export function pythonValue(node: YamlNode): Value {
  switch (node.kind) {
    case 'list':
      return node.items.map(pythonValue)
    case 'map':
      return PyDict.of(node.entries.map(({ key, value }) => [scalarValue(key.value), pythonValue(value)] as const))
    case 'scalar':
      return scalarValue(node.value)
  }
}

function scalarValue(value: YamlValue): Value {
  if (value === null || typeof value !== 'object') return value
  switch (value.kind) {
    case 'float':
      return new PyFloat(value.value)
    case 'date':
      return new PyDate(checkedDays(value.year, value.month, value.day))
    case 'timestamp':
      return new PyDateTime(
        value.micros,
        value.offsetMinutes === null ? null : fixedTimeZone(BigInt(value.offsetMinutes) * 60_000_000n),
      )
    case 'bytes':
      return new PyBytes(value.bytes)
  }
}

/** @throws `template/type` for values that the safe dumper does not know */
export function dumpYaml(value: Value, sortKeys: boolean): string {
  const writer = new YamlWriter()
  const plain = writeNode(writer, value, { indent: 0, sortKeys, place: 'root' })
  return writer.text + (plain ? '\n...\n' : writer.text.endsWith('\n') ? '' : '\n')
}

interface Position {
  /** Column at which a block at this place begins. */
  readonly indent: number
  readonly sortKeys: boolean
  readonly place: 'root' | 'item' | 'entry'
}

/** True if a plain scalar was written: at the root such a document needs an end mark. */
function writeNode(writer: YamlWriter, value: Value, at: Position): boolean {
  if (Array.isArray(value) || value instanceof PyTuple) {
    writeList(writer, Array.isArray(value) ? value : value.items, at)
    return false
  }
  if (value instanceof PyDict) {
    writeDict(writer, value, at)
    return false
  }
  if (value instanceof PySet) {
    writer.write(at.place === 'root' ? '!!set' : ' !!set')
    writeDict(writer, PyDict.of(Array.from(value, item => [item, null] as const)), { ...at, place: 'entry' })
    return false
  }
  if (at.place === 'entry') writer.write(' ')
  return writeScalar(writer, value, at.place === 'root' ? 2 : at.indent + (at.place === 'entry' ? 2 : 0), true)
}

function writeList(writer: YamlWriter, items: readonly Value[], at: Position): void {
  if (items.length === 0) {
    writer.write(at.place === 'entry' ? ' []' : '[]')
    return
  }
  for (const [index, item] of items.entries()) {
    if (index > 0 || at.place === 'entry') writer.newline(at.indent)
    writer.write('- ')
    writeNode(writer, item, { ...at, indent: at.indent + 2, place: 'item' })
  }
}

function writeDict(writer: YamlWriter, dict: PyDict, at: Position): void {
  if (dict.size === 0) {
    writer.write(at.place === 'entry' ? ' {}' : '{}')
    return
  }
  const pairs = [...dict]
  const indent = at.place === 'entry' ? at.indent + 2 : at.indent
  const ordered = at.sortKeys ? sortedBy(pairs, ([key]) => key, false) : pairs
  for (const [index, [key, value]] of ordered.entries()) {
    if (index > 0 || at.place === 'entry') writer.newline(indent)
    writeScalar(writer, key, indent + 2, false)
    writer.write(':')
    writeNode(writer, value, { ...at, indent, place: 'entry' })
  }
}

/** @param split false for keys, which stay on one line */
function writeScalar(writer: YamlWriter, value: Value, indent: number, split: boolean): boolean {
  if (typeof value === 'string') return writer.scalar(value, { plainAllowed: isPlainText(value), indent, split })
  writer.write(scalarText(value))
  return true
}

/** Text that would be read back as something else has to be quoted. */
function isPlainText(text: string): boolean {
  return text !== '' && text !== '=' && text !== '<<' && typeof plainScalar(text) === 'string'
}

function scalarText(value: Value): string {
  if (value === null) return 'null'
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (value instanceof PyFloat) return floatText(value)
  if (value instanceof PyDate) return value.iso
  if (value instanceof PyDateTime) return value.iso(' ')
  if (value instanceof Undefined) throw typeError("cannot represent an object: 'Undefined'")
  throw typeError(`cannot represent an object of type '${typeName(value)}': ${str(value)}`)
}

function floatText(value: PyFloat): string {
  if (Number.isNaN(value.value)) return '.nan'
  if (!Number.isFinite(value.value)) return value.value > 0 ? '.inf' : '-.inf'
  const text = repr(value).toLowerCase()
  return text.includes('.') || !text.includes('e') ? text : text.replace('e', '.0e')
}
