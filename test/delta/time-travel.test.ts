import { expect, test } from 'vitest'
import { versionAt, versionTimes } from '../../src/delta/time-travel.ts'
import { metaData, protocol, tableOf } from '../rig/delta-log.ts'

const ofTime = (inCommitTimestamp: number): object => ({ commitInfo: { inCommitTimestamp } })

test('without times in the commits the times of their files count', async () => {
  const files = await tableOf([[protocol, metaData({ id: 'long' })], [], []])
  expect(await versionTimes(files)).toEqual([0, 1, 2].map(version => ({ version, timestampMs: version + 1 })))
  expect(await versionAt(files, 2)).toBe(1)
  expect(await versionAt(files, 1000)).toBe(2)
})

test('before the oldest version there is nothing, and the message says from when on there is', async () => {
  const files = await tableOf([[protocol, metaData({ id: 'long' })]])
  await expect(versionAt(files, 0)).rejects.toThrow('1970-01-01T00:00:00.001Z')
})

test('times inside the commits count from the version that turned them on', async () => {
  const on = metaData({ id: 'long' }, [], {
    'delta.enableInCommitTimestamps': 'true',
    'delta.inCommitTimestampEnablementVersion': '2',
  })
  const files = await tableOf([[protocol, metaData({ id: 'long' })], [], [ofTime(2), on], [ofTime(50)]])
  expect((await versionTimes(files)).map(time => time.timestampMs)).toEqual([0, 1, 2, 50])
  expect(await versionAt(files, 49)).toBe(2)
})
