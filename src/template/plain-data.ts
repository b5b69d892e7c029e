/** Between plain JavaScript data, such as parsed JSON or YAML, and Python values. */
import { typeError } from './template-error.ts'
import {
  normalInt,
  PyDict,
  PyFloat,
  PyObject,
  PySet,
  PyTuple,
  StrSubclass,
  typeName,
  Undefined,
  type Value,
} from './value.ts'

/**
 * Whole JavaScript numbers become ints (a caller that knows better passes a PyFloat), arrays lists, `undefined` None,
 * plain objects and Maps dicts. Python values inside are kept as they are.
 * @throws `template/type` for functions and symbols
 */
export function toPython(data: unknown): Value {
  switch (typeof data) {
    case 'string':
    case 'boolean':
      return data
    case 'number':
      if (Number.isSafeInteger(data)) return data
      return new PyFloat(data)
    case 'bigint':
      return normalInt(data)
    case 'undefined':
      return null
    case 'object':
      return objectToPython(data)
    default:
      throw typeError(`a ${typeof data} is not a template value`)
  }
}

function objectToPython(data: object | null): Value {
  if (data === null) return null
  if (Array.isArray(data)) return data.map(toPython)
  if (isPython(data)) return data
  const dict = new PyDict()
  if (data instanceof Map) for (const [key, value] of data) dict.set(toPython(key), toPython(value))
  else for (const [key, value] of Object.entries(data)) dict.set(key, toPython(value))
  return dict
}

function isPython(data: object): data is Exclude<Value, null | Value[] | string | number | bigint | boolean> {
  return (
    data instanceof PyObject ||
    data instanceof PyDict ||
    data instanceof PyFloat ||
    data instanceof PyTuple ||
    data instanceof PySet ||
    data instanceof StrSubclass ||
    data instanceof Undefined
  )
}

export type PlainData = null | boolean | number | string | bigint | PlainData[] | { [key: string]: PlainData }

/**
 * Plain data for JSON or YAML: tuples, lists and sets become arrays, dict keys text; ints outside the safe range stay
 * bigints. `other` is asked for values that have no plain form (dates, decimals).
 * @throws `template/type` when `other` is missing or gives nothing
 */
export function fromPython(value: Value, other?: (value: Value) => PlainData | undefined): PlainData {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'number':
    case 'bigint':
      return value
    default:
  }
  if (value === null) return null
  if (Array.isArray(value)) return value.map(item => fromPython(item, other))
  if (value instanceof PyTuple) return value.items.map(item => fromPython(item, other))
  if (value instanceof PySet) return Array.from(value, item => fromPython(item, other))
  if (value instanceof PyFloat) return value.value
  if (value instanceof StrSubclass) return value.text
  if (value instanceof PyDict) {
    const record: { [key: string]: PlainData } = {}
    for (const [key, item] of value.entries()) {
      Object.defineProperty(record, plainKey(key), {
        value: fromPython(item, other),
        enumerable: true,
        writable: true,
        configurable: true,
      })
    }
    return record
  }
  const plain = other?.(value)
  if (plain !== undefined) return plain
  throw typeError(`a value of type '${typeName(value)}' has no plain form`)
}

function plainKey(key: Value): string {
  if (key instanceof PyFloat) return String(key.value)
  if (key instanceof StrSubclass) return key.text
  if (key === null || typeof key !== 'object') return String(key)
  throw typeError(`keys must be text, a number, a bool or None, not ${typeName(key)}`)
}
