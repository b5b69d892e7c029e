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

/** Fields of a record whose value many records share. */
const sharedFields = new Set(['config', 'unrenderedConfig'])

/** Objects with fewer fields are written out. */
const fewFields = 6

/**
 * Tags of what JSON does not know, under the key `$`; the content stands under `v`. `like` is an object with the fields
 * of an earlier one but for some; `code` is a file that holds nothing but its record's `rawCode`.
 */
type Tag = 'dict' | 'tuple' | 'float' | 'int' | 'set' | 'frozenset' | 'map' | 'file' | 'shared' | 'like' | 'code'

type Fields = Readonly<Record<string, unknown>>

export class RecordWriter {
  /** Texts of shared values in order of their numbers. */
  readonly shared: string[] = []
  /** Texts of objects that others are like. */
  readonly models: string[] = []
  private readonly numbers = new Map<object, number>()
  private readonly likes = new Map<string, { readonly number: number; readonly model: Fields }>()

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

  /** A record with its named fields alone. @throws NotStorable */
  record(record: object, names: readonly string[]): string {
    return this.like(record as Fields, names, (name, value) => {
      if (sharedFields.has(name)) return tagged('shared', String(this.numberOf(value as object)))
      if (name === 'file' && isCodeOf(value, record)) return tagged('code', JSON.stringify(value.path))
      return this.text(value)
    })
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

  private objectText(value: object): string {
    if (Array.isArray(value)) return this.list(value)
    const prototype: unknown = Object.getPrototypeOf(value)
    if (prototype === Object.prototype || prototype === null) return this.plain(value as Fields)
    if (value instanceof PyDict) return tagged('dict', this.list([...value].flat()))
    if (value instanceof Map) return tagged('map', this.list([...value].flat()))
    if (value instanceof PyFloat) return tagged('float', `"${Object.is(value.value, -0) ? '-0' : value.value}"`)
    // Named tuples have a class of their own.
    if (prototype === PyTuple.prototype) return tagged('tuple', this.list((value as PyTuple).items))
    if (value instanceof PySet) return tagged(value.frozen ? 'frozenset' : 'set', this.list([...value]))
    throw new NotStorable(`a value of class ${value.constructor.name}`)
  }

  private plain(value: Fields): string {
    if (isOnDisk(value)) return tagged('file', JSON.stringify(value.path))
    const names = Object.keys(value)
    const write = (_: string, field: unknown): string => this.text(field)
    return names.length < fewFields ? `{${written(value, names, write)}}` : this.like(value, names, write)
  }

  /** The first object with these names is a model for the others. */
  private like(value: Fields, all: readonly string[], write: (name: string, field: unknown) => string): string {
    const names = all.filter(name => value[name] !== undefined)
    const key = names.join()
    let known = this.likes.get(key)
    if (known === undefined) {
      known = { number: this.models.push(`{${written(value, names, write)}}`) - 1, model: value }
      this.likes.set(key, known)
    }
    const { number, model } = known
    const others = names.filter(name => !isSame(value[name], model[name]))
    return tagged('like', `[${number},{${written(value, others, write)}}]`)
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

/** Fields that are not set are left out. */
function written(record: Fields, names: readonly string[], write: (name: string, field: unknown) => string): string {
  let text = ''
  for (const name of names) {
    const field = record[name]
    if (field !== undefined) text += `${text === '' ? '' : ','}"${name}":${write(name, field)}`
  }
  return text
}

/** Surely the same, found out without effort. */
function isSame(value: unknown, other: unknown): boolean {
  if (value === other) return true
  if (typeof value !== 'object' || typeof other !== 'object' || value === null || other === null) return false
  return (Array.isArray(value) && Array.isArray(other) && value.length + other.length === 0) || areEmpty(value, other)
}

function areEmpty(value: object, other: object): boolean {
  return (
    (value instanceof PyDict && other instanceof PyDict && value.size + other.size === 0) ||
    (value instanceof Map && other instanceof Map && value.size + other.size === 0)
  )
}

function isCodeOf(file: unknown, record: object): file is SourceFile {
  return (
    typeof file === 'object' &&
    file !== null &&
    'text' in file &&
    !('isOnDisk' in file) &&
    'rawCode' in record &&
    file.text === record.rawCode
  )
}

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
  private readonly models: readonly string[]
  private readonly values: unknown[] = []
  private readonly parsedModels: Fields[] = []
  private readonly files = new Map<string, SourceFile>()
  private readonly read: (path: string) => string | undefined

  /**
   * @param kept as the writer had them
   * @param read gives the text of a file on disk, asked when somebody looks at it
   */
  constructor(kept: Pick<RecordWriter, 'shared' | 'models'>, read: (path: string) => string | undefined) {
    this.shared = kept.shared
    this.models = kept.models
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
    return record.$ === undefined ? this.fields(record) : this.untagged(record.$ as Tag, record.v)
  }

  private fields(record: Record<string, unknown>): Record<string, unknown> {
    for (const name in record) {
      const field = record[name]
      if (typeof field === 'object' && field !== null) record[name] = this.field(field, record)
    }
    return record
  }

  private field(field: object, record: Fields): unknown {
    if ('$' in field && field.$ === 'code') return { path: (field as unknown as { v: string }).v, text: record.rawCode }
    return this.revived(field)
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
      case 'like': {
        const [number, others] = content as readonly [number, Record<string, unknown>]
        return this.like(number, others)
      }
      case 'code':
        throw new Error('a file without its record')
    }
  }

  private like(number: number, others: Record<string, unknown>): Fields {
    this.parsedModels[number] ??= JSON.parse(this.models[number] ?? '{}') as Fields
    const record: Record<string, unknown> = {}
    const model = this.parsedModels[number]
    // Nothing that a template could change is shared with the model.
    for (const name in model) record[name] = Object.hasOwn(others, name) ? others[name] : copied(model[name])
    return this.fields(record)
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

function copied(data: unknown): unknown {
  if (typeof data !== 'object' || data === null) return data
  if (Array.isArray(data)) return data.map(copied)
  return Object.fromEntries(Object.entries(data).map(([name, field]) => [name, copied(field)]))
}

function* pairs(items: readonly Value[]): Iterable<readonly [Value, Value]> {
  for (let index = 0; index + 1 < items.length; index += 2) yield [items[index] ?? null, items[index + 1] ?? null]
}
