import { describe, expect, test } from 'vitest'
import { schedule, type Turn } from '../../src/execution/scheduler.ts'
import type { Unit } from '../../src/execution/unit-order.ts'

/** Units that run until the test lets each one end. */
class Puppets {
  readonly started: string[] = []
  readonly workers = new Map<string, number>()
  private readonly ends = new Map<string, () => void>()

  readonly run = (id: string, turn: Turn): Promise<void> => {
    this.started.push(id)
    this.workers.set(id, turn.worker)
    return new Promise(resolve => this.ends.set(id, resolve))
  }

  async end(id: string): Promise<void> {
    this.ends.get(id)?.()
    await settled()
  }
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
}

const unit = (id: string, ...after: string[]): Unit => ({ id, after })

describe('the scheduler', () => {
  test('starts no unit before those it waits for have ended', async () => {
    const puppets = new Puppets()
    const done = schedule([unit('c', 'a', 'b'), unit('a'), unit('b')], puppets.run, { workers: 4 })
    expect(puppets.started).toEqual(['a', 'b'])
    await puppets.end('a')
    expect(puppets.started).toEqual(['a', 'b'])
    await puppets.end('b')
    expect(puppets.started).toEqual(['a', 'b', 'c'])
    await puppets.end('c')
    expect(await done).toEqual([])
  })

  test('never runs more units than it has workers, each with a worker of its own', async () => {
    const puppets = new Puppets()
    void schedule([unit('a'), unit('b'), unit('c')], puppets.run, { workers: 2 })
    expect(puppets.started).toEqual(['a', 'b'])
    expect(new Set(puppets.workers.values()).size).toBe(2)
    await puppets.end('b')
    expect(puppets.started).toEqual(['a', 'b', 'c'])
    expect(puppets.workers.get('c')).toBe(puppets.workers.get('b'))
  })

  test('starts units as they become ready, those of one moment by depth and id, whatever hangs on them', async () => {
    const order: string[] = []
    await schedule(
      [
        unit('seed.b'),
        unit('test.of_source'),
        unit('model.c', 'test.of_source'),
        unit('model.d', 'model.c'),
        unit('model.a'),
        unit('test.of_a', 'model.a'),
        unit('model.z', 'model.a'),
        unit('model.y', 'model.a', 'seed.b'),
      ],
      async id => void order.push(id),
      { workers: 1 },
    )
    expect(order).toEqual([
      'model.a',
      'seed.b',
      'test.of_source',
      'model.z',
      'test.of_a',
      'model.y',
      'model.c',
      'model.d',
    ])
  })

  test('breaks ties by its seed, the same way each time', () => {
    const orderOf = (seed: number): string => {
      const order: string[] = []
      void schedule(
        Array.from({ length: 20 }, (_, index) => unit(String(index))),
        async id => void order.push(id),
        { workers: 20, seed },
      )
      return order.join(' ')
    }
    expect(orderOf(1)).toBe(orderOf(1))
    expect(orderOf(1)).not.toBe(orderOf(2))
  })

  test('starts nothing after an abort and tells what never started', async () => {
    const puppets = new Puppets()
    const abort = new AbortController()
    const done = schedule([unit('a'), unit('b', 'a')], puppets.run, { workers: 2, signal: abort.signal })
    abort.abort()
    await puppets.end('a')
    expect(await done).toEqual(['b'])
  })

  test('lets a unit run work alone, after what runs and before what is ready', async () => {
    const order: string[] = []
    const puppets = new Puppets()
    const done = schedule(
      [unit('big'), unit('small'), unit('then')],
      async (id, turn) => {
        if (id !== 'big') return puppets.run(id, turn)
        await settled()
        await turn.alone(async () => void order.push(`alone with ${puppets.started.join()}`))
      },
      { workers: 2 },
    )
    await settled()
    expect(order).toEqual([])
    await puppets.end('small')
    expect(order).toEqual(['alone with small'])
    expect(puppets.started).toEqual(['small', 'then'])
    await puppets.end('then')
    expect(await done).toEqual([])
  })

  describe('with units that run abreast', () => {
    const inGroup = (group: string, ...ids: string[]): Unit[] => ids.map(id => ({ id, after: [], group }))

    test('runs so many of one group, and nothing else beside them', async () => {
      const puppets = new Puppets()
      const units = [...inGroup('g', 'a', 'b', 'c'), unit('d'), ...inGroup('g', 'e'), ...inGroup('h', 'f')]
      void schedule(units, puppets.run, { workers: 1, abreast: 2 })
      expect(puppets.started).toEqual(['a', 'b'])
      await puppets.end('a')
      expect(puppets.started).toEqual(['a', 'b', 'c'])
      await puppets.end('b')
      expect(puppets.started).toEqual(['a', 'b', 'c'])
      await puppets.end('c')
      expect(puppets.started).toEqual(['a', 'b', 'c', 'd'])
      await puppets.end('d')
      expect(puppets.started).toEqual(['a', 'b', 'c', 'd', 'e'])
      expect(puppets.workers.get('d')).toBe(1)
      await puppets.end('e')
      expect(puppets.started.at(-1)).toBe('f')
    })

    test('tells each when all that started before it have ended', async () => {
      const puppets = new Puppets()
      const told: string[] = []
      const done = schedule(
        inGroup('g', 'a', 'b', 'c'),
        async (id, turn) => {
          turn.whenFirst(() => told.push(`first ${id}`))
          await puppets.run(id, turn)
          await turn.comeFirst()
          told.push(`end ${id}`)
        },
        { workers: 1, abreast: 3 },
      )
      await puppets.end('c')
      await puppets.end('b')
      expect(told).toEqual(['first a'])
      await puppets.end('a')
      await done
      expect(told).toEqual(['first a', 'end a', 'first b', 'end b', 'first c', 'end c'])
    })

    test('what waits for a unit starts once it is done, in the order of one worker', async () => {
      const puppets = new Puppets()
      const dones = new Map<string, () => void>()
      const units = [...inGroup('g', 'a', 'b', 'd'), { id: 'c', after: ['b'], group: 'g' }]
      const told: string[] = []
      const all = schedule(
        units,
        async (id, turn) => {
          dones.set(id, turn.done)
          await puppets.run(id, turn)
          await turn.comeFirst()
          told.push(id)
        },
        { workers: 1, abreast: 3 },
      )
      expect(puppets.started).toEqual(['a', 'b', 'd'])
      dones.get('b')?.()
      expect(puppets.started).toEqual(['a', 'b', 'd', 'c'])
      expect(puppets.workers.get('c')).toBe(puppets.workers.get('b'))
      for (const id of ['c', 'd', 'b', 'a']) await puppets.end(id)
      await all
      expect(told).toEqual(['a', 'b', 'd', 'c'])
    })

    test('none starts past one that waits for others', async () => {
      const puppets = new Puppets()
      const units = [
        ...inGroup('g', 'a', 'b'),
        { id: 'c', after: ['a'], group: 'g' },
        { id: 'd', after: ['b'], group: 'g' },
      ]
      void schedule(units, puppets.run, { workers: 1, abreast: 3 })
      await puppets.end('b')
      expect(puppets.started).toEqual(['a', 'b'])
      await puppets.end('a')
      expect(puppets.started).toEqual(['a', 'b', 'c', 'd'])
    })

    test('a unit waits until those before it are settled or done, and counts as idle', async () => {
      const told: string[] = []
      const turns = new Map<string, Turn>()
      const puppets = new Puppets()
      void schedule(
        inGroup('g', 'a', 'b', 'c'),
        async (id, turn) => {
          turns.set(id, turn)
          if (id === 'c') await turn.settledBefore().then(() => told.push('c goes on'))
          await puppets.run(id, turn)
        },
        { workers: 1, abreast: 3 },
      )
      expect(turns.get('c')?.before()).toEqual(['a', 'b'])
      turns.get('a')?.settle()
      await settled()
      expect(told).toEqual([])
      void turns.get('a')?.alone(async () => void told.push('a alone'))
      turns.get('b')?.done()
      expect(turns.get('c')?.before()).toEqual(['a'])
      await settled()
      await settled()
      expect(told).toEqual(['a alone', 'c goes on'])
    })

    test('an error of whoever is told is let out', async () => {
      const done = schedule(
        inGroup('g', 'a', 'b'),
        async (id, turn) => {
          turn.whenFirst(() => {
            if (id === 'b') throw new Error('a bug')
          })
          await turn.comeFirst()
        },
        { workers: 1, abreast: 2 },
      )
      await expect(done).rejects.toThrow('a bug')
    })

    test('one that works alone does not wait for those that wait for it', async () => {
      const told: string[] = []
      await schedule(
        inGroup('g', 'a', 'b'),
        async (id, turn) => {
          await settled()
          await turn.comeFirst()
          await turn.alone(async () => void told.push(id))
        },
        { workers: 1, abreast: 2 },
      )
      expect(told).toEqual(['a', 'b'])
    })
  })

  test('lets out the first error, after what was running has ended', async () => {
    const puppets = new Puppets()
    const done = schedule(
      [unit('bad'), unit('good')],
      (id, turn) => (id === 'bad' ? Promise.reject(new Error('a bug')) : puppets.run(id, turn)),
      { workers: 2 },
    )
    await settled()
    await puppets.end('good')
    await expect(done).rejects.toThrow('a bug')
  })

  test('is done at once when there is nothing to do', async () => {
    expect(await schedule([], async () => {}, { workers: 2 })).toEqual([])
  })

  test('handles ten thousand units in a chain and side by side', async () => {
    const units = Array.from({ length: 10_000 }, (_, index) =>
      unit(`u${index}`, ...(index % 2 ? [`u${index - 1}`] : [])),
    )
    let count = 0
    await schedule(units, async () => void count++, { workers: 8 })
    expect(count).toBe(10_000)
  })
})
