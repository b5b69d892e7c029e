/**
 * Query results as templates see them: agate tables, with dbt's conversion of values. Tables never change; methods give
 * new ones.
 */
import type { QueryResult } from '../base/sql-value.ts'
import { compareValues, isEqual } from '../template/comparison.ts'
import { iterate, truthy } from '../template/iteration.ts'
import { jsonText } from '../template/json-text.ts'
import { str } from '../template/repr.ts'
import { typeError, valueError } from '../template/template-error.ts'
import { type HashKey, hashKey, PyDict, PyFloat, PyObject, PyTuple, type Value } from '../template/value.ts'
import { tableText } from './agate-print.ts'
import { AgateColumn, MappedSequence } from './agate-sequence.ts'
import { AgateType, typedColumn } from './agate-types.ts'
import { PyDateTime } from './modules/python-datetime.ts'
import { decimalPlaces, PyDecimal } from './modules/python-decimal.ts'
import { PyTime } from './modules/python-time.ts'
import type { TimeZone } from './modules/python-tzinfo.ts'
import { type Attributes, attributeOf, method } from './python-object.ts'
import { sqlToPython } from './sql-python.ts'

/** Where a table comes from, and where it prints itself. */
export interface TableOrigin {
  /** The file a seed was read from. */
  readonly path?: string
  /** Takes what `print_table()` and its like show. */
  readonly print?: (text: string) => void
}

export class AgateTable extends PyObject {
  readonly typeName = 'Table'
  readonly names: readonly string[]
  readonly types: readonly AgateType[]
  readonly rows: readonly MappedSequence[]
  private readonly origin: TableOrigin

  constructor(
    names: readonly string[],
    types: readonly AgateType[],
    rows: readonly (readonly Value[])[],
    origin: TableOrigin = {},
  ) {
    super()
    this.names = names
    this.types = types
    this.rows = rows.map(row => new MappedSequence(row, names, 'Row'))
    this.origin = origin
  }

  static empty(): AgateTable {
    return new AgateTable([], [], [])
  }

  /**
   * The rows of a query. Nested values become JSON text; columns of text stay text; the others get the first of
   * agate's types that takes all their values. Repeated column names get `_2`, `_3` …
   */
  static fromResult(result: QueryResult, origin: TableOrigin & { readonly zone?: TimeZone } = {}): AgateTable {
    const names = uniqueNames(result.columns.map(column => column.name))
    const columns = result.columns.map((_, index) => {
      let text = false
      const values = result.rows.map(row => {
        const value = sqlToPython(row[index] ?? null, origin.zone)
        const container = Array.isArray(value) || value instanceof PyDict || value instanceof PyTuple
        text ||= container || typeof value === 'string'
        return container ? jsonText(value, { fallback: forgiving }) : value
      })
      return typedColumn(values, { text })
    })
    return fromColumns(names, columns, origin)
  }

  /**
   * The rows of a CSV file, all text. Columns in `textColumns` stay text; elsewhere types are guessed, and empty cells
   * and the word null are None.
   */
  static fromText(
    names: readonly string[],
    rows: readonly (readonly string[])[],
    options: { readonly textColumns?: ReadonlySet<string>; readonly path?: string } = {},
  ): AgateTable {
    const columns = names.map((name, index) => {
      const values = rows.map(row => row[index] ?? null)
      return typedColumn(values, { text: options.textColumns?.has(name) ?? false, nullTexts: ['', 'null'] })
    })
    return fromColumns(uniqueNames(names), columns, options)
  }

  /** Rows of plain values under types that are found as for a query. */
  static fromValues(names: readonly string[], rows: readonly (readonly Value[])[]): AgateTable {
    const columns = names.map((_, index) => {
      const values = rows.map(row => row[index] ?? null)
      return typedColumn(values, { text: values.some(value => typeof value === 'string') })
    })
    return fromColumns(names, columns)
  }

