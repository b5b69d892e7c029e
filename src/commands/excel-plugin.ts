/**
 * `plugin: excel`: a source that is a sheet of a workbook, and models written to sheets of one, with dbt-duckdb's keys and
 * what they mean to pandas, which it uses. The workbook is written when the run ends, or after each model with
 * `lazy_close: false`.
 */
import type { Connection, Database } from '../adapter/adapter.ts'
import { DiagnosticError } from '../base/diagnostic.ts'
import { nearName } from '../base/near-name.ts'
import { quoteIdentifier, quoteString } from '../base/sql-text.ts'
import { sourceRelation } from '../compile/node-relation.ts'
import type { Plugin, PluginSource } from '../compile/plugin.ts'
import { isS3Url } from '../lake/s3-access.ts'
import type { SourceNode } from '../project/node.ts'
import type { FileSystem } from '../storage/file-system.ts'
import { str } from '../template/repr.ts'
import { PyDict, type Value } from '../template/value.ts'
import { readWorkbook, type Workbook, WorkbookError } from '../workbook/read-workbook.ts'
import { type SheetTable, tableOfSheet } from '../workbook/sheet-table.ts'
import { plainStyle, type WorkbookStyle, type WrittenSheet, writeWorkbook } from '../workbook/write-workbook.ts'
import { hasData, sheetOf } from './excel-sheet.ts'

export function excelPlugin(config: PyDict, files: FileSystem): Plugin {
  const output = config.get('output')
  const options = output instanceof PyDict ? output : undefined
  const sheets = new Map<string, WrittenSheet>()
  const write = async (database: Database | undefined): Promise<void> => {
    if (options === undefined || sheets.size === 0) return
    const bytes = writeWorkbook([...sheets.values()], styleOf(options))
    sheets.clear()
    await put(str(options.get('file') ?? ''), bytes, files, database)
  }
  return {
    load: loadSheet,
    check(node) {
      if (options === undefined || typeof options.get('file') !== 'string') {
        const hint = 'plugins: [{module: excel, config: {output: {file: report.xlsx}}}]'
        throw wrong(node.uniqueId, 'The plugin "excel" of the profile names no output file', hint)
      }
      if ((options.get('mode') ?? 'w') !== 'w') {
        throw wrong(node.uniqueId, 'The plugin "excel" writes new workbooks only; the mode is to be "w"')
      }
    },
    async store(model) {
      if (options === undefined) return
      const overrides = model.config('overrides')
      const merged = PyDict.of([...options, ...(overrides instanceof PyDict ? overrides : [])])
      const result = await model.rows()
      if (merged.get('skip_empty_sheet') === true && !hasData(result)) return
      const sheet = sheetOf(result, merged, model.node)
      sheets.set(sheet.name, sheet)
      if (merged.get('lazy_close') === false) await write(undefined)
    },
    finish: write,
  }
}

/** Excel's formats are case-insensitive; pandas writes them in capitals. */
function styleOf(options: PyDict): WorkbookStyle {
  const text = (name: string, fallback: string): string => {
    const value = options.get(name)
    return typeof value === 'string' ? value : fallback
  }
  return {
    dateFormat: text('date_format', plainStyle.dateFormat),
    momentFormat: text('datetime_format', plainStyle.momentFormat),
    headerStyling: options.get('header_styling') !== false,
  }
}

async function put(path: string, bytes: Uint8Array, files: FileSystem, database: Database | undefined): Promise<void> {
  if (!isS3Url(path) || database === undefined) return files.write(path, bytes)
  const connection = await database.connect()
  try {
    const text = quoteString(Buffer.from(bytes).toString('base64'))
    await connection.execute(`copy (select from_base64(${text})) to ${quoteString(path)} (format blob)`)
  } finally {
    await connection.close()
  }
}

