import { expect, test } from 'vitest'
import { diagnostic } from '../../src/base/diagnostic.ts'
import { renderDiagnostic } from '../../src/cli/render-diagnostic.ts'

const file = { path: 'models/orders.sql', text: 'select\n  {{ nope }},\n  1 as id\nfrom x\n' }

test("dbt's words come first, then the frame, notes, hint and code", () => {
  const rendered = renderDiagnostic(
    diagnostic({
      code: 'template/undefined',
      message: "'nope' is undefined",
      node: 'model.shop.orders',
      at: { file, start: 12, end: 16 },
      notes: [{ message: 'called from here', at: { file, start: 0, end: 6 } }],
      hint: 'define it',
    }),
  )
  expect(rendered).toBe(`Compilation Error in model orders (models/orders.sql)
  'nope' is undefined
    --> models/orders.sql:2:6
    1 | select
    2 |   {{ nope }},
      |      ^^^^
    3 |   1 as id
    note: called from here
    --> models/orders.sql:1:1
    1 | select
      | ^^^^^^
    2 |   {{ nope }},
    hint: define it
    [template/undefined]`)
})

test('a diagnostic without a place is two lines and its code', () => {
  const rendered = renderDiagnostic(diagnostic({ code: 'config/bad-flag', kind: 'Validation', message: 'no\ngood' }))
  expect(rendered).toBe('Validation Error\n  no\n  good\n    [config/bad-flag]')
})

test('a place at the end of a long line is cut', () => {
  const long = { path: 'x.sql', text: `${'a'.repeat(300)}b` }
  const rendered = renderDiagnostic(
    diagnostic({ code: 'adapter/sql-syntax', message: 'x', at: { file: long, start: 300, end: 301 } }),
  )
  expect(rendered).toContain(`1 | ${'a'.repeat(160)}…`)
})
