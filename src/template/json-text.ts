/** JSON as Python's `json.dumps` writes it. */
import { sortedBy, textOf } from './comparison.ts'
import { floatText } from './float-text.ts'
import { toArray } from './iteration.ts'
import { typeError, valueError } from './template-error.ts'
import { PyDict, PyFloat, PyObject, PyTuple, typeName, type Value } from './value.ts'

export interface JsonOptions {
  readonly sortKeys?: boolean
  /** Blanks, or the text to indent with. Without it all stands on one line. */
  readonly indent?: number | string
  /** Escape everything outside ASCII; the default. */
  readonly asciiOnly?: boolean
  /** The plain form of a value that JSON has no form for; `undefined` raises a type error. */
  readonly fallback?: (value: Value) => Value | undefined
}

/** @throws `template/type` for values without a JSON form, `template/value` for a container inside itself */
export function jsonText(value: Value, options: JsonOptions = {}): string {
  const { indent } = options
  const unit = indent === undefined ? undefined : typeof indent === 'number' ? ' '.repeat(Math.max(0, indent)) : indent
  return new Writer(options, unit).write(value, '')
}

function jsonString(text: string, asciiOnly = true): string {
  const plain = JSON.stringify(text).replaceAll('\x7f', '\x7f')
  if (!asciiOnly) return plain
  return plain.replace(/[\u007f-\uffff]/g, found =>
    found === '\x7f' ? found : `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

class Writer {
  private readonly options: JsonOptions
  private readonly unit: string | undefined
  private readonly open: object[] = []

  constructor(options: JsonOptions, unit: string | undefined) {
    this.options = options
    this.unit = unit
  }

  write(value: Value, indent: string): string {
    if (value === null) return 'null'
    switch (typeof value) {
      case 'boolean':
        return String(value)
      case 'number':
      case 'bigint':
        return String(value)
      default:
    }
    const text = textOf(value)
    if (text !== undefined) return jsonString(text, this.options.asciiOnly ?? true)
    if (value instanceof PyFloat) return float(value.value)
    if (Array.isArray(value)) return this.nested(value, () => this.list(value, indent))
    if (value instanceof PyTuple) return this.nested(value, () => this.list(value.items, indent))
    if (value instanceof PyDict) return this.nested(value, () => this.dict([...value.entries()], indent))
    if (value instanceof PyObject && value.kind === 'mapping' && value.typeName === 'dict') {
      return this.dict(
        toArray(value).map(key => [key, value.item(key) ?? null] as const),
        indent,
      )
    }
    const plain = this.options.fallback?.(value)
    if (plain !== undefined) return this.write(plain, indent)
    throw typeError(`Object of type ${typeName(value)} is not JSON serializable`)
  }

  private nested(container: object, write: () => string): string {
    if (this.open.includes(container)) throw valueError('Circular reference detected')
    this.open.push(container)
    const text = write()
    this.open.pop()
    return text
  }

  private list(items: readonly Value[], indent: string): string {
    if (items.length === 0) return '[]'
    const inner = indent + (this.unit ?? '')
    return this.enclosed(
      '[',
      ']',
      items.map(item => this.write(item, inner)),
      indent,
    )
  }

  private dict(pairs: readonly (readonly [Value, Value])[], indent: string): string {
    if (pairs.length === 0) return '{}'
    const sorted = this.options.sortKeys ? sortedBy(pairs, ([key]) => key, false) : pairs
    const inner = indent + (this.unit ?? '')
    const parts = sorted.map(([key, item]) => `${this.key(key)}: ${this.write(item, inner)}`)
    return this.enclosed('{', '}', parts, indent)
  }

  private key(key: Value): string {
    const text = textOf(key)
    if (text !== undefined) return jsonString(text, this.options.asciiOnly ?? true)
    if (key === null || typeof key === 'boolean' || typeof key === 'number' || typeof key === 'bigint')
      return `"${key}"`
    if (key instanceof PyFloat) return `"${float(key.value)}"`
    throw typeError(`keys must be str, int, float, bool or None, not ${typeName(key)}`)
  }

  private enclosed(before: string, after: string, parts: readonly string[], indent: string): string {
    if (this.unit === undefined) return before + parts.join(', ') + after
    const line = `\n${indent}${this.unit}`
    return `${before}${line}${parts.join(`,${line}`)}\n${indent}${after}`
  }
}

function float(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity'
  return floatText(value)
}
