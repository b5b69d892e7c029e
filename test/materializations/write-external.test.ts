import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Connection, Database } from '../../src/adapter/adapter.ts'
import { duckdbDatabase } from '../../src/adapter/duckdb.ts'
import { defaultDuckdbSettings } from '../../src/adapter/settings.ts'
import { externalTarget } from '../../src/compile/external-target.ts'
import { type ExternalWrite, writeExternal } from '../../src/materializations/write-external.ts'
import type { FileSystem } from '../../src/storage/file-system.ts'
import { localFiles } from '../../src/storage/local-files.ts'

let folder: string
let files: FileSystem
let database: Database
let connection: Connection

beforeAll(async () => {
  database = duckdbDatabase(defaultDuckdbSettings)
  connection = await database.connect()
})
afterAll(() => database.close())
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'eider-external-'))
  files = localFiles(folder)
  return () => rmSync(folder, { recursive: true })
})

interface Wish {
  readonly location?: string
  readonly options?: Record<string, string>
  readonly replace?: ExternalWrite['replace']
  readonly files?: FileSystem
}

function write(query: string, wish: Wish = {}) {
  const target = externalTarget(wish.location ?? 'm.parquet', new Map(Object.entries(wish.options ?? {})), null)
  const replace = wish.replace ?? 'everything'
  return writeExternal({
    send: sql => connection.execute(sql),
    files: wish.files ?? files,
    target,
    query,
    replace,
    runId: 'run',
  })
}

const byDay = { location: 'm', options: { partition_by: 'day' } }
const daysQuery = (...days: number[]): string => `select unnest([${days.join()}]) as day, 'v' as v`

function listed(): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter(one => one.isFile())
    .map(one => join(one.parentPath, one.name).slice(folder.length + 1))
    .sort()
}

async function read(pattern: string, reader = 'read_parquet'): Promise<unknown> {
  return connection.rows(`select * from ${reader}('${folder}/${pattern}') order by all`)
}

describe('a single external file', () => {
  test('holds the rows of the query and replaces the one before', async () => {
    await write('select 1 as a')
    expect((await write('select 2 as a union all select 3')).rowCount).toBe(2)
    expect(await read('m.parquet')).toEqual([[2], [3]])
    expect(listed()).toEqual(['m.parquet'])
  })

  test('is valid and has the columns when there are no rows', async () => {
    const written = await write('select 1 as a, current_date as d where false')
    expect(written).toMatchObject({
      rowCount: 0,
      columns: [
        { name: 'a', type: 'INTEGER' },
        { name: 'd', type: 'DATE' },
      ],
    })
    expect(await read('m.parquet')).toEqual([])
  })

  test('stays as it was when the query fails', async () => {
    await write('select 1 as a')
    await expect(write("select cast('x' as int) as a")).rejects.toThrow('Could not convert')
    expect(await read('m.parquet')).toEqual([[1]])
    expect(listed()).toEqual(['m.parquet'])
  })

  test.each([
    ['m.csv', { format: 'csv', header: '1', delimiter: '|' }, 'a|b\n1|x\n'],
    ['m.json', { format: 'json' }, '{"a":1,"b":"x"}\n'],
  ])('can be %s with its options', async (location, options, text) => {
    await write("select 1 as a, 'x' as b", { location, options })
    expect(readFileSync(join(folder, location), 'utf8')).toBe(text)
  })

  test('makes the folder it is in', async () => {
    await write('select 1 as a', { location: 'deep/er/m.parquet' })
    expect(listed()).toEqual(['deep/er/m.parquet'])
  })

  test('takes the place of a folder that the model wrote before', async () => {
    await write(daysQuery(1), { ...byDay, location: 'm.parquet' })
    await write('select 1 as a')
    expect(listed()).toEqual(['m.parquet'])
  })
})

