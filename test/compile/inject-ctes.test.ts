import { describe, expect, test } from 'vitest'
import { cteText, extendCtes, injectCtes } from '../../src/compile/inject-ctes.ts'

const cte = { id: 'model.p.a', sql: cteText('__dbt__cte__a', 'select 1') }
const text = ' __dbt__cte__a as (\nselect 1\n)'

describe('CTEs of ephemeral parents', () => {
  test.each([
    ['select 1', `with${text} select 1`],
    ['\n\n  select 1\n', `\n\n  with${text} select 1\n`],
    ['with x as (select 1) select * from x', `with ${text}, x as (select 1) select * from x`],
    ['\n-- hi\nwith x as (select 1)\nselect 1', `\n-- hi\nwith ${text}, x as (select 1)\nselect 1`],
    ['WITH RECURSIVE x as (select 1) select 1', `WITH RECURSIVE ${text}, x as (select 1) select 1`],
    ['with\n recursive x as (select 1) select 1', `with\n recursive ${text}, x as (select 1) select 1`],
    ['with\n\n x as (select 1) select 1', `with\n\n ${text}, x as (select 1) select 1`],
    ['with-- c\nx as (select 1) select 1', `with${text}, -- c\nx as (select 1) select 1`],
    ['-- c\n\nselect 1', `with${text} -- c\n\nselect 1`],
    ['(with x as (select 1) select * from x)', `with${text} (with x as (select 1) select * from x)`],
    ['select x as with_y from t', `with${text} select x as with_y from t`],
  ])('stand in %j where dbt puts them', (query, expected) => {
    expect(injectCtes(query, [cte]).sql).toBe(expected)
  })

  test.each([
    ['select 1;\n', `with${text} select 1;`],
    ['select 1;  \n-- c\nselect 2', `with${text} select 1;  `],
    ['select 1; -- foo\nselect 2', `with${text} select 1; -- foo\n`],
    ["select ';' ; select 2", `with${text} select ';' ; `],
  ])('keep only the first statement of %j', (query, expected) => {
    expect(injectCtes(query, [cte]).sql).toBe(expected)
  })

  test('are not mistaken by a time zone', () => {
    expect(injectCtes('select a::timestamp with time zone', [cte]).sql).toBe(
      `with${text} select a::timestamp with time zone`,
    )
  })

  test('leave a query alone when there are none', () => {
    expect(injectCtes('select 1; select 2', []).sql).toBe('select 1; select 2')
  })

  test('are listed once, in order of first mention', () => {
    const list = [cte]
    extendCtes(list, [
      { id: 'model.p.b', sql: 'b' },
      { id: 'model.p.a', sql: 'a2' },
    ])
    expect(list.map(one => one.sql)).toEqual(['a2', 'b'])
  })
})
