import { describe, expect, test } from 'vitest'
import { diffTables } from '../../src/data-tests/table-diff.ts'

function shown(columns: string[], before: (string | null)[][], after: (string | null)[][]): string[] {
  return diffTables(columns, before, after).render(false).split('\r\n').slice(0, -1)
}

describe('the difference of two tables', () => {
  test('is nothing when they hold the same rows', () => {
    expect(diffTables(['a'], [['1'], [null]], [['1'], [null]]).different).toBe(false)
  })

  test('shows changed cells with an arrow, a row of context and dots for the rest', () => {
    const before = [
      ['cool@example.com', 'True'],
      ['cool@unknown.com', 'False'],
      ['other@x.com', 'False'],
    ]
    const after = [['cool@example.com', 'False'], ...before.slice(1)]
    expect(shown(['email', 'is_valid'], before, after)).toEqual([
      '@@ ,email           ,is_valid',
      '→  ,cool@example.com,True→False',
      '   ,cool@unknown.com,False',
      '...,...             ,...',
    ])
  })

  test('shows rows that are missing and rows that are too many', () => {
    expect(shown(['id'], [['1'], ['2']], [['2'], ['3']])).toEqual(['@@ ,id', '---,1', '   ,2', '+++,3'])
  })

  test('tells None from the text NULL', () => {
    expect(shown(['id', 'v'], [['1', null]], [['1', 'NULL']])).toEqual(['@@,id,v', '→ ,1 ,NULL→_NULL'])
  })

  test('leaves out columns far from any change', () => {
    const columns = ['a', 'b', 'c', 'd']
    expect(shown(columns, [['1', 'x', 'y', 'z']], [['1', 'w', 'y', 'z']])).toEqual(['@@,a,b  ,c,...', '→ ,1,x→w,y,...'])
  })

  test('is coloured when asked to', () => {
    expect(diffTables(['a'], [['1']], [['2']]).render(true)).toContain('\u001b[31;1m1\u001b[0m')
  })
})