  override truthy(): boolean {
    return this.rows.length > 0
  }
  override length(): number {
    return this.rows.length
  }
  override iterate(): Iterator<Value> {
    return this.rows[Symbol.iterator]()
  }
  override item(key: Value): Value | undefined {
    return typeof key === 'number' ? this.rows.at(key) : undefined
  }
  override attr(name: string): Value | undefined {
    return attributeOf(attributes, this, name)
  }
  override str(): string {
    const text = new AgateType('Text')
    const rows = this.names.map((name, index) => [name, this.types[index]?.typeName ?? 'Text'])
    return tableText(['column', 'data_type'], [text, text], rows, { maxRows: null, maxColumnWidth: null })
  }
  override repr(): string {
    return '<agate.table.Table object>'
  }

  get sourcePath(): string | null {
    return this.origin.path ?? null
  }
  print(text: string): null {
    this.origin.print?.(text)
    return null
  }

  get columns(): MappedSequence {
    return new MappedSequence(
      this.names.map((_, index) => this.column(index)),
      this.names,
    )
  }
  column(index: number): AgateColumn {
    const values = this.rows.map(row => row.values[index] ?? null)
    return new AgateColumn(this.names[index] ?? '', index, this.types[index] ?? new AgateType('Text'), values)
  }
  /** Rows as dbt's `data`: a list of tuples. */
  matrix(): Value[] {
    return this.rows.map(row => new PyTuple(row.values))
  }
  rowsAsDicts(): PyDict[] {
    return this.rows.map(row => row.asDict())
  }
  value(row: number, column: number): Value {
    return this.rows[row]?.values[column] ?? null
  }

  /** What DuckDB calls the column's type when a seed is created from the table. */
  databaseType(index: number): string | null {
    switch (this.types[index]?.typeName) {
      case 'Integer':
        return 'integer'
      case 'Number':
        return this.column(index).values.some(hasFraction) ? 'float8' : 'integer'
      case 'Text':
        return 'text'
      case 'Boolean':
        return 'boolean'
      case 'DateTime':
      case 'ISODateTime':
        return 'timestamp without time zone'
      case 'Date':
        return 'date'
      default:
        return null
    }
  }

  withDateTimesAsText(): AgateTable {
    const isDateTime = this.types.map(type => type.typeName === 'DateTime' || type.typeName === 'ISODateTime')
    const rows = this.rows.map(row =>
      row.values.map((value, index) => (isDateTime[index] && value !== null ? str(value) : value)),
    )
    return new AgateTable(
      this.names,
      this.types.map((type, index) => (isDateTime[index] ? new AgateType('Text') : type)),
      rows,
      this.origin,
    )
  }

  private with(rows: readonly MappedSequence[]): AgateTable {
    return new AgateTable(
      this.names,
      this.types,
      rows.map(row => row.values),
      this.origin,
    )
  }

