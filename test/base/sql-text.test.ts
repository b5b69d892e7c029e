import { describe, expect, test } from 'vitest'
import { mayHoldSeveralStatements, quoteIdentifier, quoteString, splitStatements } from '../../src/base/sql-text.ts'

const texts = (sql: string): string[] => splitStatements(sql).map(piece => piece.sql)

describe('quoting', () => {
  test('quotes inside are doubled', () => {
    expect(quoteIdentifier('a"b')).toBe('"a""b"')
    expect(quoteString("it's")).toBe("'it''s'")
  })
})

describe('splitStatements', () => {
  test('semicolons end statements and blanks around them are dropped', () => {
    expect(splitStatements(' select 1 ;\n select 2')).toEqual([
      { sql: 'select 1', start: 1 },
      { sql: 'select 2', start: 13 },
    ])
  })
  test('pieces without a statement are left out', () => {
    expect(texts(';; -- nothing\n; /* nor; here */ ;select 1;')).toEqual(['select 1'])
  })
  test.each([
    ["select 'a;b'; select 2", 2],
    ["select 'it''s;'; select 2", 2],
    ['select ";" ; select 2', 2],
    ['select 1 -- a;b\n; select 2', 2],
    ['select /* ; /* ; */ ; */ 1; select 2', 2],
    ['select $$ ; $$; select $t$ ; $$ ; $t$', 2],
    ["select e'\\'; ' ; select 2", 2],
    ["select name';' ", 1],
    ['select $1; select 2', 2],
    ["select 'open ; never closed", 1],
    ['select /* open ; never closed', 1],
  ])('%s', (sql, count) => {
    expect(texts(sql)).toHaveLength(count)
  })
  test('a comment stays with the statement behind it', () => {
    expect(texts('/* c */ select 1; -- end')).toEqual(['/* c */ select 1'])
  })
})

test('a trailing semicolon alone does not make several statements', () => {
  expect(mayHoldSeveralStatements('select 1;\n')).toBe(false)
  expect(mayHoldSeveralStatements('select 1')).toBe(false)
  expect(mayHoldSeveralStatements('select 1; select 2')).toBe(true)
})
