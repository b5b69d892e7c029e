/**
 * Records of a project as JSON text and back, with everything that JSON does not know: Python's dicts, tuples and floats,
 * maps, files. What comes back is equal to what went in; a `config` that several records share is one object again.
 *
 * Values that belong to a running template (relations, functions, undefined names) cannot be kept: `NotStorable`.
 */
import type { SourceFile } from '../base/source-file.ts'
import { PyDict, PyFloat, PySet, PyTuple, type Value } from '../template/value.ts'

/** Thrown for a value that has no text. What holds it is not kept. */
export class NotStorable extends Error {}

/** Fields whose value many records share. */
const sharedFields = new Set(['config', 'unrenderedConfig'])

/** Tags of what JSON does not know, under the key `$`; the content stands under `v`. */
type Tag = 'dict' | 'tuple' | 'float' | 'int' | 'set' | 'frozenset' | 'map' | 'file' | 'shared'

export class RecordWriter {
  /** Texts of shared values in order of their numbers. */
  readonly shared: string[]
  private readonly numbers = new Map<object, number>()

  /** @param shared values that have numbers already */
  constructor(shared: readonly string[] = []) {
    this.shared = [...shared]
  }

  /** @throws NotStorable */
  text(value: unknown): string {
    switch (typeof value) {
      case 'string':
        return JSON.stringify(value)
      case 'number':
        return numberText(value)
      case 'boolean':
        return value ? 'true' : 'false'
      case 'bigint':
        return tagged('int', `"${value}"`)
      case 'object':
        return value === null ? 'null' : this.objectText(value)
      default:
        throw new NotStorable(`a value of type ${typeof value}`)
    }
  }

  /** A record without some of its fields. @throws NotStorable */
  record(record: object, leftOut: ReadonlySet<string>): string {
    let text = ''
    for (const key in record) {
      if (leftOut.has(key)) continue
      const value = (record as Readonly<Record<string, unknown>>)[key]
      if (value !== undefined) text += `${text === '' ? '' : ','}"${key}":${this.field(key, value)}`
    }
    return `{${text}}`
  }

  /** The number of a value that others may share. @throws NotStorable */
  numberOf(value: object): number {
    const known = this.numbers.get(value)
    if (known !== undefined) return known
    const text = this.text(value)
    const number = this.shared.push(text) - 1
    this.numbers.set(value, number)
    return number
  }

  private field(key: string, value: unknown): string {
    if (sharedFields.has(key) && typeof value === 'object' && value !== null) {
      return tagged('shared', String(this.numberOf(value)))
    }
    return this.text(value)
  }

  private objectText(value: object): string {
    if (Array.isArray(value)) return this.list(value)
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === Object.prototype || prototype === null) {
      return isOnDisk(value) ? tagged('file', JSON.stringify(value.path)) : this.record(value, nothing)
    }
    if (value instanceof PyDict) return tagged('dict', this.list([...value].flat()))
    if (value instanceof Map) return tagged('map', this.list([...value].flat()))
    if (value instanceof PyFloat) return tagged('float', `"${Object.is(value.value, -0) ? '-0' : value.value}"`)
    // Named tuples have a class of their own.
    if (prototype === PyTuple.prototype) return tagged('tuple', this.list((value as PyTuple).items))
    if (value instanceof PySet) return tagged(value.frozen ? 'frozenset' : 'set', this.list([...value]))
    throw new NotStorable(`a value of class ${value.constructor.name}`)
  }

  private list(items: readonly unknown[]): string {
    if (items.length === 0) return '[]'
    let text = '['
    for (let index = 0; index < items.length; index++) {
      text += index === 0 ? this.text(items[index]) : `,${this.text(items[index])}`
    }
    return `${text}]`
  }
}

const nothing: ReadonlySet<string> = new Set()

function tagged(tag: Tag, content: string): string {
  return `{"$":"${tag}","v":${content}}`
}

function numberText(value: number): string {
  if (!Number.isFinite(value) || Object.is(value, -0)) throw new NotStorable(String(value))
  return String(value)
}

function isOnDisk(value: object): value is SourceFile {
  return 'isOnDisk' in value && value.isOnDisk === true
}

export class RecordReader {
  private readonly shared: readonly string[]
  private readonly values: unknown[] = []
  private readonly files = new Map<string, SourceFile>()
  private readonly read: (path: string) => string | undefined

  /**
   * @param shared as the writer had them
   * @param read gives the text of a file on disk, asked when somebody looks at it
   */
  constructor(shared: readonly string[], read: (path: string) => string | undefined) {
    this.shared = shared
    this.read = read
  }

  value(text: string): unknown {
    return this.revived(JSON.parse(text))
  }

  sharedValue(number: number): unknown {
    this.values[number] ??= this.value(this.shared[number] ?? 'null')
    return this.values[number]
  }

  private revived(data: unknown): unknown {
    if (typeof data !== 'object' || data === null) return data
    if (Array.isArray(data)) {
      for (let index = 0; index < data.length; index++) {
        const item: unknown = data[index]
        if (typeof item === 'object' && item !== null) data[index] = this.revived(item)
      }
      return data
    }
    const record = data as Record<string, unknown>
    if (record.$ !== undefined) return this.untagged(record.$ as Tag, record.v)
    for (const key in record) {
      const item = record[key]
      if (typeof item === 'object' && item !== null) record[key] = this.revived(item)
    }
    return record
  }

  private untagged(tag: Tag, content: unknown): unknown {
    switch (tag) {
      case 'dict':
        return PyDict.of(pairs(this.items(content)))
      case 'map':
        return new Map(pairs(this.items(content)))
      case 'tuple':
        return new PyTuple(this.items(content))
      case 'set':
        return new PySet(this.items(content))
      case 'frozenset':
        return new PySet(this.items(content), true)
      case 'float':
        return new PyFloat(Number(content))
      case 'int':
        return BigInt(String(content))
      case 'shared':
        return this.sharedValue(Number(content))
      case 'file':
        return this.file(String(content))
    }
  }

  private items(content: unknown): Value[] {
    return this.revived(content) as Value[]
  }

  private file(path: string): SourceFile {
    const known = this.files.get(path)
    if (known) return known
    const { read } = this
    let text: string | undefined
    const file: SourceFile = {
      path,
      isOnDisk: true,
      get text() {
        text ??= read(path) ?? ''
        return text
      },
    }
    this.files.set(path, file)
    return file
  }
}

function* pairs(items: readonly Value[]): Iterable<readonly [Value, Value]> {
  for (let index = 0; index + 1 < items.length; index += 2) yield [items[index] ?? null, items[index + 1] ?? null]
}
