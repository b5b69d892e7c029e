import { describe, expect, it } from 'vitest'
import { beginOf } from '../../src/project/microbatch.ts'
import { PyDict, type Value } from '../../src/template/value.ts'

const begin = (value: Value): string | undefined => beginOf({ config: PyDict.of([['begin', value]]) })?.iso()

describe('the begin of a microbatch model', () => {
  it.each([
    ['2025-08-09', '2025-08-09T00:00:00'],
    ['20250809', '2025-08-09T00:00:00'],
    ['2025-W32-6', '2025-08-09T00:00:00'],
    ['2025-08-09 01:02', '2025-08-09T01:02:00'],
    ['2025-08-09T00:00:00Z', '2025-08-09T00:00:00+00:00'],
    ['2025-08-09T01:02:03.5Z', '2025-08-09T01:02:03.500000+00:00'],
    ['2025-08-09T01:02:03.123456789', '2025-08-09T01:02:03.123456'],
    ['2025-01-01T00:30:00+02:00', '2025-01-01T00:30:00+02:00'],
  ])('%s is %s', (text, iso) => {
    expect(begin(text)).toBe(iso)
  })

  it.each(['2025-8-9', '2025/08/09', '2025-08', 'August 9, 2025', '2025-02-30', 2025, null])('is not %s', value => {
    expect(begin(value)).toBeUndefined()
  })
})
