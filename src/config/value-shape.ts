/** What a value of a configuration file must look like; the first thing that does not fit, in the words of dbt's validator. */
import { repr } from '../template/repr.ts'
import { PyDict, PyFloat, type Value } from '../template/value.ts'

export type Shape =
  | 'text'
  | 'bool'
  | 'int'
  | 'version'
  | 'dict'
  | 'any'
  | { readonly listOf: Shape }
  | { readonly nullable: Shape }
  | { readonly anyOf: readonly Shape[] }
  | { readonly oneOf: readonly string[] }
  | RecordShape

export interface RecordShape {
  readonly required: Readonly<Record<string, Shape>>
  readonly optional: Readonly<Record<string, Shape>>
  /** Keys beyond these are refused. */
  readonly closed?: boolean
}

export interface Fault {
  readonly path: readonly (string | number)[]
  readonly problem: string
}

/** `['columns'][0]`, and `[]` for the value itself. */
export function faultPath({ path }: Fault): string {
  if (path.length === 0) return '[]'
  return path.map(step => `[${typeof step === 'string' ? `'${step}'` : step}]`).join('')
}

export function firstFault(value: Value, shape: Shape, path: readonly (string | number)[]): Fault | undefined {
  if (typeof shape === 'string') return scalarFault(value, shape, path)
  if ('nullable' in shape) {
    if (value === null || !firstFault(value, shape.nullable, path)) return undefined
    return { path, problem: `${repr(value)} is not valid under any of the given schemas` }
  }
  if ('listOf' in shape) {
    if (!Array.isArray(value)) return { path, problem: `${repr(value)} is not of type 'array'` }
    for (const [index, item] of value.entries()) {
      const fault = firstFault(item, shape.listOf, [...path, index])
      if (fault) return fault
    }
    return undefined
  }
  if ('anyOf' in shape) {
    if (shape.anyOf.some(one => firstFault(value, one, path) === undefined)) return undefined
    return { path, problem: `${repr(value)} is not valid under any of the given schemas` }
  }
  if ('oneOf' in shape) {
    if (typeof value === 'string' && shape.oneOf.includes(value)) return undefined
    return { path, problem: `${repr(value)} is not one of ${repr([...shape.oneOf])}` }
  }
  return recordFault(value, shape, path)
}

const typeNames = { text: 'string', bool: 'boolean', int: 'integer', dict: 'object' } as const

function scalarFault(
  value: Value,
  shape: Extract<Shape, string>,
  path: readonly (string | number)[],
): Fault | undefined {
  switch (shape) {
    case 'any':
      return undefined
    case 'version': {
      const fits = typeof value === 'string' || typeof value === 'number' || value instanceof PyFloat
      return fits ? undefined : { path, problem: `${repr(value)} is not valid under any of the given schemas` }
    }
    default: {
      const fits =
        shape === 'text'
          ? typeof value === 'string'
          : shape === 'bool'
            ? typeof value === 'boolean'
            : shape === 'int'
              ? typeof value === 'number' || typeof value === 'bigint'
              : value instanceof PyDict
      return fits ? undefined : { path, problem: `${repr(value)} is not of type '${typeNames[shape]}'` }
    }
  }
}

function recordFault(value: Value, shape: RecordShape, path: readonly (string | number)[]): Fault | undefined {
  if (!(value instanceof PyDict)) return { path, problem: `${repr(value)} is not of type 'object'` }
  for (const key of Object.keys(shape.required)) {
    if (!value.has(key)) return { path, problem: `'${key}' is a required property` }
  }
  if (shape.closed) {
    const extra = Array.from(value.keys(), String).filter(
      key => !Object.hasOwn(shape.required, key) && !Object.hasOwn(shape.optional, key),
    )
    if (extra.length > 0) {
      const shown = extra.map(key => `'${key}'`).join(', ')
      const were = extra.length === 1 ? 'was' : 'were'
      return { path, problem: `Additional properties are not allowed (${shown} ${were} unexpected)` }
    }
  }
  for (const [key, item] of value) {
    const of = shape.required[String(key)] ?? shape.optional[String(key)]
    const fault = of && firstFault(item, of, [...path, String(key)])
    if (fault) return fault
  }
  return undefined
}
