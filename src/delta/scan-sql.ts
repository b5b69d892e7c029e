/**
 * Turns chosen data files into one DuckDB query that gives exactly their live rows. Pure: what has to be looked up is in
 * the plan. The text stands alone (no temporary tables, no session settings), so it can be a view or a subquery.
 */

import type { FileLayout } from './file-layout.ts'
import type { RowRange } from './roaring.ts'
import { type ColumnMapping, type DeltaType, duckdbType } from './schema.ts'
import { escapePattern, quoteName, quoteText, textList } from './sql-words.ts'
import { logicalSql, type StoredForm, storedType } from './stored-column.ts'

export interface ScanFile {
  /** As DuckDB opens it; special characters are escaped here. */
  readonly path: string
  /** One text for each constant column of the plan, in their order. */
  readonly constants: readonly (string | null)[]
  /** Rows left out, or the only ones that count. */
  readonly rows?: { readonly kind: 'except' | 'only'; readonly ranges: readonly RowRange[] }
  readonly rowCount?: number
  /** Where it differs from the schema; files of one layout share the object. */
  readonly layout?: FileLayout
}

export type ScanColumn =
  | {
      readonly kind: 'stored'
      readonly name: string
      readonly type: DeltaType
      readonly physicalName: string
      readonly id?: number
      /** DuckDB must not compare it while it reads a file: it would round the wanted value to the type of that file. */
      readonly comparedAfterwards?: boolean
    }
  | {
      /** The same for all rows of a file: partition values, versions. */
      readonly kind: 'constant'
      readonly name: string
      readonly type: string
      /** Makes the value from SQL for its text. */
      valueSql(text: string): string
    }

export interface ScanPlan {
  readonly columns: readonly ScanColumn[]
  readonly mapping: ColumnMapping
  /** Files find their columns by parquet field id instead of by name. */
  readonly byId: boolean
  /** By form: each is read by one query. */
  readonly groups: readonly FileGroup[]
  /** Begins all inner names, so that they can be told apart in the plan of a statement. */
  readonly tag?: string
  readonly guard?: ScanGuard
  /** Path of a Parquet file without rows that stands beside a file which would be read by one thread. */
  readonly emptyFile?: string
}

/** Files of one form, with the same way of choosing rows. */
export type FileGroup = readonly ScanFile[]

/** Files that are left out because nobody is expected to want them: the query fails when somebody does. */
interface ScanGuard {
  /** Of those left out by their partitions, as in `ScanFile`. At least one column of the plan has to be constant. */
  readonly constants: Constants
  /** Of the failure that their partitions lead to. */
  readonly message: string
  /** Paths of hollow Parquet files that stand for those left out by statistics, with a column for each of the plan. */
  readonly hollows: readonly string[]
}

type StoredColumn = Extract<ScanColumn, { readonly kind: 'stored' }>
type ConstantColumn = Extract<ScanColumn, { readonly kind: 'constant' }>

export function scanSql(plan: ScanPlan): string {
  const parts = plan.groups.length === 0 ? [emptySql(plan)] : plan.groups.map(group => groupSql(plan, group))
  if (plan.guard !== undefined && plan.guard.constants.length > 0) parts.push(guardSql(plan, plan.guard))
  for (const path of plan.guard?.hollows ?? []) parts.push(hollowSql(plan, path))
  return parts.join('\nUNION ALL\n')
}

/**
 * No row, but a failure for each file that the conditions on constant columns leave. The message comes from the other side
 * of a join, so that DuckDB looks at those conditions first: they need one side only.
 */
function guardSql(plan: ScanPlan, { constants, message }: ScanGuard): string {
  const columns = constantColumns(plan)
  const failure = 'error(m.m || g.i)::VARCHAR'
  const selected = plan.columns.map(column => {
    const value = column.kind === 'stored' ? `CAST(g.e AS ${duckdbType(column.type)})` : `g.k${columns.indexOf(column)}`
    return `${value} AS ${quoteName(column.name)}`
  })
  const source = `${constantSource(columns, constants, '')} AS g, (SELECT unnest([${quoteText(message)}]) AS m) AS m`
  return `SELECT ${selected.join(', ')} FROM (SELECT g.*, ${failure} AS e FROM ${source}) AS g WHERE g.e IS NULL`
}

