/**
 * Members of a graph as a table, one row each. What selection, counting and reference look-up ask of every member stands
 * in columns, which are parsed as a whole when somebody first looks at one; everything else stands in the member's
 * record, which is parsed when somebody looks at that member.
 */
import type { GraphMember } from '../project/node.ts'
import type { CacheFile, CacheFileWriter, Section } from './cache-file.ts'
import { type RecordReader, type RecordWriter, sameNames } from './record-text.ts'

/** Fields with a column of their own. `uniqueId`, `name`, `fqn` and `config` are kept in a shorter form. */
const columnFields = [
  'resourceType',
  'packageName',
  'originalFilePath',
  'tags',
  'patchPath',
  'database',
  'schema',
  'version',
  'latestVersion',
  'access',
  'group',
] as const
type ColumnField = (typeof columnFields)[number]

const outsideRecord: ReadonlySet<string> = new Set(['uniqueId', 'name', 'fqn', 'config', ...columnFields])

/** Columns that are no field: the names of a member's fields, and parts of fields. */
const shortColumns = ['shape', 'folder', 'lastName', 'name', 'config'] as const
type ColumnName = ColumnField | (typeof shortColumns)[number]
const columnNames: readonly ColumnName[] = [...columnFields, ...shortColumns]

type ColumnValue = string | number | boolean | null | readonly string[]

/** Distinct values, and for each row the number of its value. */
interface Column {
  readonly values: readonly ColumnValue[]
  readonly rows: readonly number[]
}

class ColumnWriter {
  private readonly numbers = new Map<ColumnValue, number>()
  private readonly values: ColumnValue[] = []
  private readonly rows: number[] = []
  private last: ColumnValue | undefined
  private lastNumber = 0

  add(value: ColumnValue): void {
    if (value !== this.last) {
      this.last = value
      this.lastNumber = this.numberOf(value)
    }
    this.rows.push(this.lastNumber)
  }

  text(): string {
    return JSON.stringify({ values: this.values, rows: this.rows } satisfies Column)
  }

  private numberOf(value: ColumnValue): number {
    const key = typeof value === 'object' && value !== null ? value.join('\0') : value
    const known = this.numbers.get(key)
    if (known !== undefined) return known
    const number = this.values.push(value) - 1
    this.numbers.set(key, number)
    return number
  }
}

/** The members as sections of a file. @throws NotStorable */
export function* memberSections(
  members: Iterable<GraphMember>,
  writer: RecordWriter,
  file: CacheFileWriter,
): Iterable<Section> {
  const columns = new ColumnsWriter(writer)
  const ids: string[] = []
  const ends: number[] = []
  const records = function* (): Iterable<string> {
    for (const member of members) {
      ids.push(member.uniqueId)
      yield writer.record(member, columns.add(member))
      ends.push(file.position)
    }
  }
  yield { name: 'records', parts: records() }
  yield { name: 'record ends', parts: [JSON.stringify(ends)] }
  yield { name: 'ids', parts: [JSON.stringify(ids)] }
  yield* columns.sections()
}

/** The names of a member's fields, and those of them that stand in its record. */
interface MemberShape {
  readonly names: readonly string[]
  readonly inRecord: readonly string[]
}

class ColumnsWriter {
  private readonly fields = columnFields.map(name => [name, new ColumnWriter()] as const)
  private readonly short = Object.fromEntries(shortColumns.map(name => [name, new ColumnWriter()])) as Record<
    (typeof shortColumns)[number],
    ColumnWriter
  >
  private readonly shapes: MemberShape[] = []
  private readonly writer: RecordWriter

  constructor(writer: RecordWriter) {
    this.writer = writer
  }

  /** @returns the fields that stand in no column */
  add(member: GraphMember): readonly string[] {
    const { uniqueId, name, fqn } = member
    const fields = member as unknown as Readonly<Record<string, ColumnValue | undefined>>
    for (const [field, column] of this.fields) column.add(fields[field] ?? null)
    const { short } = this
    const last = fqn.at(-1) ?? null
    const shape = this.shapeOf(member)
    short.shape.add(shape.names)
    short.folder.add(fqn.slice(0, -1))
    short.lastName.add(last === name ? null : last)
    short.name.add(nameInId(uniqueId, name))
    short.config.add(this.writer.numberOf(member.config))
    return shape.inRecord
  }

  *sections(): Iterable<Section> {
    for (const [name, column] of [...this.fields, ...Object.entries(this.short)]) {
      yield { name: `column ${name}`, parts: [column.text()] }
    }
  }

  private shapeOf(member: GraphMember): MemberShape {
    const names = Object.keys(member)
    const known = this.shapes.find(one => sameNames(one.names, names))
    if (known) return known
    const shape = { names, inRecord: names.filter(name => !outsideRecord.has(name)) }
    this.shapes.push(shape)
    return shape
  }
}

