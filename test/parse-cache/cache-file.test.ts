import { expect, test } from 'vitest'
import { CacheFile, CacheFileWriter, DamagedCache } from '../../src/parse-cache/cache-file.ts'
import type { FileSystem } from '../../src/storage/file-system.ts'
import { memoryFiles } from '../../src/storage/memory-files.ts'

const long = 'ü€'.repeat(700_000)

function written(stamp = 'build'): FileSystem {
  const files = memoryFiles()
  const writer = new CacheFileWriter(stamp)
  files.write(
    'c',
    writer.parts([
      { name: 'first', parts: ['one ', 'twö'] },
      { name: 'long', parts: ['x', long] },
      { name: 'empty', parts: [] },
      { name: 'bytes', parts: [new Uint8Array([0, 255])] },
    ]),
  )
  return files
}

function streamed(file: CacheFile | undefined, name: string): string {
  return Buffer.concat([...(file?.stream(name) ?? [])]).toString()
}

test('sections come back as they were written', () => {
  const file = CacheFile.open(written(), 'c', 'build')
  expect(file?.load(['first', 'bytes', 'empty'])).toBe(true)
  expect(file?.text('first')).toBe('one twö')
  expect([...(file?.bytes('bytes') ?? [])]).toEqual([0, 255])
  expect(file?.text('empty')).toBe('')
  expect(streamed(file, 'long')).toBe(`x${long}`)
})

test('positions are counted in bytes from the start of a section', () => {
  const writer = new CacheFileWriter('build')
  const positions: number[] = []
  const parts = function* (): Iterable<string> {
    yield 'ü'
    positions.push(writer.position)
    yield long
    positions.push(writer.position)
  }
  for (const _ of writer.parts([
    { name: 'before', parts: ['abc'] },
    { name: 'counted', parts: parts() },
  ]));
  expect(positions).toEqual([2, 2 + Buffer.byteLength(long)])
})

test('a file of another build or none counts as missing', () => {
  expect(CacheFile.open(written('other'), 'c', 'build')).toBeUndefined()
  expect(CacheFile.open(memoryFiles(), 'c', 'build')).toBeUndefined()
})

test('a file that was cut or changed anywhere gives nothing of what was changed', () => {
  const whole = written().readBytes('c') ?? new Uint8Array()
  const openChanged = (bytes: Uint8Array): CacheFile | undefined =>
    CacheFile.open(memoryFiles({ c: bytes }), 'c', 'build')
  for (const length of [0, 1, 10, 30, whole.length - 1]) expect(openChanged(whole.slice(0, length))).toBeUndefined()
  const inFirst = whole.slice()
  inFirst[2]! ^= 1
  const file = openChanged(inFirst)
  expect(file?.load(['first'])).toBe(false)
  expect(file?.load(['bytes'])).toBe(true)
  const inLong = whole.slice()
  inLong[1_000_000]! ^= 1
  expect(() => streamed(openChanged(inLong), 'long')).toThrow(DamagedCache)
  for (const at of [whole.length - 5, whole.length - 12, whole.length - 20, whole.length - 100]) {
    const inEnd = whole.slice()
    inEnd[at]! ^= 1
    expect(openChanged(inEnd)).toBeUndefined()
  }
})

test('a file that was replaced since it was opened gives nothing more', () => {
  const files = written()
  const file = CacheFile.open(files, 'c', 'build')
  files.write('c', new CacheFileWriter('build').parts([{ name: 'first', parts: ['other'] }]))
  expect(file?.load(['first'])).toBe(false)
  expect(() => streamed(file, 'first')).toThrow(DamagedCache)
})
