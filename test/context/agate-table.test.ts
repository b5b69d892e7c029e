import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Connection } from '../../src/adapter/adapter.ts'
import { duckdbDatabase } from '../../src/adapter/duckdb.ts'
import { defaultDuckdbSettings } from '../../src/adapter/settings.ts'
import { AgateTable, printedTable } from '../../src/context/agate-table.ts'
import { baseNames } from '../../src/context/base-names.ts'
import { pytzZone } from '../../src/context/modules/python-pytz.ts'
import { repr } from '../../src/template/repr.ts'
import { compileTemplate } from '../../src/template/template.ts'
import { PyDict } from '../../src/template/value.ts'
import { runFacts, silence } from './rendering.ts'

const database = duckdbDatabase(defaultDuckdbSettings)
let connection: Connection
beforeAll(async () => {
  connection = await database.connect()
})
afterAll(() => database.close())

async function table(sql: string, options: Parameters<typeof AgateTable.fromResult>[1] = {}): Promise<AgateTable> {
  return AgateTable.fromResult(await connection.execute(sql), options)
}

async function render(template: string, value: AgateTable): Promise<string> {
  const vars = { get: () => undefined, all: () => new PyDict() }
  const scope = baseNames(runFacts(silence()), { vars, extra: new Map([['t', value]]) })
  return await compileTemplate(template).render(scope)
}

const small = "select * from (values (3, 'b'), (1, 'a'), (null, 'c'), (2, null)) v(n, s)"

describe('values of a query', () => {
  test('types are found per column, and nested values become JSON text', async () => {
    const result = await table(
      `select 1::bigint a, 1.5 b, 2.0::double c, date '2024-01-02' d, timestamp '2024-01-02 03:04:05' e, true f, null g,
        '005' h, [1, null] i, {'x': 1.5, 'd': date '2024-01-02'} j, interval 36 hour k, time '01:02:03' l,
        '550e8400-e29b-41d4-a716-446655440000'::uuid m, 'b'::blob n, 12345678901234567890::hugeint o`,
    )
    expect(result.types.map(type => type.typeName).join(' ')).toBe(
      'Integer Number Number Date DateTime Boolean Integer Text Text Text Text Text Text Text Integer',
    )
    expect(repr([...result.rows[0]!.values])).toBe(
      `[1, Decimal('1.5'), Decimal('2.0'), datetime.date(2024, 1, 2), datetime.datetime(2024, 1, 2, 3, 4, 5), True, None, '005', '[1, null]', '{"x": 1.5, "d": "2024-01-02"}', '1 day, 12:00:00', '01:02:03', '550e8400-e29b-41d4-a716-446655440000', "b'b'", 12345678901234567890]`,
    )
  })
  test('a repeated column name gets a number', async () => {
    expect((await table('select 1 as a, 2 as a, 3 as a')).names).toEqual(['a', 'a_2', 'a_3'])
  })
  test("instants are shown in the session's zone", async () => {
    const sql = "select timestamptz '2024-07-02 00:00:00+00' as t"
    expect(await render('{{ t.rows[0][0] }}', await table(sql))).toBe('2024-07-02 00:00:00+00:00')
    const zone = pytzZone('America/New_York')
    expect(await render('{{ t.rows[0][0] }}', await table(sql, { zone }))).toBe('2024-07-01 20:00:00-04:00')
  })
})

describe('values of a CSV file', () => {
  test('types are guessed from the text, in dbt-core’s order', () => {
    const names = ['id', 'd', 'ts', 'iso', 'b', 'n', 't', 'money', 'empty']
    const rows = [
      ['1', '2024-01-01', '2024-01-01 01:02:03', '2024-01-01T01:02:03', 'true', '1.5', 'null', '$1,000', ''],
      ['2', '', '', '', 'False', '2', 'x', '50%', 'null'],
    ]
    const seed = AgateTable.fromText(names, rows, { textColumns: new Set(['id']) })
    expect(seed.types.map(type => type.typeName).join(' ')).toBe(
      'Text Date DateTime ISODateTime Boolean Number Text Number Number',
    )
    expect(names.map((_, index) => seed.databaseType(index)).join(', ')).toBe(
      'text, date, timestamp without time zone, timestamp without time zone, boolean, float8, text, integer, integer',
    )
    expect(repr([...seed.rows[1]!.values])).toBe(
      "['2', None, None, None, False, Decimal('2'), 'x', Decimal('50'), None]",
    )
  })
})

