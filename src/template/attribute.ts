/**
 * `x.name`, `x[key]` and `x[a:b]` by Jinja's rules: a dot tries the attribute, then the item; brackets the reverse.
 * The sandbox hides every attribute whose name begins with an underscore.
 */
import { nearName } from '../base/near-name.ts'
import { textOf } from './comparison.ts'
import { dictMethods, frozenSetMethods, setMethods } from './dict-methods.ts'
import type { Evaluation } from './evaluation.ts'
import { findLength } from './iteration.ts'
import { listMethods, tupleMethods } from './list-methods.ts'
import { escapeText } from './markup.ts'
import type { Method } from './method.ts'
import { bytesMethods, floatAttribute, floatMethods, intAttribute, intMethods } from './number-methods.ts'
import { repr } from './repr.ts'
import { formatText, namedFrom } from './str-format.ts'
import { stringMethods } from './string-methods.ts'
import { securityError, TemplateError, typeError, valueError } from './template-error.ts'
import { characterAt, characters } from './text.ts'
import {
  type Kwargs,
  Markup,
  PermissiveUndefined,
  PyBytes,
  PyDict,
  PyFloat,
  PyFunction,
  PyObject,
  PySet,
  PyTuple,
  StrSubclass,
  typeName,
  Undefined,
  type Value,
} from './value.ts'

type AnyMethod = (args: readonly Value[], kwargs: Kwargs) => Value

/** A method of a built-in type, bound to its object. */
export function findMethod(env: Evaluation, object: Value, name: string): AnyMethod | undefined {
  if (typeof object === 'string') return bound(stringMethods.get(name), object) ?? formatMethod(env, object, name)
  if (object === null) return undefined
  if (typeof object === 'number' || typeof object === 'bigint') return bound(intMethods.get(name), object)
  if (typeof object === 'boolean') return bound(intMethods.get(name), Number(object))
  if (object instanceof PyDict) return bound(dictMethods.get(name), object)
  if (Array.isArray(object)) return bound(listMethods.get(name), object)
  if (object instanceof PyObject || object instanceof Undefined) return undefined
  if (object instanceof PyTuple) return bound(tupleMethods.get(name), object)
  if (object instanceof PySet) return bound((object.frozen ? frozenSetMethods : setMethods).get(name), object)
  if (object instanceof StrSubclass) return textMethod(env, object, name)
  if (object instanceof PyFloat) return bound(floatMethods.get(name), object)
  return bound(bytesMethods.get(name), object)
}

function bound<Self>(method: Method<Self> | undefined, self: Self): AnyMethod | undefined {
  return method && ((args, kwargs) => method(self, args, kwargs))
}

/** Methods of marked text give marked text. */
function textMethod(env: Evaluation, object: StrSubclass, name: string): AnyMethod | undefined {
  if (!(object instanceof Markup)) return findMethod(env, object.text, name)
  const method =
    bound(stringMethods.get(name), object.text) ??
    formatMethod(env, object.text, name, (text, value) => (value instanceof Markup ? text : escapeText(text)))
  if (!method) return undefined
  return (args, kwargs) => {
    const result = method(args, kwargs)
    return typeof result === 'string' && name !== 'encode' ? new Markup(result) : result
  }
}

function formatMethod(
  env: Evaluation,
  text: string,
  name: string,
  escapeField?: (text: string, value: Value) => string,
): AnyMethod | undefined {
  if (name !== 'format' && name !== 'format_map') return undefined
  const access = {
    attribute: (object: Value, key: string) => attribute(env, object, key),
    item: (object: Value, key: Value) => item(env, object, key),
    ...(escapeField ? { escape: escapeField } : {}),
  }
  if (name === 'format') return (args, kwargs) => formatText(text, { args, named: namedFrom(kwargs) }, access)
  return (args, kwargs) => {
    if (kwargs.size > 0) throw typeError('format_map() takes no keyword arguments')
    if (args.length !== 1) throw typeError(`format_map() takes exactly one argument (${args.length} given)`)
    const [mapping = null] = args
    return formatText(text, { args: [], named: key => findItem(mapping, key) }, access)
  }
}

