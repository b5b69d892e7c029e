/**
 * Python values in JavaScript.
 *
 *   None null | bool boolean | int number (safe integers), else bigint | float PyFloat | str string | list Array
 *   tuple PyTuple | dict PyDict | set PySet | bytes PyBytes | escaped text Markup (a StrSubclass) | missing Undefined
 *   everything else: a subclass of PyObject
 *
 * 1. A bigint inside the safe integer range never occurs: results of arithmetic go through `normalInt`.
 * 2. JavaScript `undefined` is never a Value; in lookups it says "there is no such name, attribute or item".
 * 3. What Python's operators do with these values is in operators.ts, attribute.ts and repr.ts, not on the classes.
 */
import { type TemplateError, typeError, undefinedError } from './template-error.ts'

export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Value[]
  | PyFloat
  | PyTuple
  | PyDict
  | PySet
  | PyBytes
  | StrSubclass
  | Undefined
  | PyObject

export type Kwargs = ReadonlyMap<string, Value>
export const noKwargs: Kwargs = new Map()

/** Binary operators in Python's spelling. */
export type BinaryOperator = '+' | '-' | '*' | '/' | '//' | '%' | '**'

/** What a dict or set tells keys apart by: equal Python values have identical hash keys (`1`, `1.0` and `True`). */
export type HashKey = string | number | bigint | null | object

export class PyFloat {
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
}

export class PyTuple {
  readonly items: readonly Value[]
  constructor(items: readonly Value[]) {
    this.items = items
  }
  /** Named tuples answer with their fields. */
  attr(_name: string): Value | undefined {
    return undefined
  }
  get typeName(): string {
    return 'tuple'
  }
}

export class PyBytes {
  readonly data: Uint8Array
  constructor(data: Uint8Array) {
    this.data = data
  }
}

/** A subclass of `str`: every operation on text takes it for its text. */
export class StrSubclass {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
  get typeName(): string {
    return 'str'
  }
}

/** Text marked as safe HTML. Joined with plain text it escapes that text. */
export class Markup extends StrSubclass {
  override get typeName(): string {
    return 'Markup'
  }
}

/** A dict with as many pairs is searched from its start, which is faster than a map, and far smaller. */
const fewPairs = 8
const nothing: never[] = []

export class PyDict {
  /** Hash keys and values in turn, while they are few; more stand in `slots`. */
  private pairs: (HashKey | Value)[] = nothing
  private slots: Map<HashKey, Value> | undefined
  /** Keys that are not what they are told apart by: `1.0`, `True`, tuples. */
  private spelled: Map<HashKey, Value> | undefined

  /** From a record (string keys) or from pairs. */
  static of(source: Readonly<Record<string, Value>> | Iterable<readonly [Value, Value]> = []): PyDict {
    const dict = new PyDict()
    const pairs = Symbol.iterator in source ? (source as Iterable<readonly [Value, Value]>) : Object.entries(source)
    for (const [key, value] of pairs) dict.set(key, value)
    return dict
  }

