import { expect, test } from 'vitest'
import { NotStorable, RecordReader, RecordWriter } from '../../src/parse-cache/record-text.ts'
import { PyDict, PyFloat, PySet, PyTuple, Undefined } from '../../src/template/value.ts'

function again(value: unknown): unknown {
  const writer = new RecordWriter()
  const text = writer.text(value)
  return new RecordReader(writer, path => `text of ${path}`).value(text)
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
  const writer = new RecordWriter()
  const record = (number: number): object => ({ unrenderedConfig: config, number })
  const texts = [1, 2].map(number => writer.record(record(number), ['unrenderedConfig', 'number']))
  const reader = new RecordReader(writer, () => undefined)
  const [one, other] = texts.map(text => reader.value(text) as { unrenderedConfig: PyDict })
  expect(one?.unrenderedConfig).toBe(other?.unrenderedConfig)
  expect([one, other]).toEqual([1, 2].map(record))
})

test('records that are like one another come back with all their fields', () => {
  const record = (more: object): object => ({
    ...{ a: 1, b: null, c: [], d: new PyDict(), e: new Map(), f: { deep: [new PyFloat(1)] } },
    ...more,
  })
  const records = [
    record({}),
    record({}),
    record({ a: null, b: 2, c: ['x'], d: PyDict.of({ k: 1 }), e: new Map([['m', 1]]), f: null }),
    record({ g: 1 }),
    record({ a: undefined }),
  ]
  expect(again(records)).toEqual(records)
  const [, one, other] = again([record({}), record({}), record({})]) as { c: number[]; d: PyDict }[]
  one?.c.push(1)
  one?.d.set('x', 1)
  expect(other).toEqual(record({}))
})

test('a file that holds nothing but the code of its record comes back whole', () => {
  const writer = new RecordWriter()
  const record = { rawCode: 'select 1', file: { path: 'models/a.yml', text: 'select 1' } }
  const text = writer.record(record, Object.keys(record))
  expect(new RecordReader(writer, () => undefined).value(text)).toEqual(record)
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
