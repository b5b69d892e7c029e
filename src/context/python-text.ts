/** Python's `str`, `repr`, truth, iteration and equality of values. */
import { typeError } from '../template/template-error.ts'
import {
  Markup,
  PyBytes,
  PyDict,
  PyFloat,
  PyObject,
  PySet,
  PyTuple,
  typeName,
  Undefined,
  type Value,
} from '../template/value.ts'

export function strOf(value: Value): string {
  if (typeof value === 'string') return value
  if (value instanceof Markup) return value.text
  if (value instanceof Undefined) return ''
  if (value instanceof PyObject) return value.str()
  return reprOf(value)
}

export function reprOf(value: Value): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'string')
    return value.includes("'") && !value.includes('"') ? `"${value}"` : `'${value.replaceAll("'", "\\'")}'`
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (value instanceof PyFloat) return Number.isInteger(value.value) ? `${value.value}.0` : String(value.value)
  if (Array.isArray(value)) return `[${value.map(reprOf).join(', ')}]`
  if (value instanceof PyTuple) return `(${value.items.map(reprOf).join(', ')}${value.items.length === 1 ? ',' : ''})`
  if (value instanceof PyDict) return `{${Array.from(value, ([k, v]) => `${reprOf(k)}: ${reprOf(v)}`).join(', ')}}`
  if (value instanceof PySet) return `{${Array.from(value, reprOf).join(', ')}}`
  if (value instanceof PyObject) return value.repr()
  if (value instanceof PyBytes) return 'bytes'
  return 'Undefined'
}

export function truthyOf(value: Value): boolean {
  if (value === null || value === false || value === 0 || value === '') return false
  if (Array.isArray(value)) return value.length > 0
  if (value instanceof PyDict || value instanceof PySet) return value.size > 0
  if (value instanceof PyTuple) return value.items.length > 0
  if (value instanceof PyFloat) return value.value !== 0
  if (value instanceof PyObject) return value.truthy()
  return !(value instanceof Undefined)
}

export function iterateOf(value: Value): Iterable<Value> {
  if (Array.isArray(value) || typeof value === 'string') return value
  if (value instanceof PyTuple) return value.items
  if (value instanceof PyDict) return value.keys()
  if (value instanceof PySet) return value
  if (value instanceof PyObject) {
    const iterator = value.iterate()
    if (iterator) return { [Symbol.iterator]: () => iterator }
  }
  throw typeError(`'${typeName(value)}' object is not iterable`)
}

export function equalValues(a: Value, b: Value): boolean {
  if (a instanceof PyObject) return a.equals(b)
  if (b instanceof PyObject) return b.equals(a)
  return reprOf(a) === reprOf(b)
}
