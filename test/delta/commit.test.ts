import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { DiagnosticError } from '../../src/base/diagnostic.ts'
import { appendChange } from '../../src/delta/change.ts'
import { remoteTable } from '../../src/delta/remote-table.ts'
import { localCache } from '../../src/storage/local-cache.ts'
import { memoryStore } from '../../src/storage/memory-store.ts'
import type { ObjectStore } from '../../src/storage/object-store.ts'
import { type DeltaRig, deltaRig } from '../rig/delta-writer.ts'

const closing: (() => void)[] = []

afterEach(() => {
  for (const close of closing.splice(0)) close()
})

type Trouble = 'before' | 'after' | undefined

/** A table in a remote store whose n-th put meets with trouble, counted from now on. */
async function start(): Promise<{ readonly rig: DeltaRig; fail(at: number, trouble: Trouble): void }> {
  const cache = mkdtempSync(join(tmpdir(), 'eider-commit-'))
  const inner = memoryStore({ name: 'bucket' })
  let left = 0
  let kind: Trouble
  const put: ObjectStore['put'] = async (key, content, conditions) => {
    left -= 1
    const lost = new DiagnosticError({ code: 'storage/unreachable', message: 'the answer was lost' })
    if (left === 0 && kind === 'before') throw lost
    const outcome = await inner.put(key, content, conditions)
    if (left === 0 && kind === 'after') throw lost
    return outcome
  }
  const store = { ...inner, put }
  const rig = await deltaRig(local =>
    remoteTable({ store, folder: 'lake/t', resolve: url => ({ store, key: url }) }, localCache(cache), local.reader),
  )
  closing.push(() => {
    rig.close()
    rmSync(cache, { recursive: true, force: true })
  })
  return {
    rig,
    fail: (at, trouble) => {
      left = at
      kind = trouble
    },
  }
}

test('a table in a bucket is written through a scratch folder and read through the cache', async () => {
  const { rig } = await start()
  await rig.create("SELECT 1 AS i, 'x' AS p UNION ALL SELECT 2, NULL", ['p'])
  expect(await rig.rows()).toEqual(['{"i":1,"p":"x"}', '{"i":2,"p":null}'])
  const scratch: string[] = []
  for await (const info of rig.writer.scratch.list('')) scratch.push(info.key)
  expect(scratch).toEqual([])
})

test('whichever put fails, a reader sees the table before or after the change', async () => {
  const { rig, fail } = await start()
  await rig.create('SELECT 1 AS i')
  const outcomes: string[] = []
  for (const trouble of ['before', 'after'] as const) {
    for (const at of [1, 2]) {
      const base = await rig.snapshot()
      const before = await rig.rows()
      fail(at, trouble)
      const outcome = await rig
        .write('SELECT 2 AS i')
        .then(adds => rig.commit(appendChange(base, adds)))
        .catch(error => (error instanceof DiagnosticError ? { kind: 'failed' } : Promise.reject(error)))
      fail(0, undefined)
      outcomes.push(outcome.kind)
      const after = outcome.kind === 'committed' ? [...before, '{"i":2}'] : before
      expect(await rig.rows()).toEqual(after)
    }
  }
  expect(outcomes).toEqual(['failed', 'retryable', 'failed', 'committed'])
})

test('a change that could not be committed may be committed later', async () => {
  const { rig, fail } = await start()
  await rig.create('SELECT 1 AS i')
  const change = appendChange(await rig.snapshot(), await rig.write('SELECT 2 AS i'))
  fail(1, 'before')
  expect((await rig.commit(change)).kind).toBe('retryable')
  expect(await rig.commit(change)).toEqual({ kind: 'committed', version: 1 })
  expect(await rig.rows()).toEqual(['{"i":1}', '{"i":2}'])
})

test('many writers at once all get a version of their own', async () => {
  const { rig } = await start()
  await rig.create('SELECT 0 AS i')
  const base = await rig.snapshot()
  const changes = await Promise.all(
    Array.from({ length: 8 }, async (_, index) => appendChange(base, await rig.write(`SELECT ${index + 1} AS i`))),
  )
  const outcomes = await Promise.all(changes.map(change => rig.commit(change)))
  const versions = outcomes.map(outcome => (outcome.kind === 'committed' ? outcome.version : -1))
  expect(versions.toSorted((left, right) => left - right)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
  expect(await rig.rows()).toHaveLength(9)
})
