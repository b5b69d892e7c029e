import { describe, expect, test } from 'vitest'
import { JsonWriter } from '../../src/artifacts/json-text.ts'
import { plainJson } from '../../src/project/plain-json.ts'
import { PyDict, PyFloat, PyTuple } from '../../src/template/value.ts'

describe('JSON text of records', () => {
  test('is what JSON.stringify makes of the plain form', () => {
    const shared = PyDict.of({ enabled: true, tags: ['a', 'b"c'], meta: PyDict.of({ ключ: null }) })
    const record = {
      name: 'line\nbreak',
      count: 3,
      ratio: new PyFloat(2.5),
      none: null,
      missing: undefined,
      list: [1, shared, []],
      pair: new PyTuple(['x', 1]),
      config: shared,
      again: shared,
      empty: {},
    }
    expect(new JsonWriter().text(record)).toBe(JSON.stringify(plainJson(record)))
  })

  test('prints floats as Python does', () => {
    const floats = [1, -0.5, 2.5, 1e16, 1e-7, Number.POSITIVE_INFINITY].map(value => new PyFloat(value))
    expect(new JsonWriter().text(floats)).toBe('[1.0,-0.5,2.5,1e+16,1e-07,null]')
  })

  test('prints large integers as numbers and names keys that are no texts', () => {
    const dict = PyDict.of([
      [1, 10n ** 20n],
      [null, Number.NaN],
    ])
    expect(new JsonWriter().text(dict)).toBe('{"1":100000000000000000000,"null":null}')
  })
})
