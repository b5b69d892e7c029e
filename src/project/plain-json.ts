/** Records of nodes as plain data, for JSON. */
import { PyDateTime } from '../context/modules/python-datetime.ts'
import { fromPython, type PlainData } from '../template/plain-data.ts'
import type { Value } from '../template/value.ts'

/** Makes a record plain through and through, ready for `JSON.stringify`. Dates become their ISO text. */
export function plainJson(data: unknown): PlainData {
  if (data === null || typeof data !== 'object') return data === undefined ? null : (data as PlainData)
  if (Array.isArray(data)) return data.map(plainJson)
  const prototype = Object.getPrototypeOf(data)
  if (prototype === Object.prototype || prototype === null) {
    const plain: { [key: string]: PlainData } = {}
    for (const [key, value] of Object.entries(data)) plain[key] = plainJson(value)
    return plain
  }
  return fromPython(data as Value, printed)
}

function printed(value: Value): PlainData | undefined {
  if (value instanceof PyDateTime) return value.iso()
  if (value === null || typeof value !== 'object' || !('str' in value)) return undefined
  return (value as { str(): string }).str()
}