/** The name, or where it can be cut out of the unique id, how much of the id stands behind it. */
function nameInId(uniqueId: string, name: string): string | number {
  const start = nameStart(uniqueId)
  return uniqueId.startsWith(name, start) ? uniqueId.length - start - name.length : name
}

function nameStart(uniqueId: string): number {
  return uniqueId.indexOf('.', uniqueId.indexOf('.') + 1) + 1
}

export class MemberTable {
  /** Sections of the file that this reads. */
  static readonly sections = ['records', 'record ends', 'ids', ...columnNames.map(name => `column ${name}`)]

  readonly ids: readonly string[]
  private readonly file: CacheFile
  private readonly reader: RecordReader
  private readonly records: Buffer
  private readonly columns = new Map<ColumnName, Column>()
  private readonly classes: (typeof CachedMember)[] = []
  private readonly members: GraphMember[] = []
  private ends: readonly number[] | undefined

  constructor(file: CacheFile, reader: RecordReader) {
    this.file = file
    this.reader = reader
    this.records = file.bytes('records')
    this.ids = JSON.parse(file.text('ids')) as string[]
  }

  /** The same object each time. */
  member(row: number): GraphMember {
    let member = this.members[row]
    if (member === undefined) {
      const made: unknown = new (this.classOf(row))(this, row)
      member = made as GraphMember
      this.members[row] = member
    }
    return member
  }

  /** Puts another member into a row. Its fields that have columns have to be as they were. */
  replace(row: number, member: GraphMember): void {
    this.members[row] = member
  }

  /** Rows whose member stands in a file of a package, disabled members among them. */
  rowsOfFile(packageName: string, originalFilePath: string): readonly number[] {
    const { values, rows } = this.column('originalFilePath')
    const number = values.indexOf(originalFilePath)
    if (number === -1) return []
    return rows.flatMap((one, row) => (one === number && this.cell(row, 'packageName') === packageName ? [row] : []))
  }

  /** What a field of a row is, for fields outside the record. */
  field(row: number, name: string): unknown {
    switch (name) {
      case 'uniqueId':
        return this.ids[row]
      case 'name':
        return this.name(row)
      case 'fqn':
        return [...(this.cell(row, 'folder') as readonly string[]), this.cell(row, 'lastName') ?? this.name(row)]
      case 'config':
        return this.reader.sharedValue(Number(this.cell(row, 'config')))
      default:
        return this.cell(row, name as ColumnField)
    }
  }

  record(row: number): Readonly<Record<string, unknown>> {
    this.ends ??= JSON.parse(this.file.text('record ends')) as number[]
    const text = this.records.toString('utf8', this.ends[row - 1] ?? 0, this.ends[row])
    return this.reader.value(text) as Readonly<Record<string, unknown>>
  }

  private name(row: number): string {
    const id = this.ids[row] ?? ''
    const name = this.cell(row, 'name')
    return typeof name === 'number' ? id.slice(nameStart(id), id.length - name) : String(name)
  }

  private cell(row: number, name: ColumnName): ColumnValue {
    const { values, rows } = this.column(name)
    return values[rows[row] ?? 0] ?? null
  }

  private column(name: ColumnName): Column {
    let column = this.columns.get(name)
    if (column === undefined) {
      column = JSON.parse(this.file.text(`column ${name}`)) as Column
      this.columns.set(name, column)
    }
    return column
  }

  private classOf(row: number): typeof CachedMember {
    const { values, rows } = this.column('shape')
    const shape = rows[row] ?? 0
    this.classes[shape] ??= memberClass(values[shape] as readonly string[])
    return this.classes[shape]
  }
}

/** A member that knows its row. Its fields are getters: they are found by `in`, but not by `Object.keys` and spreads. */
class CachedMember {
  readonly #table: MemberTable
  readonly #row: number
  #record: Readonly<Record<string, unknown>> | undefined

  constructor(table: MemberTable, row: number) {
    this.#table = table
    this.#row = row
  }

  static field(member: CachedMember, name: string): unknown {
    return member.#table.field(member.#row, name)
  }

  static recordField(member: CachedMember, name: string): unknown {
    member.#record ??= member.#table.record(member.#row)
    return member.#record[name]
  }
}

function memberClass(shape: readonly string[]): typeof CachedMember {
  const made = class extends CachedMember {}
  for (const name of shape) {
    const read = outsideRecord.has(name) ? CachedMember.field : CachedMember.recordField
    Object.defineProperty(made.prototype, name, {
      enumerable: true,
      get(this: CachedMember) {
        return read(this, name)
      },
    })
  }
  return made
}