  get size(): number {
    return this.slots === undefined ? this.pairs.length / 2 : this.slots.size
  }
  get(key: Value): Value | undefined {
    const hash = hashKey(key)
    if (this.slots !== undefined) return this.slots.get(hash)
    const at = this.indexOf(hash)
    return at < 0 ? undefined : (this.pairs[at + 1] as Value)
  }
  has(key: Value): boolean {
    const hash = hashKey(key)
    return this.slots === undefined ? this.indexOf(hash) >= 0 : this.slots.has(hash)
  }
  /** Keeps the first spelling of an equal key, as Python does. */
  set(key: Value, value: Value): this {
    const hash = hashKey(key)
    if (hash !== key && !this.has(key)) {
      this.spelled ??= new Map()
      this.spelled.set(hash, key)
    }
    if (this.slots === undefined) this.setAmongFew(hash, value)
    else this.slots.set(hash, value)
    return this
  }
  delete(key: Value): boolean {
    const hash = hashKey(key)
    this.spelled?.delete(hash)
    if (this.slots !== undefined) return this.slots.delete(hash)
    const at = this.indexOf(hash)
    if (at >= 0) this.pairs.splice(at, 2)
    return at >= 0
  }
  clear(): void {
    this.pairs = nothing
    this.slots = undefined
    this.spelled = undefined
  }
  *keys(): IterableIterator<Value> {
    for (const [key] of this) yield key
  }
  *values(): IterableIterator<Value> {
    for (const [, value] of this) yield value
  }
  entries(): IterableIterator<readonly [Value, Value]> {
    return this[Symbol.iterator]()
  }
  [Symbol.iterator](): IterableIterator<readonly [Value, Value]> {
    const { slots, spelled } = this
    if (slots === undefined) return new PairIterator(this.pairs, spelled)
    // Without other spellings the hash keys are the keys.
    return spelled === undefined
      ? (slots.entries() as IterableIterator<readonly [Value, Value]>)
      : spell(slots, spelled)
  }
  copy(): PyDict {
    const copy = new PyDict()
    if (this.pairs.length > 0) copy.pairs = [...this.pairs]
    if (this.slots !== undefined) copy.slots = new Map(this.slots)
    if (this.spelled !== undefined) copy.spelled = new Map(this.spelled)
    return copy
  }

  private indexOf(hash: HashKey): number {
    const { pairs } = this
    for (let at = 0; at < pairs.length; at += 2) if (pairs[at] === hash) return at
    return Number.isNaN(hash) ? pairs.findIndex((one, at) => at % 2 === 0 && Number.isNaN(one)) : -1
  }

  private setAmongFew(hash: HashKey, value: Value): void {
    const at = this.indexOf(hash)
    if (at >= 0) this.pairs[at + 1] = value
    else if (this.pairs.length === 0) this.pairs = [hash, value]
    // Pushing or spreading would make room for a dozen more.
    else if (this.pairs.length < 2 * fewPairs) this.pairs = this.pairs.concat([hash, value])
    else {
      const slots = new Map<HashKey, Value>()
      for (let index = 0; index < this.pairs.length; index += 2) {
        slots.set(this.pairs[index] as HashKey, this.pairs[index + 1] as Value)
      }
      this.slots = slots.set(hash, value)
      this.pairs = nothing
    }
  }
}

class PairIterator implements IterableIterator<readonly [Value, Value]> {
  private at = 0
  private readonly pairs: readonly (HashKey | Value)[]
  private readonly spelled: ReadonlyMap<HashKey, Value> | undefined

  constructor(pairs: readonly (HashKey | Value)[], spelled: ReadonlyMap<HashKey, Value> | undefined) {
    this.pairs = pairs
    this.spelled = spelled
  }

  [Symbol.iterator](): this {
    return this
  }
  next(): IteratorResult<readonly [Value, Value]> {
    const { at, pairs } = this
    if (at >= pairs.length) return { done: true, value: undefined }
    this.at = at + 2
    const hash = pairs[at] as HashKey
    return { done: false, value: [this.spelled?.get(hash) ?? (hash as Value), pairs[at + 1] as Value] }
  }
}

function* spell(
  slots: ReadonlyMap<HashKey, Value>,
  spelled: ReadonlyMap<HashKey, Value>,
): IterableIterator<readonly [Value, Value]> {
  for (const [hash, value] of slots) yield [spelled.get(hash) ?? (hash as Value), value]
}

/** A set. Iterates in order of insertion, where Python's order is not defined. */
export class PySet {
  private readonly slots = new Map<HashKey, Value>()
  readonly frozen: boolean

  constructor(items: Iterable<Value> = [], frozen = false) {
    this.frozen = frozen
    for (const item of items) this.add(item)
  }
  get size(): number {
    return this.slots.size
  }
  has(item: Value): boolean {
    return this.slots.has(hashKey(item))
  }
  add(item: Value): void {
    const hash = hashKey(item)
    if (!this.slots.has(hash)) this.slots.set(hash, item)
  }
  delete(item: Value): boolean {
    return this.slots.delete(hashKey(item))
  }
  clear(): void {
    this.slots.clear()
  }
  values(): IterableIterator<Value> {
    return this.slots.values()
  }
  [Symbol.iterator](): IterableIterator<Value> {
    return this.slots.values()
  }
}