/** An attribute that is not a method of a built-in type. */
function findField(object: Value, name: string): Value | undefined {
  if (object instanceof PyObject) return object.attr(name)
  if (object instanceof PyTuple) return object.attr(name)
  if (object instanceof PyFloat) return floatAttribute(object, name)
  if (typeof object === 'number' || typeof object === 'bigint') return intAttribute(object, name)
  return typeof object === 'boolean' ? intAttribute(Number(object), name) : undefined
}

class BoundMethod extends PyFunction {
  override readonly typeName = 'builtin_function_or_method'
  private readonly owner: string

  constructor(name: string, body: AnyMethod, owner: string) {
    super(name, body)
    this.owner = owner
  }
  override repr(): string {
    return `<built-in method ${this.name} of ${this.owner} object>`
  }
}

export function findAttribute(env: Evaluation, object: Value, name: string): Value | undefined {
  const field = findField(object, name)
  if (field !== undefined) return field
  const method = findMethod(env, object, name)
  return method && new BoundMethod(name, method, typeName(object))
}

/** `x[key]` alone; `undefined` where Python raises a TypeError or LookupError. */
function findItem(object: Value, key: Value): Value | undefined {
  if (object instanceof PyDict) return lookupHashed(object, key)
  if (object instanceof PyObject) return object.item(key)
  if (object === null || typeof key === 'string') return undefined
  if (typeof key !== 'number' && typeof key !== 'boolean') return undefined
  const index = Number(key)
  if (Array.isArray(object)) return object.at(index)
  if (object instanceof PyTuple) return object.items.at(index)
  if (typeof object === 'string') return characterAt(object, index)
  if (object instanceof StrSubclass) return characterAt(object.text, index)
  return object instanceof PyBytes ? object.data.at(index) : undefined
}

/** A key that cannot be hashed is a TypeError, which the sandbox takes for "not there". */
function lookupHashed(dict: PyDict, key: Value): Value | undefined {
  if (typeof key === 'string') return dict.get(key)
  try {
    return dict.get(key)
  } catch (error) {
    if (error instanceof TemplateError && error.code === 'template/type') return undefined
    throw error
  }
}

/** Attributes that every Python object has; the sandbox answers for them, not the object. */
const dunders = new Set(
  (
    'class doc init new eq ne lt le gt ge hash str repr dir module dict subclasshook init_subclass reduce reduce_ex ' +
    'getattribute setattr delattr format sizeof getstate'
  )
    .split(' ')
    .map(name => `__${name}__`),
)
const containerDunders = new Set('len getitem contains iter setitem add mul'.split(' ').map(name => `__${name}__`))
const callDunders = new Set(
  'call name qualname globals code defaults closure self func get'.split(' ').map(name => `__${name}__`),
)

function isHidden(object: Value, name: string): boolean {
  if (dunders.has(name)) return true
  if (containerDunders.has(name)) return findLength(object) !== undefined
  return callDunders.has(name) && object instanceof PyObject && object.call !== undefined
}

function describeOwner(object: Value): string {
  return object === null ? 'None' : `${typeName(object)} object`
}

function missingAttribute(env: Evaluation, object: Value, name: Value): Undefined {
  if (env.permissive) return env.missing({ name })
  const shown = typeof name === 'string' ? name : undefined
  const owner = describeOwner(object)
  if (shown !== undefined) return env.missing({ name: shown, owner, hint: () => nearKey(object, shown) })
  return env.missing({ name, message: `${owner} has no element ${repr(name)}` })
}

/** A slip in the key of a mapping. */
function nearKey(object: Value, name: string): string | undefined {
  if (!(object instanceof PyDict) && !(object instanceof PyObject && object.kind === 'mapping')) return undefined
  const keys = object instanceof PyDict ? object.keys() : keysOf(object)
  const near = nearName(
    name,
    Array.from(keys).filter(key => typeof key === 'string'),
  )
  return near === undefined ? undefined : `Did you mean '${near}'?`
}

/** Nothing for mappings that do not let themselves be walked over. */
function keysOf(object: PyObject): Iterable<Value> {
  try {
    const keys = object.iterate()
    return keys === undefined ? [] : { [Symbol.iterator]: () => keys }
  } catch {
    return []
  }
}

function unsafe(env: Evaluation, object: Value, name: string): Undefined {
  const message = `access to attribute '${name}' of '${typeName(object)}' object is unsafe`
  return env.missing({ name, message, error: securityError })
}

