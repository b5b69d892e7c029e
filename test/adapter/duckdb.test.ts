import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import type { Connection } from '../../src/adapter/adapter.ts'
import { type DatabaseEnvironment, duckdbDatabase } from '../../src/adapter/duckdb.ts'
import { type DuckdbSettings, defaultDuckdbSettings } from '../../src/adapter/settings.ts'
import { DiagnosticError } from '../../src/base/diagnostic.ts'
import { lineColumn } from '../../src/base/source-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'eider-adapter-'))
afterAll(() => rmSync(folder, { recursive: true }))

async function withConnection<T>(
  work: (connection: Connection) => Promise<T>,
  settings: Partial<DuckdbSettings> = {},
  environment: DatabaseEnvironment = {},
): Promise<T> {
  const database = duckdbDatabase({ ...defaultDuckdbSettings, ...settings }, environment)
  try {
    return await work(await database.connect())
  } finally {
    await database.close()
  }
}

async function failure(work: Promise<unknown>): Promise<DiagnosticError['diagnostic']> {
  try {
    await work
  } catch (error) {
    if (error instanceof DiagnosticError) return error.diagnostic
    throw error
  }
  throw new Error('nothing failed')
}

describe('values', () => {
  test('what JavaScript cannot hold exactly comes as a record', async () => {
    const sql = `select 1::tinyint, 2::bigint, 9007199254740993::bigint, 3.0::double, -1.50::decimal(10,2), 'x', true, null,
      date '2024-01-02', date 'infinity', timestamp '1969-12-31 23:59:59.5', timestamptz '2024-01-02 00:00:00+02',
      timestamp_ns '2024-01-02 03:04:05.123456789', time '00:00:01', interval 1 day, 'a'::blob`
    const [row] = await withConnection(connection => connection.rows(sql))
    expect(row).toEqual([
      1,
      2,
      9007199254740993n,
      { kind: 'float', value: 3 },
      { kind: 'decimal', text: '-1.50' },
      'x',
      true,
      null,
      { kind: 'date', days: 19724 },
      { kind: 'date', days: Number.POSITIVE_INFINITY },
      { kind: 'timestamp', micros: -500000n, utc: false },
      { kind: 'timestamp', micros: 1704146400000000n, utc: true },
      { kind: 'timestamp', micros: 1704164645123456n, utc: false },
      { kind: 'time', micros: 1000000 },
      { kind: 'interval', months: 0, days: 1, micros: 0n },
      { kind: 'blob', bytes: new Uint8Array([97]) },
    ])
  })
  test('nested values keep the order and types of their parts', async () => {
    const sql = `select [1.5::double, null], {'b': 1, '2': date '1970-01-02'}, map {'k': 2::hugeint}, union_value(n := 7), [[1]]::int[1][1]`
    const [row] = await withConnection(connection => connection.rows(sql))
    expect(row).toEqual([
      { kind: 'list', items: [{ kind: 'float', value: 1.5 }, null] },
      {
        kind: 'struct',
        fields: [
          ['b', 1],
          ['2', { kind: 'date', days: 1 }],
        ],
      },
      { kind: 'map', entries: [['k', 2]] },
      7,
      { kind: 'list', items: [{ kind: 'list', items: [1] }] },
    ])
  })
  test('columns have names and types, and rows span many chunks', async () => {
    const result = await withConnection(connection =>
      connection.execute(`select range as i, '{}'::json as j from range(5000)`),
    )
    expect(result.columns).toEqual([
      { name: 'i', type: 'BIGINT' },
      { name: 'j', type: 'JSON' },
    ])
    expect(result.rowCount).toBe(5000)
    expect(result.rows[4999]).toEqual([4999, '{}'])
  })
})

describe('statements', () => {
  test('a text of several statements gives the result of the last', async () => {
    await withConnection(async connection => {
      const result = await connection.execute(
        "create table t (x text);\ninsert into t values ('a;b'), ('c');\nselect count(*) from t;",
      )
      expect(result.rows).toEqual([[2]])
      expect((await connection.execute('insert into t select * from range(3)')).rowCount).toBe(3)
      expect(await connection.execute(' -- nothing\n;;')).toEqual({ columns: [], rows: [], rowCount: 0 })
    })
  })
  test('a syntax error in the last statement keeps the first from running', async () => {
    await withConnection(async connection => {
      const diagnostic = await failure(connection.execute('create table t (x int);\nselec 1'))
      expect(diagnostic.code).toBe('adapter/sql-syntax')
      expect(lineColumn(diagnostic.expanded!.file, diagnostic.expanded!.start)).toEqual({ line: 2, column: 1 })
      expect(await connection.rows("select count(*) from duckdb_tables() where table_name = 't'")).toEqual([[0]])
    })
  })
  test.each([
    ['select a,\n  bogus from (select 1 as a)', 'adapter/sql-binding', { line: 2, column: 3 }],
    ['select * from nope', 'adapter/sql-catalog', { line: 1, column: 15 }],
    ["select 'a'::int", 'adapter/sql-conversion', { line: 1, column: 11 }],
    [
      `select '${'é'.repeat(150)}', bogus, '${'y'.repeat(150)}' from (select 1 as a)`,
      'adapter/sql-binding',
      { line: 1, column: 162 },
    ],
    ['select 1;\n select\n nope() from x', 'adapter/sql-catalog', { line: 3, column: 14 }],
  ])('the error in %j points at its place', async (sql, code, place) => {
    const diagnostic = await failure(withConnection(connection => connection.execute(sql, { path: 'models/a.sql' })))
    expect(diagnostic.code).toBe(code)
    expect(diagnostic.expanded?.file).toEqual({ path: 'models/a.sql', text: sql })
    expect(lineColumn(diagnostic.expanded!.file, diagnostic.expanded!.start)).toEqual(place)
  })
  test('an abort ends the running statement', async () => {
    await withConnection(async connection => {
      const controller = new AbortController()
      const running = connection.execute('select count(*) from range(100000000000)', { signal: controller.signal })
      controller.abort()
      const code = (await failure(running)).code
      expect(code).toBe('adapter/interrupted')
      expect(await connection.rows('select 1')).toEqual([[1]])
      expect((await failure(connection.execute('select 1', { signal: controller.signal }))).code).toBe(
        'adapter/interrupted',
      )
    })
  })
})

