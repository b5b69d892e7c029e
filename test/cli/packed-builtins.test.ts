import { expect, it } from 'vitest'
import { packBuiltins, unpackBuiltins } from '../../src/cli/packed-builtins.ts'
import { prepareBuiltins } from '../../src/project/builtins.ts'
import { sourceBuiltins } from '../rig/source-builtins.ts'

it('gives back every built-in macro with its own code', () => {
  const prepared = sourceBuiltins()
  const { facts, code } = packBuiltins(prepared)
  const unpacked = unpackBuiltins(facts, (start, end) => code.toString('utf8', start, end))
  expect(unpacked.docs).toEqual(prepared.docs)
  expect(unpacked.macros.map(macro => ({ ...macro, code: macro.code() }))).toEqual(
    prepared.macros.map(macro => ({ ...macro, code: macro.code() })),
  )
})

it('counts the code in bytes, whatever its letters', () => {
  const prepared = prepareBuiltins([
    { path: 'dbt/one.sql', text: '{% macro one() %}é漢😀{% endmacro %}' },
    { path: 'dbt/two.sql', text: '{% macro two() %}two{% endmacro %}' },
  ])
  const { facts, code } = packBuiltins(prepared)
  const unpacked = unpackBuiltins(facts, (start, end) => code.toString('utf8', start, end))
  expect(unpacked.macros.map(macro => macro.code())).toEqual(prepared.macros.map(macro => macro.code()))
})
