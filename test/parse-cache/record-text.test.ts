import { expect, test } from 'vitest'
import { NotStorable, RecordReader, RecordWriter } from '../../src/parse-cache/record-text.ts'
import { PyDict, PyFloat, PySet, PyTuple, Undefined } from '../../src/template/value.ts'

function again(value: unknown): unknown {
  const writer = new RecordWriter()
  const text = writer.text(value)
  return new RecordReader(writer.shared, path => `text of ${path}`).value(text)
}

test('what JSON does not know comes back as it was', () => {
  const dict = PyDict.of([
    ['text', 'ü"\n\u2028'],
    [1, new PyFloat(1)],
    [new PyTuple(['a', 2]), [true, null, new PyFloat(-0)]],
    ['$', 'no tag'],
    ['big', 2n ** 70n],
    ['set', new PySet([1, 'a'])],
    ['inner', PyDict.of({ list: [[1, [2]]] })],
  ])
  expect(again(dict)).toEqual(dict)
  expect(again({ map: new Map([['a', dict]]), none: null })).toEqual({ map: new Map([['a', dict]]), none: null })
})

test('a configuration that records share is one object again', () => {
  const config = PyDict.of({ materialized: 'view' })
  const [one, other] = again([{ config }, { config }]) as { config: PyDict }[]
  expect(one?.config).toBe(other?.config)
  expect(one?.config).toEqual(config)
})

test('a file on disk is read when its text is looked at, others carry their text', () => {
  const read = again([
    { path: 'models/a.sql', text: 'anything', isOnDisk: true },
    { path: 'b', text: 'own' },
  ]) as { text: string }[]
  expect(read.map(one => one.text)).toEqual(['text of models/a.sql', 'own'])
})

test.each([
  ['an undefined name', new Undefined({ message: 'x' })],
  ['a function', () => {}],
  ['an object of a class', new Date(0)],
])('%s has no text', (_, value) => {
  expect(() => new RecordWriter().text({ value })).toThrow(NotStorable)
})
