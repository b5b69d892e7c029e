/** Which columns identify a row, inferred from constraints first and from tests second. */

import { sortedTexts } from '../template/text.ts'
import type { Column, Constraint, TestNode } from './node.ts'

/** A test on the model; disabled ones count for less. */
export interface KeyTest {
  readonly test: TestNode
  readonly enabled: boolean
}

export function inferPrimaryKey(
  constraints: readonly Constraint[],
  columns: ReadonlyMap<string, Column>,
  tests: readonly KeyTest[],
): readonly string[] {
  const ofModel = constraints.find(one => one.type === 'primary_key')
  if (ofModel) return sortedTexts(ofModel.columns)
  for (const [name, column] of columns) {
    if (column.constraints.some(one => one.type === 'primary_key')) return [name]
  }
  return tests.length === 0 ? [] : sortedTexts(fromTests(tests))
}

function fromTests(tests: readonly KeyTest[]): Iterable<string> {
  const unique = new Set<string>()
  const disabledUnique = new Set<string>()
  const notNull = new Set<string>()
  for (const { test, enabled } of tests) {
    for (const column of testedColumns(test)) {
      const name = test.generic?.name
      if (name === 'unique' || name === 'unique_combination_of_columns') (enabled ? unique : disabledUnique).add(column)
      else if (name === 'not_null') notNull.add(column)
    }
  }
  const both = [...notNull].filter(column => unique.has(column) || disabledUnique.has(column))
  if (both.length > 0) return both
  return unique.size > 0 ? unique : disabledUnique
}

function testedColumns(test: TestNode): readonly string[] {
  const kwargs = test.generic?.kwargs
  const column = kwargs?.get('column_name')
  if (typeof column === 'string') return [column]
  const combination = kwargs?.get('combination_of_columns')
  return Array.isArray(combination) ? combination.filter(one => typeof one === 'string') : []
}
