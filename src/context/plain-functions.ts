/** Functions of the context that need nothing but their arguments: JSON, YAML, sets, zip, hashes, `return`. */
import { md5 } from '../base/fingerprint.ts'
import { iterate } from '../template/iteration.ts'
import { jsonText } from '../template/json-text.ts'
import { str } from '../template/repr.ts'
import { returnFunction } from '../template/return-signal.ts'
import { TemplateError, typeError } from '../template/template-error.ts'
import { PyDict, PyIterator, PySet, PyTuple, typeName, type Value } from '../template/value.ts'
import { loadJson } from './json-load.ts'
import { contextError, contextFunction } from './python-object.ts'
import { dumpYaml, loadYaml } from './python-yaml.ts'

/** The value, or `fallback` if computing it raises an error of one of the kinds. */
function orDefault(kinds: readonly string[], fallback: Value, work: () => Value): Value {
  try {
    return work()
  } catch (error) {
    if (error instanceof TemplateError && kinds.includes(error.code)) return fallback
    throw error
  }
}

function zipped(iterables: readonly Value[]): PyIterator {
  const iterators = iterables.map(one => iterate(one)[Symbol.iterator]())
  function* tuples(): Generator<Value> {
    while (iterators.length > 0) {
      const items: Value[] = []
      for (const iterator of iterators) {
        const next = iterator.next()
        if (next.done) return
        items.push(next.value)
      }
      yield new PyTuple(items)
    }
  }
  return new PyIterator(tuples(), 'zip')
}

/** dbt's `*_strict` forms turn Python's type error into one of their own. */
function strictly(work: () => Value): Value {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof TemplateError) || error.code !== 'template/type') throw error
    throw contextError('context/argument', error.message, { cause: error })
  }
}

function diffOfTwoDicts(first: Value, second: Value): PyDict {
  if (!(first instanceof PyDict) || !(second instanceof PyDict)) throw typeError('diff_of_two_dicts() needs two dicts')
  const folded = new Map<string, Set<string>>()
  for (const [key, values] of second) folded.set(fold(key), new Set(Array.from(iterate(values), fold)))
  const difference = new PyDict()
  for (const [key, values] of first) {
    const known = folded.get(fold(key))
    const left = Array.from(iterate(values)).filter(value => !known?.has(fold(value)))
    if (!known) difference.set(key, values)
    else if (left.length > 0) difference.set(key, left)
  }
  return difference
}

function fold(value: Value): string {
  return str(value).toLowerCase()
}

function textArgument(value: Value | undefined, name: string): string {
  if (typeof value === 'string') return value
  throw typeError(`${name}: expected text, not ${typeName(value ?? null)}`)
}

export const plainFunctions: Readonly<Record<string, Value>> = {
  return: returnFunction,
  fromjson: contextFunction('fromjson', ['string', ['default', null]], ([text, fallback = null]) => {
    const json = typeof text === 'string' ? text : jsonArgument(text ?? null)
    return orDefault(['template/value'], fallback, () => loadJson(json))
  }),
  tojson: contextFunction(
    'tojson',
    ['value', ['default', null], ['sort_keys', false]],
    ([value = null, fallback = null, sortKeys]) =>
      orDefault(['template/value'], fallback, () => jsonText(value, { sortKeys: sortKeys === true })),
  ),
  fromyaml: contextFunction('fromyaml', ['value', ['default', null]], ([text, fallback = null]) => {
    return loadYaml(textArgument(text, 'fromyaml()'), fallback)
  }),
  toyaml: contextFunction(
    'toyaml',
    ['value', ['default', null], ['sort_keys', false]],
    ([value = null, fallback = null, sortKeys]) =>
      orDefault(['template/value', 'template/type'], fallback, () => dumpYaml(value, sortKeys === true)),
  ),
  set: contextFunction('set', ['value', ['default', null]], ([value = null, fallback = null]) =>
    orDefault(['template/type'], fallback, () => new PySet(iterate(value))),
  ),
  set_strict: contextFunction('set_strict', ['value'], ([value = null]) => strictly(() => new PySet(iterate(value)))),
  zip: contextFunction('zip', ['*args', ['default', null]], bound => {
    const [fallback = null, args] = bound
    return orDefault(['template/type'], fallback, () => zipped((args as PyTuple).items))
  }),
  zip_strict: contextFunction('zip_strict', ['*args'], ([args]) => strictly(() => zipped((args as PyTuple).items))),
  diff_of_two_dicts: contextFunction('diff_of_two_dicts', ['dict_a', 'dict_b'], ([first = null, second = null]) =>
    diffOfTwoDicts(first, second),
  ),
  local_md5: contextFunction('local_md5', ['value'], ([value]) => md5(textArgument(value, 'local_md5()'))),
}

function jsonArgument(value: Value): never {
  throw typeError(`the JSON object must be str, bytes or bytearray, not ${typeName(value)}`)
}
