import { expect, test } from 'vitest'
import { memoryFiles } from '../../src/storage/memory-files.ts'
import { readText } from '../../src/storage/read-text.ts'

const files = memoryFiles({})
const read = (path: string, bytes: readonly number[]): string | undefined => {
  files.write(path, Uint8Array.from(bytes))
  return readText(files, path)
}

test('text of any letters is read, also of the one that stands for bad bytes', () => {
  expect(read('a.yml', [...new TextEncoder().encode('é \uFFFD 漢')])).toBe('é \uFFFD 漢')
  expect(readText(files, 'missing.yml')).toBeUndefined()
})

test('a byte that belongs to no letter is named with its line', () => {
  expect(() => read('a.sql', [0x61, 0x0a, 0xc3, 0xa9, 0xff, 0x62])).toThrow(
    'The file "a.sql" is not UTF-8: byte 0xff in line 2 belongs to no letter',
  )
  expect(() => read('b.sql', [0x61, 0xe9, 0x20])).toThrow('byte 0xe9 in line 1')
  expect(() => read('c.sql', [0x61, 0xc3])).toThrow('byte 0xc3 in line 1')
})