describe('transactions', () => {
  test('BEGIN is sent with the first statement and a rollback takes it back', async () => {
    await withConnection(async connection => {
      connection.begin()
      expect(connection.inTransaction).toBe(true)
      await connection.execute('create table t (x int)')
      await connection.rollback()
      expect(connection.inTransaction).toBe(false)
      expect(await connection.rows('select count(*) from duckdb_tables()')).toEqual([[0]])
      connection.begin()
      await connection.commit()
      connection.begin()
      await connection.execute('create table t (x int)')
      await connection.commit()
      expect(await connection.rows('select count(*) from duckdb_tables()')).toEqual([[1]])
    })
  })
  test('a failed statement rolls its transaction back', async () => {
    await withConnection(async connection => {
      connection.begin()
      await connection.execute('create table t (x int)')
      await failure(connection.execute('select nope'))
      expect(connection.inTransaction).toBe(false)
      expect(await connection.rows('select count(*) from duckdb_tables()')).toEqual([[0]])
    })
  })
  test('a commit that the user wrote is enough', async () => {
    await withConnection(async connection => {
      connection.begin()
      await connection.execute('create table t (x int); commit')
      await connection.commit()
    })
  })
  test('disabled transactions begin nothing', async () => {
    await withConnection(
      async connection => {
        connection.begin()
        expect(connection.inTransaction).toBe(false)
      },
      { disableTransactions: true },
    )
  })
})

