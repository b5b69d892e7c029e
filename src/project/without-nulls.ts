/** What is None is left out, as dbt leaves it out of the records that templates see. */
import { toPython } from '../template/plain-data.ts'
import { PyDict, type Value } from '../template/value.ts'

/** @param data as node-json.ts makes it: plain records and lists with Values in them */
export function toPythonWithoutNulls(data: unknown): Value {
  if (Array.isArray(data)) return data.map(toPythonWithoutNulls)
  if (data instanceof PyDict) return configWithoutNulls(data)
  if (typeof data !== 'object' || data === null || Object.getPrototypeOf(data) !== Object.prototype) {
    return toPython(data)
  }
  const record = new PyDict()
  for (const [key, item] of Object.entries(data)) {
    if (item !== null && item !== undefined) record.set(key, toPythonWithoutNulls(item))
  }
  return record
}

/** Entries of a configuration that are records of dbt's own; what users put in, such as `meta`, keeps its None. */
const recordEntries = new Set<Value>(['docs', 'contract', 'pre-hook', 'post-hook', 'freshness'])

function configWithoutNulls(config: PyDict): PyDict {
  const filled = new PyDict()
  for (const [key, item] of config) {
    if (item !== null) filled.set(key, recordEntries.has(key) ? recordWithoutNulls(item) : item)
  }
  return filled
}

function recordWithoutNulls(value: Value): Value {
  if (Array.isArray(value)) return value.map(recordWithoutNulls)
  if (!(value instanceof PyDict)) return value
  return PyDict.of(Array.from(value).filter(([, item]) => item !== null))
}
