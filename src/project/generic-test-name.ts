/** Names of generic tests: made from what is tested, by which test and with which arguments, and from a hash of it. */
import { md5 } from '../base/fingerprint.ts'
import { repr, str } from '../template/repr.ts'
import { sortedTexts } from '../template/text.ts'
import { PyDict, PyTuple, type Value } from '../template/value.ts'

export interface TestNames {
  /** Part of the unique id. */
  readonly full: string
  /** Of the file and, where it differs from the full name, of the relation: shorter than 64 characters. */
  readonly short: string
}

/** @param args as in the manifest; `model` is left out of the name */
export function synthesizeTestNames(testType: string, target: string, args: PyDict): TestNames {
  const parts: string[] = []
  for (const key of sortedKeys(args)) {
    if (key === 'model') continue
    const value = args.get(key) ?? null
    for (const part of flat(value)) parts.push(str(part).replace(/[^0-9a-zA-Z_]+/g, '_'))
  }
  const identifier = `${testType}_${target}`
  const full = `${identifier}_${parts.join('__')}`
  const length = codePoints(full)
  const short = length >= 64 ? `${Array.from(identifier).slice(0, 30).join('')}_${md5(full)}` : full
  return { full, short }
}

function codePoints(text: string): number {
  let count = 0
  for (const _ of text) count++
  return count
}

function flat(value: Value): readonly Value[] {
  if (value instanceof PyDict) return [...value.values()]
  if (Array.isArray(value)) return value
  if (value instanceof PyTuple) return value.items
  return [value]
}

function sortedKeys(dict: PyDict): readonly string[] {
  return sortedTexts(Array.from(dict.keys(), String))
}

/** The last part of a test's unique id: the end of the md5 of its name and of Python's print of its metadata. */
export function testHash(name: string, testName: string, namespace: string | null, kwargs: PyDict): string {
  const metadata = `{'kwargs': ${hashable(kwargs)}, 'name': ${repr(testName)}, 'namespace': ${repr(str(namespace))}}`
  return md5(name + metadata).slice(-10)
}

/** Python's print of a value with keys sorted and every leaf as text. */
function hashable(value: Value): string {
  if (value instanceof PyDict) {
    return `{${sortedKeys(value)
      .map(key => `${repr(key)}: ${hashable(value.get(key) ?? null)}`)
      .join(', ')}}`
  }
  return Array.isArray(value) ? `[${value.map(hashable).join(', ')}]` : repr(str(value))
}