describe('opening', () => {
  test('settings hold on every connection, attached databases are there, secrets are made', async () => {
    const settings: Partial<DuckdbSettings> = {
      settings: { TimeZone: 'Asia/Tokyo', preserve_insertion_order: false },
      attach: [{ path: join(folder, 'other.duckdb'), alias: 'other' }],
      secrets: [{ type: 's3', fields: { key_id: 'k', secret: 'hush-hush' }, scope: ['s3://a', 's3://b'] }],
      extensions: [{ name: 'json' }],
    }
    const httpfs = await failure(withConnection(connection => connection.rows('select 1'), settings))
    expect(httpfs.message).not.toContain('hush-hush')
    const database = duckdbDatabase({ ...defaultDuckdbSettings, ...settings, secrets: [] })
    await database.connect()
    const connection = await database.connect()
    expect(
      await connection.rows("select current_setting('timezone'), current_setting('enable_external_file_cache')"),
    ).toEqual([['Asia/Tokyo', false]])
    expect(await connection.rows("select count(*) from duckdb_databases() where database_name = 'other'")).toEqual([
      [1],
    ])
    await database.close()
  })
  test('a database of another kind is told which extension it needs', async () => {
    const attach = [{ path: 'x.db', type: 'sqlite', alias: 'x' }]
    const diagnostic = await failure(withConnection(async () => {}, { attach }))
    expect(diagnostic.code).toBe('adapter/extension-missing')
    expect(diagnostic.message).toMatch(
      /"x.db" needs the DuckDB extension "sqlite_scanner", .* the file ".*sqlite_scanner.duckdb_extension" does not exist/,
    )
    expect(diagnostic.hint).toContain('INSTALL sqlite_scanner')
  })

  test('a missing extension is named with the file that is wanted', async () => {
    const diagnostic = await failure(withConnection(async () => {}, { extensions: [{ name: 'nope' }] }))
    expect(diagnostic.code).toBe('adapter/extension-missing')
    expect(diagnostic.message).toMatch(/"nope" is not installed: the file ".*nope.duckdb_extension" does not exist/)
  })
  test.each([
    ['damaged.duckdb', 'adapter/database-invalid'],
    ['no/such/folder.duckdb', 'adapter/database-missing'],
    ['.', 'adapter/database-missing'],
  ])('%s gives %s', async (name, code) => {
    writeFileSync(join(folder, 'damaged.duckdb'), 'not a database '.repeat(2000))
    const diagnostic = await failure(withConnection(async () => {}, { path: join(folder, name) }))
    expect(diagnostic.code).toBe(code)
    expect(diagnostic.message).toContain(join(folder, name))
  })
  test('an unknown option is named', async () => {
    const diagnostic = await failure(withConnection(async () => {}, { configOptions: { nope: 1 } }))
    expect(diagnostic.message).toBe('DuckDB does not know the configuration option "nope"')
  })
  test('a held file names its holder, and can be opened read-only when the holder only reads', async () => {
    const path = join(folder, 'held.duckdb')
    await withConnection(connection => connection.execute('create table t as select 42 as x'), { path })
    const script = `require('@duckdb/node-api').DuckDBInstance.create(${JSON.stringify(path)}, { access_mode: process.argv[1] })
      .then(db => { global.db = db; console.log('held'); setInterval(() => {}, 1000) })`
    for (const mode of ['READ_WRITE', 'READ_ONLY']) {
      const holder = spawn(process.execPath, ['-e', script, mode], { stdio: ['ignore', 'pipe', 'inherit'] })
      try {
        await new Promise(resolve => holder.stdout.once('data', resolve))
        const diagnostic = await failure(withConnection(async () => {}, { path }))
        expect(diagnostic.code).toBe('adapter/database-locked')
        expect(diagnostic.message).toContain(`"${path}" is held by process ${holder.pid} (`)
        const reading = withConnection(
          connection => connection.rows('select x from t'),
          { path },
          { readOnlyIfLocked: true },
        )
        if (mode === 'READ_ONLY') expect(await reading).toEqual([[42]])
        else expect((await failure(reading)).code).toBe('adapter/database-locked')
      } finally {
        const gone = new Promise(resolve => holder.once('exit', resolve))
        holder.kill('SIGKILL')
        await gone
      }
    }
  })
  test('the file is let go with the last connection when keep_open is off, and opened again later', async () => {
    const path = join(folder, 'shared.duckdb')
    const database = duckdbDatabase({ ...defaultDuckdbSettings, path, keepOpen: false })
    const first = await database.connect()
    await first.execute('create table t as select 1 as x')
    await first.close()
    expect(await withConnection(connection => connection.rows('from t'), { path })).toEqual([[1]])
    expect(await (await database.connect()).rows('from t')).toEqual([[1]])
    await database.close()
  })
})

describe('retries', () => {
  test('a retryable failure is tried again after growing waits', async () => {
    const waits: number[] = []
    const retries = { connectAttempts: 1, queryAttempts: 3, retryableExceptions: ['IOException'] }
    const wait = async (milliseconds: number): Promise<void> => {
      waits.push(milliseconds)
    }
    const code = await withConnection(
      async connection => {
        await failure(connection.execute('select nope'))
        return (await failure(connection.execute("from read_csv('/no/such/file.csv')"))).code
      },
      { retries },
      { wait },
    )
    expect(code).toBe('adapter/sql-io')
    expect(waits).toEqual([1000, 2000])
  })
})

describe('time while the database works', () => {
  test('is offered to others while it is opened, and once a statement is on its way', async () => {
    const told: string[] = []
    const whileWaiting = (): boolean => {
      told.push('free')
      return false
    }
    await withConnection(
      async connection => {
        expect(told).toEqual(['free'])
        const answer = connection.rows('select 42').then(rows => told.push(String(rows[0]?.[0])))
        expect(told).toEqual(['free', 'free'])
        await answer
      },
      {},
      { whileWaiting },
    )
    expect(told).toEqual(['free', 'free', '42'])
  })

  test('is offered again and again while a statement takes long, as long as there is something to do', async () => {
    let left = 5
    const offers: number[] = []
    const whileWaiting = (): boolean => {
      offers.push(left)
      return left-- > 1
    }
    await withConnection(
      async connection => {
        left = 5
        offers.length = 0
        await connection.rows('select sum(range) from range(500000000)')
      },
      {},
      { whileWaiting },
    )
    expect(offers).toEqual([5, 4, 3, 2, 1])
  })

  test('is not offered any more once the answer is there', async () => {
    let offers = 0
    const whileWaiting = (): boolean => ++offers > 0
    await withConnection(connection => connection.rows('select sum(range) from range(500000000)'), {}, { whileWaiting })
    expect(offers).toBeGreaterThan(2)
    const afterwards = offers
    await withConnection(connection => connection.rows('select 1'))
    expect(offers).toBe(afterwards)
  })

  test('a closed database has everything in its file, whatever was changed, and no log beside it', async () => {
    const path = join(folder, 'closed.duckdb')
    await withConnection(connection => connection.execute('create table t as select range as r from range(100000)'), {
      path,
    })
    expect(readdirSync(folder).filter(name => name.startsWith('closed'))).toEqual(['closed.duckdb'])
    const rows = await withConnection(connection => connection.rows('select count(*) from t'), { path })
    expect(rows).toEqual([[100000]])
  })
})