/** `object.name`. */
export function attribute(env: Evaluation, object: Value, name: string): Value {
  if (object instanceof Undefined) return attributeOfUndefined(env, object, name)
  const isPrivate = name.charCodeAt(0) === 95
  if (isPrivate && isHidden(object, name)) return unsafe(env, object, name)
  const found = findAttribute(env, object, name)
  if (found !== undefined) return isPrivate ? unsafe(env, object, name) : found
  const value = findItem(object, name)
  return value === undefined ? missingAttribute(env, object, name) : value
}

function attributeOfUndefined(env: Evaluation, object: Undefined, name: string): Value {
  const isDunder = name.startsWith('__') && name.endsWith('__')
  if (isDunder && isHidden(object, name)) return unsafe(env, object, name)
  if (!(object instanceof PermissiveUndefined)) throw object.fail()
  if (name === 'name') return object.cause.name ?? null
  if (name === 'hint') return object.cause.message ?? null
  return isDunder ? object : new PermissiveUndefined({ name })
}

/** `object[key]`. */
export function item(env: Evaluation, object: Value, key: Value): Value {
  if (object instanceof Undefined) {
    if (object instanceof PermissiveUndefined) return object
    throw object.fail()
  }
  const found = findItem(object, key)
  if (found !== undefined) return found
  const name = textOf(key)
  if (name === undefined) return missingAttribute(env, object, key)
  if (isHidden(object, name)) return unsafe(env, object, name)
  const value = findAttribute(env, object, name)
  if (value === undefined) return missingAttribute(env, object, name)
  return name.startsWith('_') ? unsafe(env, object, name) : value
}

function sliceBound(value: Value): number | null {
  if (value === null || typeof value === 'number') return value
  if (typeof value === 'boolean') return Number(value)
  if (typeof value === 'bigint') return value > 0n ? Number.MAX_SAFE_INTEGER : -Number.MAX_SAFE_INTEGER
  throw typeError('slice indices must be integers or None or have an __index__ method')
}

/** `object[from:to:step]`, which does not go through the sandbox and raises as Python does. */
export function slice(_env: Evaluation, object: Value, from: Value, to: Value, step: Value): Value {
  if (object instanceof Undefined) {
    if (object instanceof PermissiveUndefined) return object
    throw object.fail()
  }
  if (object instanceof PyDict) throw typeError("unhashable type: 'slice'")
  if (object instanceof PyObject) {
    const part = object.slice(sliceBound(from), sliceBound(to), sliceBound(step))
    if (part !== undefined) return part
  }
  const text = textOf(object)
  if (text !== undefined) {
    const part = sliceItems(characters(text), sliceBound(from), sliceBound(to), sliceBound(step)).join('')
    return object instanceof Markup ? new Markup(part) : part
  }
  if (Array.isArray(object)) return sliceItems(object, sliceBound(from), sliceBound(to), sliceBound(step))
  if (object instanceof PyTuple)
    return new PyTuple(sliceItems(object.items, sliceBound(from), sliceBound(to), sliceBound(step)))
  if (object instanceof PyBytes) {
    return new PyBytes(
      Uint8Array.from(sliceItems([...object.data], sliceBound(from), sliceBound(to), sliceBound(step))),
    )
  }
  throw typeError(`'${typeName(object)}' object is not subscriptable`)
}

/** Python's slice of a sequence, for any sign of the step. */
export function sliceItems<Item>(
  items: readonly Item[],
  from: number | null,
  to: number | null,
  step: number | null,
): Item[] {
  const stride = step ?? 1
  if (stride === 0) throw valueError('slice step cannot be zero')
  const { length } = items
  const [low, high] = stride > 0 ? [0, length] : [-1, length - 1]
  const clamp = (bound: number | null, missing: number): number => {
    if (bound === null) return missing
    return Math.min(Math.max(bound < 0 ? bound + length : bound, low), high)
  }
  const start = clamp(from, stride > 0 ? 0 : length - 1)
  const end = clamp(to, stride > 0 ? length : -1)
  if (stride === 1) return items.slice(start, Math.max(start, end))
  const result: Item[] = []
  for (let index = start; stride > 0 ? index < end : index > end; index += stride) result.push(items[index]!)
  return result
}
