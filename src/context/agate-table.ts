/** Query results as templates see them: agate tables. They never change; methods give new ones. */
import type { QueryResult } from '../base/sql-value.ts'
import { iterate, truthy } from '../template/iteration.ts'
import { jsonText } from '../template/json-text.ts'
import { str } from '../template/repr.ts'
import { PyDict, PyObject, PyTuple, type Value } from '../template/value.ts'
import { contentOfResult, contentOfText, contentOfValues, encoded, type TableContent } from './agate-content.ts'
import { csvText, tableText } from './agate-print.ts'
import { distinctRows, positionOf, rowGroups, rowsInOrder, rowsWhere } from './agate-rows.ts'
import { AgateColumn, MappedSequence, TableSet } from './agate-sequence.ts'
import { AgateType } from './agate-types.ts'
import { decimalPlaces, PyDecimal } from './modules/python-decimal.ts'
import type { TimeZone } from './modules/python-tzinfo.ts'
import { type Attributes, attributeOf, method } from './python-object.ts'

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

  /** The rows of a query. */
  static fromResult(result: QueryResult, origin: TableOrigin & { readonly zone?: TimeZone } = {}): AgateTable {
    return AgateTable.holding(contentOfResult(result, origin.zone), origin)
  }

  /** The rows of a CSV file. Columns in `textColumns` stay text. */
  static fromText(
    names: readonly string[],
    rows: readonly (readonly string[])[],
    options: { readonly textColumns?: ReadonlySet<string>; readonly path?: string } = {},
  ): AgateTable {
    return AgateTable.holding(contentOfText(names, rows, options.textColumns), options)
  }

  /** Rows of plain values under types that are found as for a query. */
  static fromValues(names: readonly string[], rows: readonly (readonly Value[])[]): AgateTable {
    return AgateTable.holding(contentOfValues(names, rows))
  }

  private static holding({ names, types, rows }: TableContent, origin?: TableOrigin): AgateTable {
    return new AgateTable(names, types, rows, origin)
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
    const indexes = wanted.map(name => positionOf(this.names, name))
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
  /** The first row of each key; without names the whole row is the key. */
  distinct(names: readonly string[] | null): AgateTable {
    return this.with(distinctRows(this.rows, names ?? this.names))
  }
  async where(test: Value): Promise<AgateTable> {
    return this.with(await rowsWhere(this.rows, test))
  }
  async orderBy(key: Value, reverse: boolean): Promise<AgateTable> {
    return this.with(await rowsInOrder(this.rows, key, reverse))
  }
  async groupBy(key: Value, name: string | null): Promise<Value> {
    const groups = await rowGroups(this.rows, key)
    return new TableSet(
      groups.map(group => this.with(group.rows)),
      groups.map(group => str(group.value)),
      name ?? (typeof key === 'string' ? key : 'group'),
    )
  }
}

function hasFraction(value: Value): boolean {
  return value instanceof PyDecimal && value.isFinite && decimalPlaces(value).fraction > 0
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
  distinct: method('distinct', [['key', null]], (self, [key = null]) =>
    self.distinct(key === null ? null : nameList(key)),
  ),
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
  print_csv: method('print_csv', ['**kwargs'], self => {
    const cells = self.rows.map(row => row.values.map((value, index) => self.types[index]?.csvify(value) ?? null))
    return self.print(csvText(self.names, cells))
  }),
  print_json: method('print_json', ['**kwargs'], self => {
    return self.print(jsonText(self.rowsAsDicts(), { fallback: encoded }))
  }),
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