async function loadSheet({ source, config, location, database }: PluginSource): Promise<undefined> {
  if (location === undefined) {
    throw wrong(source.uniqueId, '\'external_location\' is a required argument for the plugin "excel"')
  }
  // What a source holds is there for all nodes, whatever becomes of the transaction of the one that asks first.
  const connection = await database.connect()
  try {
    const relation = sourceRelation(source, { external: null })
    if (!(await isWanted(source, config('save_mode') ?? null, connection))) return undefined
    const workbook = await openWorkbook(source, location, connection)
    const sheet = tableOfSheet(workbook.rows(sheetIndex(source, workbook, config('sheet_name') ?? 0)))
    if (sheet.columns.length === 0) throw wrong(source.uniqueId, `The sheet of "${location}" is empty`)
    await createSchema(source, connection)
    await fill(relation.render(), sheet, connection)
    return undefined
  } finally {
    await connection.close()
  }
}

async function isWanted({ uniqueId, schema, identifier, database }: SourceNode, mode: Value, connection: Connection) {
  if (mode !== 'ignore' && mode !== 'error_if_exists') return true
  const inDatabase = database === null ? '' : ` and table_catalog = ${quoteString(database)}`
  const [[count] = []] = await connection.rows(
    `select count(*) from system.information_schema.tables where table_schema = ${quoteString(schema)} and table_name = ${quoteString(identifier)}${inDatabase}`,
  )
  if (count === 0) return true
  if (mode === 'ignore') return false
  throw wrong(uniqueId, `Source ${[database, schema, identifier].filter(Boolean).join('.')} already exists!`)
}

async function openWorkbook(source: SourceNode, location: string, connection: Connection): Promise<Workbook> {
  const rows = await connection.rows(`select content from read_blob(${quoteString(location)}) limit 1`)
  const content = rows[0]?.[0]
  if (content === null || typeof content !== 'object' || content.kind !== 'blob') {
    throw wrong(source.uniqueId, `There is no file "${location}"`)
  }
  try {
    return readWorkbook(content.bytes)
  } catch (error) {
    if (error instanceof WorkbookError) throw wrong(source.uniqueId, `The file "${location}" ${error.message}`)
    throw error
  }
}

/** By name, or by place, which counts from 0. */
function sheetIndex({ uniqueId }: SourceNode, { sheetNames }: Workbook, wanted: Value): number {
  if (typeof wanted === 'number') {
    if (wanted >= 0 && wanted < sheetNames.length) return wanted
    throw wrong(uniqueId, `Worksheet index ${wanted} is invalid, ${sheetNames.length} worksheets found`)
  }
  const name = str(wanted)
  const index = sheetNames.indexOf(name)
  if (index !== -1) return index
  const near = nearName(name, sheetNames)
  throw wrong(
    uniqueId,
    `Worksheet named '${name}' not found`,
    near === undefined ? `there are: ${sheetNames.join(', ')}` : `did you mean "${near}"`,
  )
}

async function createSchema({ database, schema }: SourceNode, connection: Connection): Promise<void> {
  const name = [database, schema].filter(part => part !== null).map(quoteIdentifier)
  await connection.execute(`create schema if not exists ${name.join('.')}`)
}

const rowsPerStatement = 5000

/** In one transaction: nobody sees the table half full. */
async function fill(relation: string, { columns, rows }: SheetTable, connection: Connection): Promise<void> {
  const fields = columns.map(({ name, type }) => `${quoteIdentifier(name)} ${type}`)
  const values = columns.map(({ type }, index) => `cast(line[${index + 1}] as ${type})`)
  connection.begin()
  await connection.execute(`create or replace table ${relation} (${fields.join(', ')})`)
  for (let start = 0; start < rows.length; start += rowsPerStatement) {
    const lines = quoteString(JSON.stringify(rows.slice(start, start + rowsPerStatement)))
    await connection.execute(
      `insert into ${relation} select ${values.join(', ')} from (select unnest(from_json(${lines}, '[["VARCHAR"]]')) as line)`,
    )
  }
  await connection.commit()
}

function wrong(node: string, message: string, hint?: string): DiagnosticError {
  return new DiagnosticError({
    code: 'compile/workbook',
    kind: 'Runtime',
    message,
    node,
    ...(hint !== undefined && { hint }),
  })
}
