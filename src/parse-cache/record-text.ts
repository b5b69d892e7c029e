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

/** A field whose value many records share. */
const sharedField = 'unrenderedConfig'

/** Objects with fewer fields are written out. */
const fewFields = 6

/**
 * Tags of what JSON does not know, under the key `$`; the content stands under `v`. `like` is an object with the fields
 * of an earlier one but for some; `code` is a file that holds nothing but its record's `rawCode`.
 */
type Tag =
  | 'dict'
  | 'tuple'
  | 'float'
  | 'int'
  | 'set'
  | 'frozenset'
  | 'map'
  | 'file'
  | 'shared'
  | 'like'
  | 'code'
  | 'unset'

/** In an object like one that has the field. */
const unset = tagged('unset', '0')

interface Model {
  readonly number: number
  readonly model: Fields
  readonly names: readonly string[]
}

type Fields = Readonly<Record<string, unknown>>

export class RecordWriter {
  /** Texts of shared values in order of their numbers. */
  readonly shared: string[] = []
  /** Texts of objects that others are like. */
  readonly models: string[] = []
  private readonly numbers = new Map<object, number>()
  private readonly likes: Model[] = []

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
    return this.like(record as Fields, names)
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
    if (isOnDisk(value)) return tagged('file', JSON.stringify(value.path))
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
    const names = Object.keys(value)
    return names.length < fewFields ? `{${this.fields(value, names)}}` : this.like(value, names)
  }

  /** The first object with these names is a model for the others. */
  private like(value: Fields, names: readonly string[]): string {
    const known = this.likes.find(one => sameNames(one.names, names)) ?? this.newModel(value, names)
    return tagged('like', `[${known.number},{${this.fields(value, names, known.model)}}]`)
  }

  private newModel(model: Fields, names: readonly string[]): Model {
    const number = this.models.push(`{${this.fields(model, names)}}`) - 1
    const made = { number, model, names }
    this.likes.push(made)
    return made
  }

  /** Fields that are not set are left out, and so are those that are the same in the model. */
  private fields(record: Fields, names: readonly string[], model?: Fields): string {
    let text = ''
    for (const name of names) {
      const field = record[name]
      if (model !== undefined ? isSame(field, model[name]) : field === undefined) continue
      text += `${text === '' ? '' : ','}"${name}":${field === undefined ? unset : this.field(name, field, record)}`
    }
    return text
  }

  private field(name: string, field: unknown, record: Fields): string {
    if (name === 'file' && isCodeOf(field, record)) return tagged('code', JSON.stringify(field.path))
    return name === sharedField ? tagged('shared', String(this.numberOf(field as object))) : this.text(field)
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

export function sameNames(names: readonly string[], others: readonly string[]): boolean {
  if (names.length !== others.length) return false
  for (let index = 0; index < names.length; index++) if (names[index] !== others[index]) return false
  return true
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
      case 'unset':
        return undefined
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
    const file = new FileOnDisk(path, this.read)
    this.files.set(path, file)
    return file
  }
}

/** Read when somebody looks at its text. */
class FileOnDisk implements SourceFile {
  readonly path: string
  readonly isOnDisk = true
  private readonly read: (path: string) => string | undefined
  private found: string | undefined

  constructor(path: string, read: (path: string) => string | undefined) {
    this.path = path
    this.read = read
  }
  get text(): string {
    this.found ??= this.read(this.path) ?? ''
    return this.found
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
