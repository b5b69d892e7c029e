import { expect, test } from 'vitest'
import { checkpointKey, commitKey, parseLogPath } from '../../src/delta/log-path.ts'

const version = '00000000000000000010'
const uuid = '80a083e8-7026-4e79-81be-64bd76c43a11'

test.each([
  [`${version}.json`, { kind: 'commit', version: 10 }],
  [`${version}.checkpoint.parquet`, { kind: 'checkpoint', version: 10, form: { kind: 'single' } }],
  [
    `${version}.checkpoint.0000000002.0000000003.parquet`,
    { kind: 'checkpoint', version: 10, form: { kind: 'part', part: 2, of: 3 } },
  ],
  [`${version}.checkpoint.${uuid}.json`, { kind: 'checkpoint', version: 10, form: { kind: 'unique', format: 'json' } }],
  [`${version}.00000000000000000012.compacted.json`, { kind: 'compaction', version: 10, to: 12 }],
  [`${version}.crc`, { kind: 'checksum', version: 10 }],
])('%s is understood', (name, expected) => {
  expect(parseLogPath(name)).toEqual(expected)
})

test.each(['10.json', `.${version}.json`, `${version}.json.tmp`, '_last_checkpoint', `${version}.checkpoint.json`])(
  '%s is no log file',
  name => {
    expect(parseLogPath(name)).toBeUndefined()
  },
)

test('keys are made in the form that is parsed', () => {
  expect(commitKey(10)).toBe(`_delta_log/${version}.json`)
  expect(checkpointKey(10)).toBe(`_delta_log/${version}.checkpoint.parquet`)
})
