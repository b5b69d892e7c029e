/**
 * Lays rows out along a curve through the space of several columns, so that a condition on any of them is met in few files.
 * Each column counts by rank, whatever its type; the bits of the ranks are interleaved.
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { AddFile } from './action.ts'
import { type FileWriter, writeDataFiles } from './data-files.ts'
import { sameName } from './protocol.ts'
import { quoteName } from './sql-words.ts'
import type { TableShape } from './table-shape.ts'

export interface ZOrder {
  /** SQL for the rows. */
  readonly query: string
  readonly shape: TableShape
  readonly columns: readonly string[]
  /** Of each file. */
  readonly rowCount: number
}

const table = quoteName('__eider_zorder')
const curve = quoteName('__eider_curve')
const part = quoteName('__eider_part')

/** @throws `delta/bad-column` for a column that is nested, a partition column or not there */
export async function writeOrdered(writer: FileWriter, order: ZOrder): Promise<AddFile[]> {
  const names = order.columns.map(column => orderable(order.shape, column)).map(quoteName)
  await writer.rows(`CREATE OR REPLACE TEMP TABLE ${table} AS ${orderedSql(order, names)}`)
  try {
    const [most] = await writer.rows(`SELECT max(${part})::INTEGER AS most FROM ${table}`)
    const adds: AddFile[] = []
    for (let at = 0; at <= Number(most?.most ?? -1); at++) {
      const query = `SELECT * EXCLUDE (${curve}, ${part}) FROM ${table} WHERE ${part} = ${at} ORDER BY ${curve}`
      adds.push(...(await writeDataFiles(writer, { query, shape: order.shape })))
    }
    return adds
  } finally {
    await writer.rows(`DROP TABLE ${table}`)
  }
}

function orderedSql({ query, shape, rowCount }: ZOrder, names: readonly string[]): string {
  const bits = Math.min(15, Math.floor(60 / names.length))
  const ranks = names.map(name => `(percent_rank() OVER (ORDER BY ${name} NULLS FIRST) * ${2 ** bits - 1})::BIGINT`)
  const listed = ranks.map((rank, at) => `${rank} AS __eider_r${at}`)
  const pieces = names.flatMap((_, at) =>
    Array.from({ length: bits }, (_bit, bit) => `(((__eider_r${at} >> ${bit}) & 1) << ${bit * names.length + at})`),
  )
  const partition = shape.partitionColumns.map(quoteName).join(', ')
  const within = `${partition === '' ? '' : `PARTITION BY ${partition} `}ORDER BY ${curve}`
  return `SELECT * EXCLUDE (${names.map((_, at) => `__eider_r${at}`).join(', ')}),
  (row_number() OVER (${within}) - 1) // ${Math.max(1, Math.floor(rowCount))} AS ${part}
FROM (SELECT *, ${pieces.join(' + ')} AS ${curve} FROM (SELECT *, ${listed.join(', ')} FROM (${query})))`
}

function orderable({ schema, partitionColumns }: TableShape, column: string): string {
  const field = schema.fields.find(one => sameName(one.name, column))
  const isPartition = partitionColumns.some(one => sameName(one, column))
  const isPlain = field?.type.kind === 'primitive' || field?.type.kind === 'decimal'
  if (field !== undefined && isPlain && !isPartition) return field.name
  const reason = field === undefined ? 'is not there' : isPartition ? 'is a partition column' : 'is nested'
  throw new DiagnosticError({
    code: 'delta/bad-column',
    kind: 'Runtime',
    message: `The table cannot be ordered by "${column}", which ${reason}`,
  })
}