describe('a partitioned external folder', () => {
  test('has one file of a stable name for each partition', async () => {
    await write(`select range % 150 as day, range as i from range(300000)`, byDay)
    expect(listed()).toHaveLength(150)
    expect(new Set(listed().map(path => path.split('/')[2]))).toEqual(new Set(['data_0.parquet']))
    expect(await connection.rows(`select count(*), sum(i) from read_parquet('${folder}/m/*/*.parquet')`)).toEqual([
      [300000, 44999850000],
    ])
  })

  test('puts together the files of a partition when there are more partitions than open files', async () => {
    await write(`select range % 1010 as day, range as i from range(2020)`, byDay)
    expect(listed()).toHaveLength(1010)
    expect(await connection.rows(`select count(*), sum(i) from read_parquet('${folder}/m/*/*.parquet')`)).toEqual([
      [2020, 2039190],
    ])
  })

  test('loses the partitions that are no longer there', async () => {
    await write(daysQuery(1, 2), byDay)
    await write(daysQuery(2, 3), byDay)
    expect(listed()).toEqual(['m/day=2/data_0.parquet', 'm/day=3/data_0.parquet'])
  })

  test('keeps every file of the other partitions when only new ones are replaced', async () => {
    await write(daysQuery(1, 2), byDay)
    const inode = (): number => statSync(join(folder, 'm/day=1/data_0.parquet')).ino
    const before = inode()
    await write("select 2 as day, 'new' as v", { ...byDay, replace: 'partitions' })
    expect(inode()).toBe(before)
    expect(await read('m/*/*.parquet')).toEqual([
      ['new', 2],
      ['v', 1],
    ])
  })

  test('keeps files that are not its own', async () => {
    await write(daysQuery(1), byDay)
    files.write('m/day=1/notes.txt', 'mine')
    files.write('m/other/data_0.parquet', 'mine')
    await write(daysQuery(2), byDay)
    expect(listed()).toEqual(['m/day=1/notes.txt', 'm/day=2/data_0.parquet', 'm/other/data_0.parquet'])
  })

  test('holds an empty file with the columns when there are no rows', async () => {
    await write(daysQuery(1), byDay)
    await write(`select * from (${daysQuery(1)}) where false`, byDay)
    expect(listed()).toEqual(['m/day=__HIVE_DEFAULT_PARTITION__/data_0.parquet'])
    expect(await read('m/*/*.parquet')).toEqual([])
  })

  test('can be of CSV files and of names with blanks and slashes', async () => {
    const options = { format: 'csv', header: '1', partition_by: '(k, "l m")' }
    await write(`select 1 as a, 'x/y' as k, 'p q' as "l m"`, { location: 'm', options })
    expect(listed()).toEqual(['m/k=x%2Fy/l%20m=p%20q/data_0.csv'])
  })

  test('is left as it was when the query fails', async () => {
    await write(daysQuery(1), byDay)
    await expect(write("select cast('x' as int) as day, 1 as v", byDay)).rejects.toThrow('Could not convert')
    expect(listed()).toEqual(['m/day=1/data_0.parquet'])
  })
})

/** A file system that dies at its n-th change and does nothing afterwards. */
function dyingFiles(count: number): FileSystem {
  let left = count
  const alive = <A extends unknown[], R>(act: (...args: A) => R) => {
    return (...args: A): R => {
      if (left-- <= 0) throw new Error('killed')
      return act(...args)
    }
  }
  return {
    ...files,
    read: path => files.read(path),
    rename: alive((from: string, to: string) => files.rename(from, to)),
    remove: alive((path: string) => files.remove(path)),
    makeFolder: alive((path: string) => files.makeFolder(path)),
    write: alive((path: string, content: string | Uint8Array) => files.write(path, content)),
  }
}

describe('a run that dies', () => {
  test('leaves for every partition the old file or the new one, wherever it dies', async () => {
    for (let count = 0; count < 20; count++) {
      await write("select unnest([1, 2, 3, 4]) as day, 'old' as v", byDay)
      const query = "select unnest([2, 3, 4, 5]) as day, 'new' as v"
      await write(query, { ...byDay, files: dyingFiles(count) }).catch(() => undefined)
      const rows = (await read('m/*/*.parquet')) as [string, number][]
      const days = rows.map(([, day]) => day)
      expect(new Set(days).size).toBe(days.length)
      expect(days).toEqual(expect.arrayContaining([2, 3, 4]))
      await write(query, byDay)
      expect(listed()).toEqual([2, 3, 4, 5].map(day => `m/day=${day}/data_0.parquet`))
    }
  })

  test('leaves the old single file or the new one, and its scraps are cleared by the next run', async () => {
    for (let count = 0; count < 6; count++) {
      await write("select 'old' as v")
      await write("select 'new' as v", { files: dyingFiles(count) }).catch(() => undefined)
      expect([[['old']], [['new']]]).toContainEqual(await read('m.parquet'))
      await write("select 'new' as v")
      expect(listed()).toEqual(['m.parquet'])
    }
  })
})
