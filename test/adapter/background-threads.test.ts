import { describe, expect, test, vi } from 'vitest'
import { BackgroundThreads } from '../../src/adapter/background-threads.ts'
import { duckdbDatabase } from '../../src/adapter/duckdb.ts'
import { type DuckdbSettings, defaultDuckdbSettings } from '../../src/adapter/settings.ts'

const ended = "SET external_threads = current_setting('threads')"
const started = 'SET external_threads = 1'

interface Rig {
  readonly threads: BackgroundThreads
  /** What was sent to start and end threads. */
  sent(): Promise<readonly string[]>
  /** The statements under way have taken long. */
  time(): void
  /** Statements, one after the other, of so many milliseconds. */
  statements(count: number, tookMs: number): Promise<void>
}

function rig(settingNames: readonly string[] = [], cores = 8): Rig {
  const sent: string[] = []
  const waiting = new Set<() => void>()
  let clock = 0
  const threads = new BackgroundThreads({
    send: async sql => sent.push(sql),
    cores,
    now: () => clock,
    whenLong(callback) {
      waiting.add(callback)
      return () => waiting.delete(callback)
    },
  })
  threads.manage(settingNames)
  return {
    threads,
    async sent() {
      await threads.settled()
      return sent
    },
    time() {
      const long = [...waiting]
      waiting.clear()
      for (const callback of long) callback()
    },
    async statements(count, tookMs) {
      for (let index = 0; index < count; index++) {
        await threads.during(async () => {
          clock += tookMs
        })
      }
    },
  }
}

/** A statement that ends when it is told to. */
function statement(threads: BackgroundThreads): { readonly end: () => Promise<void> } {
  let end: () => void = () => {}
  const done = threads.during(
    () =>
      new Promise<void>(resolve => {
        end = resolve
      }),
  )
  return {
    end() {
      end()
      return done
    },
  }
}

describe('background threads of DuckDB', () => {
  test('small statements run without', async () => {
    const { statements, sent } = rig()
    await statements(40, 3)
    expect(await sent()).toEqual([ended])
  })

  test('a statement that takes long gets them while it runs', async () => {
    const { threads, time, sent } = rig()
    const large = statement(threads)
    time()
    expect(await sent()).toEqual([ended, started])
    await large.end()
  })

  test('as many statements as there are cores get none until one of them has ended', async () => {
    const { threads, time, sent } = rig([], 2)
    const [first, second] = [statement(threads), statement(threads)]
    time()
    expect(await sent()).toEqual([ended])
    await second.end()
    time()
    expect(await sent()).toEqual([ended, started])
    await first.end()
  })

  test('they end after sixteen small statements in a row, not while a large one runs', async () => {
    const { threads, time, statements, sent } = rig()
    const large = statement(threads)
    time()
    await statements(20, 3)
    expect(await sent()).toEqual([ended, started])
    await large.end()
    await statements(1, 3)
    expect(await sent()).toEqual([ended, started, ended])
  })

  test('statements of ten milliseconds keep them', async () => {
    const { threads, time, statements, sent } = rig()
    const large = statement(threads)
    time()
    await large.end()
    for (let round = 0; round < 4; round++) {
      await statements(15, 3)
      await statements(1, 12)
    }
    expect(await sent()).toEqual([ended, started])
  })

  test('are left alone where the profile says how many threads there are', async () => {
    for (const name of ['threads', 'worker_threads', 'external_threads', 'lock_configuration']) {
      const { threads, time, sent } = rig([name])
      const large = statement(threads)
      time()
      await large.end()
      expect(await sent(), name).toEqual([])
    }
  })

  test('are left alone from the first statement on that sets threads', async () => {
    const { threads, time, statements, sent } = rig()
    expect(threads.wantsThemLeft('select 1')).toBe(false)
    expect(threads.wantsThemLeft('SET threads = 1')).toBe(true)
    await threads.leave()
    expect(threads.wantsThemLeft('SET threads = 2')).toBe(false)
    expect(await sent()).toEqual([ended, started])
    const large = statement(threads)
    time()
    await large.end()
    await statements(20, 3)
    expect(await sent()).toEqual([ended, started])
  })

  test('two statements that set threads at a time both wait until they are left', async () => {
    const { threads } = rig()
    const left = [threads.leave()]
    expect(threads.wantsThemLeft('SET threads = 1')).toBe(true)
    left.push(threads.leave())
    await Promise.all(left)
    expect(threads.wantsThemLeft('SET threads = 1')).toBe(false)
  })

  test('what cannot be set changes nothing', async () => {
    const threads = new BackgroundThreads({ send: () => Promise.reject(new Error('locked')) })
    threads.manage([])
    expect(await threads.during(async () => 1)).toBe(1)
    await threads.settled()
  })
})

describe('in DuckDB', () => {
  async function settingsAfter(
    statements: readonly string[],
    settings: Partial<DuckdbSettings> = {},
  ): Promise<{ readonly external: number; readonly total: number }> {
    const database = duckdbDatabase({ ...defaultDuckdbSettings, ...settings })
    try {
      const connection = await database.connect()
      for (const sql of statements) await connection.execute(sql)
      const rows = await connection.rows(
        "select value from duckdb_settings() where name in ('external_thr' || 'eads', 'thr' || 'eads') order by name",
      )
      const [external, total] = rows.map(([value]) => Number(value))
      return { external: external ?? 0, total: total ?? 0 }
    } finally {
      await database.close()
    }
  }

  test('all threads of a fresh database are those that send', async () => {
    const settings = await vi.waitFor(async () => {
      const { external, total } = await settingsAfter(['select 1', 'select 2'])
      if (external !== total) throw new Error(`${external} of ${total}`)
      return { external, total }
    })
    expect(settings.external).toBe(settings.total)
  })

  test('a profile, or a statement, sets as few threads as it likes', async () => {
    expect(await settingsAfter(['SET threads = 1'])).toEqual({ external: 1, total: 1 })
    expect(await settingsAfter([], { settings: { threads: 1 } })).toEqual({ external: 1, total: 1 })
    expect(await settingsAfter([], { configOptions: { threads: 3 } })).toEqual({ external: 1, total: 3 })
  })
})
