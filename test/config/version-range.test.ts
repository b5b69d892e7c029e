import { describe, expect, it } from 'vitest'
import {
  boundsOf,
  combineBounds,
  highestVersion,
  parseVersion,
  type VersionBound,
  versionText,
} from '../../src/config/version-range.ts'

const bounds = (...texts: string[]): VersionBound[] => texts.map(text => parseVersion(text)!)
const range = (...texts: string[]): string | undefined => {
  const combined = combineBounds(bounds(...texts))
  return (
    combined &&
    boundsOf(combined)
      .map(one => versionText(one))
      .join(' ')
  )
}

describe('ranges', () => {
  it.each([
    [['>=1.0.0', '<2.0.0'], '>=1.0.0 <2.0.0'],
    [['>=1.0.0', '>=1.2.0', '<3.0.0', '<=2.0.0'], '>=1.2.0 <=2.0.0'],
    [['>1.0.0', '<1.0.0'], undefined],
    [['=1.5.0', '>=1.0.0'], '=1.5.0'],
    [['1.5.0', '<1.5.0'], undefined],
    [['1.5.0', '<=1.5.0'], '=1.5.0'],
    [['1.0.0', '1.0.1'], undefined],
    [['>=1.0.0', '<=1.0.0'], '>=1.0.0 <=1.0.0'],
  ])('%j combine to %j', (texts, expected) => {
    expect(range(...texts)).toBe(expected)
  })

  it('allow the highest fitting version and no prerelease of one that is shut out', () => {
    const allowed = combineBounds(bounds('>=1.0.0', '<2.0.0'))!
    expect(highestVersion(allowed, ['0.9.0', '1.10.0', '1.9.0', '2.0.0', '2.0.0-rc1', 'x'])).toBe('1.10.0')
    expect(highestVersion(allowed, ['0.1.0'])).toBeUndefined()
    expect(highestVersion(combineBounds(bounds('>=1.0.0-a1'))!, ['1.0.0-a2', '1.0.0-a10', '1.0.0-b1'])).toBe('1.0.0-b1')
  })
})

it.each(['1.0', 'v1.0.0', '01.0.0', '>> 1.0.0', '', '1.0.0.0'])('%j is no version', text => {
  expect(parseVersion(text)).toBeUndefined()
})