/**
 * No row, but a failure unless conditions on columns pass over all row groups of the hollow file. Each column is one of its
 * own there, so that no two conditions contradict each other; the last one is asked for something that nothing is known of,
 * so that rows cannot be counted without being read.
 */
function hollowSql(plan: ScanPlan, path: string): string {
  const selected = plan.columns.map((column, at) => {
    const type = column.kind === 'stored' ? duckdbType(column.type) : column.type
    return `CAST(g.c${at} AS ${type}) AS ${quoteName(column.name)}`
  })
  const source = `read_parquet(${textList([escapePattern(path)])}, hive_partitioning = false)`
  return `SELECT ${selected.join(', ')} FROM ${source} AS g WHERE hash(g.c${plan.columns.length}) = 0`
}

function constantColumns(plan: Pick<ScanPlan, 'columns'>): ConstantColumn[] {
  return plan.columns.filter((column): column is ConstantColumn => column.kind === 'constant')
}

export function groupsOf(files: readonly ScanFile[]): readonly FileGroup[] {
  const groups: { readonly layout: FileLayout | undefined; readonly isOnly: boolean; readonly files: ScanFile[] }[] = []
  for (const file of files) {
    const isOnly = file.rows?.kind === 'only'
    const group = groups.find(one => one.layout === file.layout && one.isOnly === isOnly)
    if (group === undefined) groups.push({ layout: file.layout, isOnly, files: [file] })
    else group.files.push(file)
  }
  return groups.map(group => group.files)
}

function emptySql(plan: ScanPlan): string {
  const columns = plan.columns.map(column => {
    const type = column.kind === 'stored' ? duckdbType(column.type) : column.type
    return `CAST(NULL AS ${type}) AS ${quoteName(column.name)}`
  })
  return `SELECT ${columns.join(', ')} WHERE false`
}

function groupSql(plan: ScanPlan, files: FileGroup): string {
  const layout = files[0]?.layout
  const formOf = (column: StoredColumn): StoredForm => ({
    mapping: plan.mapping,
    zoneless: layout?.zoneless.has(column.name) === true,
    ...(layout === undefined ? {} : { layout }),
  })
  const constants = constantColumns(plan)
  const { tag = '' } = plan
  // Inner names keep apart from the virtual columns `filename`, `file_index` and `file_row_number`.
  const values = plan.columns.map((column, index) => {
    if (column.kind === 'stored') {
      const value = logicalSql(column.type, `f.${tag}c${index}`, formOf(column))
      return column.comparedAfterwards === true ? `CASE WHEN f.file_index IS NOT NULL THEN ${value} END` : value
    }
    return `k.${tag}k${constants.indexOf(column)}`
  })
  const selected = plan.columns.map((column, index) => `${values[index]} AS ${quoteName(column.name)}`)
  const parts = [`SELECT ${selected.join(', ')}`, `FROM ${fileSource(plan, files, formOf)} AS f`]
  if (constants.length > 0) {
    const source = constantSource(
      constants,
      files.map(file => file.constants),
      tag,
    )
    parts.push(`JOIN ${source} AS k ON f.file_index = k.${tag}i`)
  }
  if (files.some(file => file.rows !== undefined)) {
    const join = files[0]?.rows?.kind === 'only' ? 'SEMI' : 'ANTI'
    parts.push(`${join} JOIN ${rowSource(files)} AS d ON f.file_index = d.i AND f.file_row_number = d.r`)
  }
  return parts.join('\n')
}