describe('methods', () => {
  test.each([
    [
      '{{ t.columns.keys() }} {{ t.column_names }} {{ t | length }} {{ t[0] }}',
      "('n', 's') ('n', 's') 4 <agate.Row: (3, 'b')>",
    ],
    [
      "{{ t.columns['n'] }} {{ t.columns[0].values() }} {{ t.columns.n.name }}|",
      '<agate.Column: (3, 1, None, 2)> (3, 1, None, 2) n|',
    ],
    [
      "{{ t.rows[0]['s'] }} {{ t.rows[0][1] }} {{ t.rows[0].get('zz') }} {{ t.rows[0].dict() }}",
      "b b None {'n': 3, 's': 'b'}",
    ],
    [
      "{{ t.order_by('n').columns['s'].values() }} {{ t.order_by('n', reverse=true).columns['s'].values() }}",
      "('a', None, 'b', 'c') ('c', 'b', None, 'a')",
    ],
    [
      "{{ t.select(['s']).column_names }} {{ t.exclude('s').column_names }} {{ t.rename({'n': 'z'}).column_names }} {{ t.rename(['x', 'y']).column_names }}",
      "('s',) ('n',) ('z', 's') ('x', 'y')",
    ],
    [
      "{{ t.limit(2) | length }} {{ t.limit(1, 3) | length }} {{ t.limit(0, 4, 2).columns['n'].values() }}",
      '2 2 (3, None)',
    ],
    ["{{ t.columns['n'].values_sorted() }} {{ t.columns['n'].values_without_nulls() }}", '[1, 2, 3, None] (3, 1, 2)'],
    ["{{ t.group_by('s').keys() }} {{ t.distinct('s') | length }}", "('b', 'a', 'c', 'None') 4"],
    ["{% for row in t %}{{ row.n }}{{ row['n'] }} {% endfor %}", '33 11 NoneNone 22 '],
    ['{{ t }}', '| column | data_type |\n| ------ | --------- |\n| n      | Integer   |\n| s      | Text      |\n'],
    ['{% for n, s in t.rows %}{{ n }}{{ s }} {% endfor %}', '3b 1a Nonec 2None '],
  ])('%s', async (template, expected) => {
    expect(await render(template, await table(small))).toBe(expected)
  })
  test('printing goes to the sink as Markdown, long cells and surplus columns cut off', async () => {
    const printed: string[] = []
    const wide = await table(
      `select * from (values (1, 1.5, 1234.5678::double, date '2024-01-02', true, null, '${'x'.repeat(30)}'),
        (2, 2.0, 0.25, date '2024-01-03', false, null, 'y')) v(a, b, c, d, e, f, g)`,
      { print: text => printed.push(text) },
    )
    expect(await render('{{ t.print_table() }}{% do t.print_csv() %}', wide)).toBe('None')
    expect(printed[0]).toBe(`| a |   b |          c |          d |     e | f | ... |
| - | --- | ---------- | ---------- | ----- | - | --- |
| 1 | 1.5 | 1,234.568… | 2024-01-02 |  True |   | ... |
| 2 | 2.0 |     0.250… | 2024-01-03 | False |   | ... |
`)
    expect(printed[1]).toContain('a,b,c,d,e,f,g\n1,1.5,1234.5678,2024-01-02,True,,xxx')
    expect(printedTable(wide, { maxColumns: 7, maxRows: 1 })).toContain('| xxxxxxxxxxxxxxxxx... |\n| ... |')
  })
})

describe('types of columns', () => {
  const sql =
    "select 1 as i, 1.50 as n, 'a' as s, date '2020-01-02' as d, timestamp '2020-01-02 03:04:05' as t, true as b, null as z"

  test('give their values as JSON and CSV hold them', async () => {
    const each = (method: string): string =>
      `{% for type in t.column_types %}{{ type.${method}(t.rows[0][loop.index0]) }}|{% endfor %}`
    const value = await table(sql)
    expect(await render(each('jsonify'), value)).toBe('1|1.5|a|2020-01-02|2020-01-02T03:04:05|True|None|')
    expect(await render(each('csvify'), value)).toBe('1|1.50|a|2020-01-02|2020-01-02T03:04:05|True|None|')
    expect(await render('{{ t.columns[1].data_type.jsonify(2) }}', value)).toBe('2.0')
  })

  test('hold values or refuse them', async () => {
    const value = await table(sql)
    const cast = (index: number, text: string): Promise<string> =>
      render(
        `{{ t.column_types[${index}].cast(${text}) | string }} {{ t.column_types[${index}].test(${text}) }}`,
        value,
      )
    expect(await cast(0, '5')).toBe('5 True')
    expect(await cast(1, "'-$1,000.5'")).toBe('-1000.5 True')
    expect(await cast(2, '5')).toBe('5 True')
    expect(await cast(3, "'2020-01-01'")).toBe('2020-01-01 True')
    expect(await cast(5, '1')).toBe('True True')
    await expect(cast(0, "'5'")).rejects.toThrow('Can not parse value "5" as Integer.')
    await expect(cast(1, 'true')).rejects.toThrow('Do not cast True to 1 or False to 0.')
    await expect(cast(3, "'x'")).rejects.toThrow('Value "x" does not match date format.')
    await expect(cast(5, "'x'")).rejects.toThrow('Can not convert value x to bool.')
    expect(await render("{{ t.column_types[0].test('x') }} {{ t.column_types[0].null_values }}", value)).toBe(
      "False ['null', '']",
    )
    expect(await render('{{ t.column_types[3].date_format }}', value)).toBe('%Y-%m-%d')
  })
})

test('slices of rows, columns and of one row are tuples', async () => {
  const value = await table(small)
  expect(await render('{% for row in t.rows[:2] %}{{ row[0] }};{% endfor %}', value)).toBe('3;1;')
  expect(await render('{{ t.rows[0:1] }}', value)).toBe("(<agate.Row: (3, 'b')>,)")
  expect(await render('{{ t.rows[::-1][0][0:2] }} {{ t.columns[0][1:] }}', value)).toBe('(2, None) (1, None, 2)')
  expect(await render('{{ t.columns[1:2][0].name }}', value)).toBe('s')
})

test('print_csv shows moments with a T', async () => {
  const printed: string[] = []
  const value = await table("select timestamp '2020-01-02 03:04:05' as t, date '2020-01-02' as d", {
    print: text => printed.push(text),
  })
  await render('{% do t.print_csv() %}', value)
  expect(printed.join('')).toBe('t,d\n2020-01-02T03:04:05,2020-01-02\n')
})
