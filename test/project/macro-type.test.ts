import { expect, test } from 'vitest'
import { isMacroType } from '../../src/project/macro-type.ts'

test('types of macro arguments are names with the right number of types in brackets', () => {
  for (const type of ['str', 'list[int]', 'dict[str, optional[relation]]', 'Optional[ list[any] ]', 'column']) {
    expect([type, isMacroType(type)]).toEqual([type, true])
  }
  for (const type of ['', 'text', 'list', 'list[int', 'dict[str]', 'str[int]', 'list[int] x', 'constructor']) {
    expect([type, isMacroType(type)]).toEqual([type, false])
  }
})