  select(wanted: readonly string[]): AgateTable {
    const indexes = wanted.map(name => this.indexOf(name))
    return new AgateTable(
      wanted,
      indexes.map(index => this.types[index] ?? new AgateType('Text')),
      this.rows.map(row => indexes.map(index => row.values[index] ?? null)),
    )
  }
  exclude(unwanted: readonly string[]): AgateTable {
    return this.select(this.names.filter(name => !unwanted.includes(name)))
  }
  rename(names: readonly string[]): AgateTable {
    return new AgateTable(
      names,
      this.types,
      this.rows.map(row => row.values),
      this.origin,
    )
  }
  limit(start: number, end: number | null, step: number): AgateTable {
    const rows = this.rows.slice(end === null ? 0 : start, end === null ? start : end)
    return this.with(rows.filter((_, index) => index % step === 0))
  }
  distinct(key: (row: MappedSequence) => HashKey): AgateTable {
    const seen = new Set<HashKey>()
    return this.with(
      this.rows.filter(row => {
        const hash = key(row)
        return !seen.has(hash) && seen.add(hash)
      }),
    )
  }
  async where(test: Value): Promise<AgateTable> {
    const kept: MappedSequence[] = []
    for (const row of this.rows) if (truthy(await callback(test, row))) kept.push(row)
    return this.with(kept)
  }
  /** Nulls come last, also in reverse, as agate's own order has them first then. */
  async orderBy(key: Value, reverse: boolean): Promise<AgateTable> {
    const keyed: { row: MappedSequence; values: Value[] }[] = []
    for (const row of this.rows) keyed.push({ row, values: await this.keyValues(key, row) })
    keyed.sort((a, b) => compareKeys(a.values, b.values) * (reverse ? -1 : 1))
    return this.with(keyed.map(one => one.row))
  }
  async groupBy(key: Value, name: string | null): Promise<Value> {
    const groups = new Map<HashKey, { value: Value; rows: MappedSequence[] }>()
    for (const row of this.rows) {
      const [value = null] = await this.keyValues(key, row)
      const hash = hashKey(value)
      const group = groups.get(hash)
      if (group) group.rows.push(row)
      else groups.set(hash, { value, rows: [row] })
    }
    const tables = [...groups.values()]
    return new TableSet(
      tables.map(group => this.with(group.rows)),
      tables.map(group => str(group.value)),
      name ?? (typeof key === 'string' ? key : 'group'),
    )
  }
  private async keyValues(key: Value, row: MappedSequence): Promise<Value[]> {
    if (typeof key === 'string') return [row.values[this.indexOf(key)] ?? null]
    if (Array.isArray(key) || key instanceof PyTuple) {
      return Array.from(iterate(key), name => row.values[this.indexOf(str(name))] ?? null)
    }
    return [await callback(key, row)]
  }
  private indexOf(name: string): number {
    const index = this.names.indexOf(name)
    if (index === -1) throw valueError(`the table has no column '${name}'`)
    return index
  }
}

/** Tables by the value they were grouped by. */
class TableSet extends MappedSequence {
  private readonly keyName: string
  constructor(tables: readonly AgateTable[], keys: readonly string[], keyName: string) {
    super(tables, keys)
    this.keyName = keyName
  }
  override attr(name: string): Value | undefined {
    if (name === 'key_name') return this.keyName
    return super.attr(name)
  }
}

function fromColumns(
  names: readonly string[],
  columns: readonly { readonly type: AgateType; readonly values: readonly Value[] }[],
  origin: TableOrigin = {},
): AgateTable {
  const count = columns[0]?.values.length ?? 0
  const rows = Array.from({ length: count }, (_, row) => columns.map(column => column.values[row] ?? null))
  return new AgateTable(
    names,
    columns.map(column => column.type),
    rows,
    origin,
  )
}

/** What dbt's encoder makes of values inside nested ones: decimals become floats, dates and times ISO text. */
function forgiving(value: Value): Value {
  if (value instanceof PyDecimal) return new PyFloat(value.toFloat())
  if (value instanceof PyDateTime || value instanceof PyTime) return value.iso()
  return str(value)
}

/** A name that was seen gets the next free `_2`, `_3` … */
function uniqueNames(names: readonly string[]): string[] {
  const seen = new Set<string>()
  return names.map(name => {
    let unique = name
    for (let count = 2; seen.has(unique); count++) unique = `${name}_${count}`
    seen.add(unique)
    return unique
  })
}

function hasFraction(value: Value): boolean {
  return value instanceof PyDecimal && value.isFinite && decimalPlaces(value).fraction > 0
}

function compareKeys(a: readonly Value[], b: readonly Value[]): number {
  for (const [index, left] of a.entries()) {
    const right = b[index] ?? null
    if (left === null || right === null) {
      if (left !== right) return left === null ? 1 : -1
      continue
    }
    const order = isEqual(left, right) ? 0 : compareValues(left, right)
    if (order !== 0) return order
  }
  return 0
}