function fileSource(plan: ScanPlan, files: FileGroup, formOf: (column: StoredColumn) => StoredForm): string {
  const entries = plan.columns.flatMap((column, index) => {
    if (column.kind !== 'stored') return []
    const type = storedType(column.type, formOf(column))
    return type === undefined
      ? []
      : [
          `${fileKeySql(plan, column)}: {name: '${plan.tag ?? ''}c${index}', type: ${quoteText(type)}, default_value: NULL}`,
        ]
  })
  const options = ['hive_partitioning = false']
  if (entries.length > 0) options.push(`schema = MAP {${entries.join(', ')}}`)
  const rows = files.reduce((sum, file) => sum + (file.rowCount ?? Number.NaN), 0)
  if (Number.isSafeInteger(rows)) options.push(`explicit_cardinality = ${rows}`)
  const paths = files.map(file => file.path)
  if (plan.emptyFile !== undefined && entries.length > 0 && isReadAlone(files)) paths.push(plan.emptyFile)
  return `read_parquet(${textList(paths.map(escapePattern))}, ${options.join(', ')})`
}

/** DuckDB's usual size of a row group. */
const rowGroupRows = 122_880

/**
 * Whether one thread would read what several could share. DuckDB gives a single file to as many as it has row groups, but
 * looks for them only where it takes the columns from the file; of several files each is read by all threads.
 */
export function isReadAlone(files: FileGroup): boolean {
  return files.length === 1 && (files[0]?.rowCount ?? Number.POSITIVE_INFINITY) > rowGroupRows
}

function fileKeySql(plan: ScanPlan, column: StoredColumn): string {
  return plan.byId ? String(column.id ?? -1) : quoteText(column.physicalName)
}

/** One row a file: its place in the list of files and the values that all of its rows share. */
function constantSource(columns: readonly ConstantColumn[], files: Constants, tag: string): string {
  const { values, rows } = valueRows(columns, files, tag)
  return `(SELECT ${tag}i::UBIGINT AS ${tag}i, ${values} FROM ${rows})`
}

/** Of each file one text for each constant column. */
type Constants = readonly (readonly (string | null)[])[]

function valueRows(
  columns: readonly ConstantColumn[],
  files: Constants,
  tag: string,
): { readonly values: string; readonly rows: string } {
  const texts = columns.map((_, at) => `unnest(${textOrNullList(files.map(file => file[at] ?? null))}) AS ${tag}t${at}`)
  const values = columns.map((column, at) => `${keyedValue(column, `${tag}t${at}`, tag)} AS ${tag}k${at}`)
  return {
    values: values.join(', '),
    rows: `(SELECT ${[`unnest(range(${files.length})) AS ${tag}i`, ...texts].join(', ')})`,
  }
}

/** A value that is its text would go by the user's names in a plan. */
function keyedValue(column: ConstantColumn, text: string, tag: string): string {
  const value = column.valueSql(text)
  return value === text && tag !== '' ? `(${text} || '')` : value
}

/**
 * The query for the places of files whose constant columns meet conditions, which are texts over the inner names of a
 * scan with this tag, as a plan of it shows them.
 */
export function placesSql(
  plan: Pick<ScanPlan, 'columns' | 'tag'>,
  files: Constants,
  conditions: readonly string[],
): string {
  const { tag = '' } = plan
  const { values, rows } = valueRows(constantColumns(plan), files, tag)
  const wanted = conditions.map(condition => `(${condition})`).join(' AND ')
  return `SELECT ${tag}i AS i FROM (SELECT *, ${values} FROM ${rows}) WHERE ${wanted}`
}

/** One row for each row number that is named, made from ranges, which are short to write down. */
function rowSource(files: readonly ScanFile[]): string {
  const ranges = files.flatMap((file, index) => (file.rows?.ranges ?? []).map(range => ({ index, ...range })))
  const list = (values: readonly number[]): string => `from_json('[${values.join(',')}]', '["BIGINT"]')`
  const columns = [
    `unnest(${list(ranges.map(range => range.index))}) AS i`,
    `unnest(${list(ranges.map(range => range.start))}) AS s`,
    `unnest(${list(ranges.map(range => range.end))}) AS e`,
  ]
  return `(SELECT i::UBIGINT AS i, unnest(range(s, e)) AS r FROM (SELECT ${columns.join(', ')}))`
}

function textOrNullList(texts: readonly (string | null)[]): string {
  return `from_json(${quoteText(JSON.stringify(texts))}, '["VARCHAR"]')`
}
