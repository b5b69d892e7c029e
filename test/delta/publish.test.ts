import { afterEach, expect, test } from 'vitest'
import type { Change } from '../../src/delta/change.ts'
import { appendChange, overwriteChange } from '../../src/delta/change.ts'
import { type Published, publishChange } from '../../src/delta/publish.ts'
import { type DeltaRig, deltaRig } from '../rig/delta-writer.ts'

const rigs: DeltaRig[] = []

afterEach(() => {
  for (const rig of rigs.splice(0)) rig.close()
})

async function start(): Promise<DeltaRig> {
  const rig = await deltaRig()
  rigs.push(rig)
  await rig.create('SELECT 0 AS i', [], { 'delta.checkpointInterval': '3' })
  return rig
}

const publish = (rig: DeltaRig, change: Change): Promise<Published> =>
  publishChange(rig.files, rig.writer, change, { clock: rig.clock, ids: rig.writer.ids, engine: 'test' })

test('a checkpoint comes with every commit that the interval of the table names', async () => {
  const rig = await start()
  for (let index = 1; index <= 4; index++) {
    await publish(rig, appendChange(await rig.snapshot(), await rig.write(`SELECT ${index} AS i`)))
  }
  expect((await rig.snapshot()).segment.checkpoint?.version).toBe(3)
  expect(await rig.rows()).toHaveLength(5)
})

test('the files of a lost commit are removed', async () => {
  const rig = await start()
  const base = await rig.snapshot()
  await publish(rig, appendChange(base, await rig.write('SELECT 1 AS i')))
  const lost = overwriteChange(base, await rig.write('SELECT 2 AS i'))
  expect((await publish(rig, lost)).outcome.kind).toBe('conflict')
  expect(await rig.files.store.head(lost.adds[0]?.path ?? '')).toBeUndefined()
  expect(await rig.rows()).toEqual(['{"i":0}', '{"i":1}'])
})

test('a checkpoint that cannot be written is a warning', async () => {
  const rig = await start()
  await rig.commit(appendChange(await rig.snapshot(), []))
  await rig.commit(appendChange(await rig.snapshot(), []))
  const rows = async (): Promise<never> => Promise.reject(new Error('disk full'))
  const change = appendChange(await rig.snapshot(), [])
  const surroundings = { clock: rig.clock, ids: rig.writer.ids, engine: 'test' }
  const published = await publishChange(rig.files, { ...rig.writer, rows }, change, surroundings)
  expect(published.outcome).toEqual({ kind: 'committed', version: 3 })
  expect(published.warning?.diagnostic.code).toBe('delta/no-checkpoint')
})