/**
 * Any other Python object. Every method is optional to override; the defaults are those of a bare `object()`.
 * A method that answers `undefined` says "not supported", and the operation raises what Python would raise.
 */
export abstract class PyObject {
  /** Python's `type(x).__name__`. */
  abstract readonly typeName: string

  attr(_name: string): Value | undefined {
    return undefined
  }
  /** `x[key]`; `undefined` for a KeyError or IndexError and for objects without subscripts. */
  item(_key: Value): Value | undefined {
    return undefined
  }
  /** `x[from:to:step]`. */
  slice(_from: number | null, _to: number | null, _step: number | null): Value | undefined {
    return undefined
  }
  /** Raises when the object does not allow assignment. */
  setItem(_key: Value, _value: Value): void {
    throw typeError(`'${this.typeName}' object does not support item assignment`)
  }
  /** Present on callable objects only. */
  call?(args: readonly Value[], kwargs: Kwargs): Value | Promise<Value>
  str(): string {
    return this.repr()
  }
  repr(): string {
    return `<${this.typeName} object>`
  }
  truthy(): boolean {
    return this.length() !== 0
  }
  length(): number | undefined {
    return undefined
  }
  iterate(): Iterator<Value> | undefined {
    return undefined
  }
  contains(_value: Value): boolean | undefined {
    return undefined
  }
  equals(other: Value): boolean {
    return this === other
  }
  /** Negative, zero or positive; `undefined` when the two cannot be ordered. */
  compare(_other: Value): number | undefined {
    return undefined
  }
  /** Equal objects give identical keys. The default is identity; throw `typeError` when not hashable. */
  hashKey(): HashKey {
    return this
  }
  /** `this op other`, or `other op this` when reflected. */
  binary(_operator: BinaryOperator, _other: Value, _reflected: boolean): Value | undefined {
    return undefined
  }
  unary(_operator: '-' | '+' | 'abs'): Value | undefined {
    return undefined
  }
  /** What `int(x)` and the filter `int` give. */
  toInt(): number | bigint | undefined {
    return undefined
  }
  /** What `float(x)` and the filter `float` give. */
  toFloat(): number | undefined {
    return undefined
  }
  /** What `round(x, digits)` gives. */
  round(_digits: number | null): Value | undefined {
    return undefined
  }
  /** `format(x, spec)` with a spec that is not empty. */
  format(_spec: string): string | undefined {
    return undefined
  }
  /** Answers the tests `mapping`, `number` and `sequence`, and `**x` in calls. */
  get kind(): 'mapping' | 'number' | 'sequence' | 'other' {
    return 'other'
  }
}

export type Callable = (args: readonly Value[], kwargs: Kwargs) => Value | Promise<Value>

/** A function that the context offers to templates. */
export class PyFunction extends PyObject {
  readonly typeName: string = 'function'
  readonly name: string
  private readonly body: Callable

  constructor(name: string, body: Callable) {
    super()
    this.name = name
    this.body = body
  }
  override call(args: readonly Value[], kwargs: Kwargs): Value | Promise<Value> {
    return this.body(args, kwargs)
  }
  override repr(): string {
    return `<function ${this.name}>`
  }
}

/** Shorthand for `new PyFunction`. */
export function fn(name: string, body: Callable): PyFunction {
  return new PyFunction(name, body)
}

/** A one-way iterator, such as a generator: truthy, no length, used up by the first pass. */
export class PyIterator extends PyObject {
  readonly typeName: string
  private readonly source: Iterator<Value>