async function callback(test: Value, row: MappedSequence): Promise<Value> {
  if (!(test instanceof PyObject) || !test.call) throw typeError('a function is needed here')
  return await test.call([row], new Map())
}

function nameList(value: Value): string[] {
  return typeof value === 'string' ? [value] : Array.from(iterate(value), str)
}

function renamed(table: AgateTable, names: Value): AgateTable {
  if (names instanceof PyDict) return table.rename(table.names.map(name => str(names.get(name) ?? name)))
  return names === null ? table : table.rename(nameList(names))
}

function limitOption(value: Value | undefined): number | null {
  return typeof value === 'number' ? value : null
}

const printParameters = [
  ['max_rows', 20],
  ['max_columns', 6],
  ['output', null],
  ['max_column_width', 20],
  ['locale', null],
  ['max_precision', 3],
] as const

const attributes: Attributes<AgateTable> = {
  columns: self => self.columns,
  rows: self => new MappedSequence(self.rows, null),
  column_names: self => new PyTuple(self.names),
  column_types: self => new PyTuple(self.types),
  row_names: () => null,
  original_abspath: self => self.sourcePath,
  select: method('select', ['key'], (self, [key = null]) => self.select(nameList(key))),
  exclude: method('exclude', ['key'], (self, [key = null]) => self.exclude(nameList(key))),
  rename: method(
    'rename',
    [
      ['column_names', null],
      ['row_names', null],
      ['slug_columns', false],
    ],
    (self, [names = null]) => renamed(self, names),
  ),
  limit: method(
    'limit',
    [
      ['start_or_stop', 0],
      ['stop', null],
      ['step', 1],
    ],
    (self, [start, stop, step]) => self.limit(Number(start), limitOption(stop), Number(step)),
  ),
  distinct: method('distinct', [['key', null]], (self, [key = null]) => {
    const names = key === null ? self.names : nameList(key)
    return self.distinct(row => hashKey(new PyTuple(names.map(name => row.named(name) ?? null))))
  }),
  where: method('where', ['test'], (self, [test = null]) => self.where(test)),
  find: method('find', ['test'], async (self, [test = null]) => (await self.where(test)).rows[0] ?? null),
  order_by: method('order_by', ['key', ['reverse', false]], (self, [key = null, reverse = false]) =>
    self.orderBy(key, truthy(reverse)),
  ),
  group_by: method('group_by', ['key', ['key_name', null], ['key_type', null]], (self, [key = null, name = null]) =>
    self.groupBy(key, name === null ? null : str(name)),
  ),
  print_table: method('print_table', printParameters, (self, [maxRows, maxColumns, , width, , precision]) =>
    self.print(
      printedTable(self, {
        maxRows: limitOption(maxRows),
        maxColumns: limitOption(maxColumns),
        maxColumnWidth: limitOption(width),
        maxPrecision: limitOption(precision),
      }),
    ),
  ),
  print_structure: method(
    'print_structure',
    [
      ['output', null],
      ['max_rows', null],
    ],
    self => self.print(self.str()),
  ),
  print_csv: method('print_csv', ['**kwargs'], self => self.print(csvText(self))),
  print_json: method('print_json', ['**kwargs'], self => {
    return self.print(jsonText(self.rowsAsDicts(), { fallback: forgiving }))
  }),
}

/** Cells with a comma, a quote or a line break are quoted. */
function csvText(table: AgateTable): string {
  const cell = (text: string): string => (/[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  const rows = table.rows.map(row => row.values.map(value => (value === null ? '' : cell(str(value)))))
  return [table.names.map(cell), ...rows].map(row => `${row.join(',')}\n`).join('')
}

/** What `print_table` shows, for the terminal. */
export function printedTable(table: AgateTable, options: Parameters<typeof tableText>[3] = {}): string {
  return tableText(
    table.names,
    table.types,
    table.rows.map(row => row.values),
    options,
  )
}
