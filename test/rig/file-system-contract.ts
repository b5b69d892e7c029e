/** What every `FileSystem` keeps to, run against each implementation. */
import { describe, expect, test } from 'vitest'
import type { FileSystem } from '../../src/storage/file-system.ts'

export function fileSystemContract(name: string, create: () => FileSystem): void {
  describe(`${name} as a file system`, () => {
    test('what was written is read back as text and as bytes', () => {
      const files = create()
      files.write('a/b/c.sql', 'select ‘ü’')
      expect(files.read('a/b/c.sql')).toBe('select ‘ü’')
      files.write('a/raw', new Uint8Array([0, 255, 1]))
      expect([...(files.readBytes('a/raw') ?? [])]).toEqual([0, 255, 1])
    })

    test('a file that is written bit by bit is there once it is done, and never when it was abandoned', () => {
      const files = create()
      files.write('new/a', 'before')
      const first = files.create('new/a')
      first.write('one ')
      first.write(new TextEncoder().encode('zwei '))
      expect(files.read('new/a')).toBe('before')
      first.write('drei ü'.repeat(200_000))
      first.done()
      first.abandon()
      expect(files.read('new/a')).toBe(`one zwei ${'drei ü'.repeat(200_000)}`)
      const second = files.create('new/a')
      second.write('half')
      second.abandon()
      expect(files.read('new/a')?.slice(0, 8)).toBe('one zwei')
      expect(files.list('new')).toEqual(['a'])
    })

    test('a byte order mark is not part of the text, but it is part of SQL', () => {
      const files = create()
      files.write('a.yml', '\ufeffa: 1')
      expect(files.read('a.yml')).toBe('a: 1')
      files.write('a.sql', '\ufeffselect 1')
      expect(files.read('a.sql')).toBe('\ufeffselect 1')
    })

    test('what is missing is undefined, and so is a folder read as a file or a file used as a folder', () => {
      const files = create()
      files.write('folder/file', 'x')
      expect(files.read('nothing')).toBeUndefined()
      expect(files.readBytes('nothing')).toBeUndefined()
      expect(files.stat('nothing')).toBeUndefined()
      expect(files.exists('nothing')).toBe(false)
      expect(files.read('folder')).toBeUndefined()
      expect(files.read('folder/file/inner')).toBeUndefined()
      expect(files.list('nothing')).toEqual([])
      expect(files.list('folder/file')).toEqual([])
    })

    test('absolute and relative paths name the same file', () => {
      const files = create()
      files.write('x/y.sql', '1')
      expect(files.read(`${files.root}/x/y.sql`)).toBe('1')
      expect(files.read('./x/../x/y.sql')).toBe('1')
      expect(files.realPath('x/y.sql')).toBe(`${files.realPath('.')}/x/y.sql`)
      expect(files.realPath('x/none')).toBe(`${files.root}/x/none`)
    })

    test('stat tells files from folders and gives size and time', () => {
      const files = create()
      files.write('x/y', 'abc')
      expect(files.stat('x')?.kind).toBe('folder')
      expect(files.stat('x/y')).toMatchObject({ kind: 'file', sizeBytes: 3 })
      expect(files.stat('x/y')?.modifiedMs).toBeGreaterThan(0)
    })

    test('a listing is recursive, relative, in byte order and holds hidden files but no folders', () => {
      const files = create()
      for (const path of ['l/b.sql', 'l/a/z.sql', 'l/a.sql', 'l/.hidden', 'l/Z.sql', 'l/ä.sql', 'other'])
        files.write(path, '')
      files.makeFolder('l/empty')
      expect(files.list('l')).toEqual(['.hidden', 'Z.sql', 'a.sql', 'a/z.sql', 'b.sql', 'ä.sql'])
    })

    test('a listing is narrowed by extensions and by ignored patterns', () => {
      const files = create()
      const paths = ['a.sql', 'b.yml', 'target/x.sql', 'deep/target/x.sql', 'deep/c.sql', 'deep/c.csv', 'd.xsql']
      for (const path of paths) files.write(path, '')
      expect(files.list('.', { extensions: ['sql', '.yml'], ignore: ['target', 'deep/*.csv'] })).toEqual([
        'a.sql',
        'b.yml',
        'deep/c.sql',
        'deep/target/x.sql',
      ])
      expect(files.list('.', { extensions: ['.sql'], ignore: ['**/target/**'] })).toEqual(['a.sql', 'deep/c.sql'])
    })

    test('names with glob characters in the listed folder are taken literally', () => {
      const files = create()
      files.write('we[i]rd*/a.sql', '')
      files.write('weird/b.sql', '')
      expect(files.list('we[i]rd*')).toEqual(['a.sql'])
    })

    test('writing again replaces the content and leaves nothing else behind', () => {
      const files = create()
      files.write('a', 'one')
      files.write('a', 'two')
      expect(files.read('a')).toBe('two')
      expect(files.list('.')).toEqual(['a'])
    })

    test('an open file gives parts of its content, and stays what it was when it is replaced', () => {
      const files = create()
      files.write('a', 'one two')
      const file = files.open('a')
      files.write('a', 'other')
      expect(file?.sizeBytes).toBe(7)
      expect(Buffer.from(file?.read(4, 2) ?? []).toString()).toBe('tw')
      expect(Buffer.from(file?.read(4, 100) ?? []).toString()).toBe('two')
      expect(file?.read(7, 1)).toHaveLength(0)
      file?.close()
      expect(files.open('nothing')).toBeUndefined()
      expect(files.open('.')).toBeUndefined()
    })

    test('stat tells a file from another one that took its place', () => {
      const files = create()
      files.write('a', 'one')
      const before = files.stat('a')
      expect(files.stat('a')).toEqual(before)
      files.write('b', 'two')
      files.rename('b', 'a')
      expect(files.stat('a')?.inode).not.toBe(before?.inode)
    })

    test('a content may be given in parts, large and small, text and bytes', () => {
      const files = create()
      const parts = ['ü'.repeat(5), 'x'.repeat(3_000_000), new Uint8Array([10, 11]), '', '‘'.repeat(400_000), 'end']
      files.write('parts', parts)
      const whole = Buffer.concat(parts.map(part => Buffer.from(part)))
      expect(Buffer.from(files.readBytes('parts') ?? []).equals(whole)).toBe(true)
    })

    test('a content whose parts fail leaves the old one', () => {
      const files = create()
      files.write('a', 'one')
      const failing = function* (): Generator<string> {
        yield 'two'
        throw new Error('no more')
      }
      expect(() => files.write('a', failing())).toThrow('no more')
      expect(files.read('a')).toBe('one')
      expect(files.list('.')).toEqual(['a'])
    })

    test('remove takes files and whole folders, and a missing one is no error', () => {
      const files = create()
      files.write('x/y/z', '')
      files.write('xy', '')
      files.remove('x')
      files.remove('x')
      expect(files.exists('x')).toBe(false)
      expect(files.list('.')).toEqual(['xy'])
      files.remove('xy')
      expect(files.list('.')).toEqual([])
    })

    test('rename moves files and folders, replaces a file and makes the folders above', () => {
      const files = create()
      files.write('a', 'one')
      files.write('b', 'two')
      files.rename('a', 'b')
      expect(files.read('b')).toBe('one')
      files.write('f/g/h', 'three')
      files.rename('f', 'deep/er')
      expect(files.read('deep/er/g/h')).toBe('three')
      expect(files.exists('f')).toBe(false)
      expect(() => files.rename('missing', 'c')).toThrow()
    })

    test('makeFolder makes the folders above and may be repeated', () => {
      const files = create()
      files.makeFolder('p/q')
      files.makeFolder('p/q')
      expect(files.stat('p/q')?.kind).toBe('folder')
    })
  })
}