  constructor(source: Iterator<Value>, typeName = 'generator') {
    super()
    this.source = source
    this.typeName = typeName
  }
  override iterate(): Iterator<Value> {
    return this.source
  }
  override repr(): string {
    return `<${this.typeName} object>`
  }
}

export interface UndefinedCause {
  /** The whole message, when it is not about a name. */
  readonly message?: string
  /** The name, attribute or key that was looked for. */
  readonly name?: Value
  /** Python's name of the type that lacked it: `dict object`, `None`. */
  readonly owner?: string
  /** Raised instead of an undefined error when the value is used (sandbox). */
  readonly error?: (message: string) => TemplateError
  /** Candidates for "did you mean", asked for only when the error is raised. */
  readonly hint?: () => string | undefined
}

/** A missing value: prints as nothing, is false and empty; any deeper use is an error. */
export class Undefined {
  readonly cause: UndefinedCause
  constructor(cause: UndefinedCause = {}) {
    this.cause = cause
  }
  get typeName(): string {
    return 'Undefined'
  }
  get message(): string {
    const { message, name, owner } = this.cause
    if (message !== undefined) return message
    const shown = typeof name === 'string' ? `'${name}'` : String(name ?? 'value')
    if (owner === undefined) return `${shown} is undefined`
    return typeof name === 'string' ? `'${owner}' has no attribute ${shown}` : `${owner} has no element ${shown}`
  }
  /** The error that a use of this value raises. */
  fail(): TemplateError {
    if (this.cause.error) return this.cause.error(this.message)
    return undefinedError(this.message, this.cause.hint?.())
  }
}

/** dbt's undefined while it parses: attributes, items and calls give another one of the kind. */
export class PermissiveUndefined extends Undefined {}

let lastIdentity = 0
const identities = new WeakMap<object, number>()

/** @throws `template/type` for lists, dicts and sets. */
export function hashKey(value: Value): HashKey {
  if (typeof value === 'string') return value.charCodeAt(0) === 0 ? `\0s${value}` : value
  if (typeof value === 'number' || typeof value === 'bigint' || value === null) return value
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value instanceof PyObject) return value.hashKey()
  if (value instanceof PyTuple) return `\0t${value.items.map(compositeKey).join(',')}`
  if (value instanceof PyFloat) return floatKey(value.value)
  if (value instanceof StrSubclass) return hashKey(value.text)
  if (value instanceof Undefined) return `\0u${value instanceof PermissiveUndefined}`
  if (value instanceof PyBytes) return `\0b${Array.from(value.data).join('.')}`
  if (value instanceof PySet && value.frozen) return `\0f${Array.from(value, compositeKey).sort().join(',')}`
  throw typeError(`unhashable type: '${Array.isArray(value) ? 'list' : value instanceof PyDict ? 'dict' : 'set'}'`)
}

function floatKey(value: number): HashKey {
  if (!Number.isInteger(value) || Number.isSafeInteger(value)) return value
  return BigInt(value)
}

function compositeKey(value: Value): string {
  const key = hashKey(value)
  if (typeof key === 'string') return JSON.stringify(key)
  if (typeof key !== 'object' || key === null) return `${typeof key === 'bigint' ? key : String(key)}`
  let identity = identities.get(key)
  if (identity === undefined) {
    identity = ++lastIdentity
    identities.set(key, identity)
  }
  return `#${identity}`
}

/** Brings a result of integer arithmetic into its one legal form. */
export function normalInt(value: bigint): number | bigint {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value
}

/** Python's `type(x).__name__`. */
export function typeName(value: Value): string {
  switch (typeof value) {
    case 'string':
      return 'str'
    case 'boolean':
      return 'bool'
    case 'number':
    case 'bigint':
      return 'int'
    default:
  }
  if (value === null) return 'NoneType'
  if (Array.isArray(value)) return 'list'
  if (value instanceof PyFloat) return 'float'
  if (value instanceof PyDict) return 'dict'
  if (value instanceof PySet) return value.frozen ? 'frozenset' : 'set'
  if (value instanceof PyBytes) return 'bytes'
  return value.typeName
}
