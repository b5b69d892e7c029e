/** What is None is left out, as dbt leaves it out of the records that templates see. */
import { PyDict, type Value } from '../template/value.ts'

/** @param data as node-json.ts makes it: plain records and lists with Values in them */
export function withoutNulls(data: unknown): unknown {
  if (Array.isArray(data)) return data.map(withoutNulls)
  if (data instanceof PyDict) return configWithoutNulls(data)
  if (typeof data !== 'object' || data === null || Object.getPrototypeOf(data) !== Object.prototype) return data
  const entries = Object.entries(data).filter(([, item]) => item !== null && item !== undefined)
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutNulls(item)]))
}

/** Entries of a configuration that are records of dbt's own; what users put in, such as `meta`, keeps its None. */
const recordEntries = new Set<Value>(['docs', 'contract', 'pre-hook', 'post-hook', 'freshness'])

function configWithoutNulls(config: PyDict): PyDict {
  const filled = Array.from(config).filter(([, item]) => item !== null)
  return PyDict.of(
    filled.map(([key, item]) => [key, recordEntries.has(key) ? recordWithoutNulls(item) : item] as const),
  )
}

function recordWithoutNulls(value: Value): Value {
  if (Array.isArray(value)) return value.map(recordWithoutNulls)
  if (!(value instanceof PyDict)) return value
  return PyDict.of(Array.from(value).filter(([, item]) => item !== null))
}
