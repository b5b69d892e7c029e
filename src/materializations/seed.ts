/**
 * Seeds the short way: the table is made or emptied, then DuckDB reads the file itself, in one transaction. dbt's way by
 * the macro is taken for `fast: false`, and when the project overrides a macro on it.
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import { offsetAt, type Place, placeAt, type SourceFile } from '../base/source-file.ts'
import { quoteString } from '../base/sql-text.ts'
import type { SeedNode } from '../project/node.ts'
import { truthy } from '../template/iteration.ts'
import { str } from '../template/repr.ts'
import { PyDict } from '../template/value.ts'
import { parseCsv } from './csv-text.ts'
import type { NodeWork, Outcome } from './node-work.ts'
import { inferSeedTable, type SeedColumn, type SeedTable } from './seed-types.ts'

/** The macros on the short way. */
export const seedMacros = [
  'statement',
  'create_csv_table',
  'reset_csv_table',
  'load_csv_rows',
  'get_csv_sql',
  'noop_statement',
  'get_seed_column_quoted_csv',
  'truncate_relation',
  'drop_relation',
  'create_indexes',
  'should_full_refresh',
  'should_revoke',
  'apply_grants',
]

export function canLoadSeed(work: NodeWork): boolean {
  const fast = work.node.config.get('fast')
  if (fast !== undefined && fast !== null && !truthy(fast)) return false
  if (truthy(work.config('indexes')) || truthy(work.config('grants'))) return false
  const { macros, adapterFacts } = work.session.state
  return !adapterFacts.isMotherduck && macros.areBuiltIn(seedMacros)
}

/** The file's rows and the types of its columns. @throws `materializations/seed-csv` */
export function readSeed(work: NodeWork): SeedTable {
  const { node } = work
  const types = work.config('column_types')
  const given = new Set(types instanceof PyDict ? Array.from(types.keys(), String) : [])
  const file = { path: node.originalFilePath, text: seedText(work) }
  const delimiter = delimiterOf(work)
  const table = inferSeedTable(parseCsv(file.text, delimiter), given)
  if ('columns' in table) return table
  throw new DiagnosticError({ ...table, at: widestPlace(file, delimiter), node: node.uniqueId })
}

/** The first line with more values than the header; the header where there is none. */
function widestPlace(file: SourceFile, delimiter: string): Place {
  const counts = file.text.split('\n').map(line => parseCsv(line, delimiter)[0]?.length ?? 0)
  const index = counts.findIndex(count => count > (counts[0] ?? 0))
  return placeAt(file, offsetAt(file, Math.max(index, 0) + 1))
}

function seedText(work: NodeWork): string {
  const { files } = work.session.state.config
  const text = files.read(seedPath(work))
  if (text !== undefined) return text
  throw new DiagnosticError({
    code: 'materializations/seed-csv',
    kind: 'Runtime',
    message: `The seed file "${work.node.originalFilePath}" is gone`,
    node: work.node.uniqueId,
  })
}

function seedPath(work: NodeWork): string {
  const { rootPath, originalFilePath } = work.node as SeedNode
  return rootPath === '' ? originalFilePath : `${rootPath}/${originalFilePath}`
}

function delimiterOf(work: NodeWork): string {
  const delimiter = work.config('delimiter')
  return typeof delimiter === 'string' ? delimiter : ','
}

export async function loadSeed(work: NodeWork): Promise<Outcome> {
  const existing = await work.existing()
  const table = readSeed(work)
  await work.runHooks('pre-hook', false)
  await work.runHooks('pre-hook', true)
  const relation = work.relation('table')
  if (existing?.kind === 'view') {
    throw new DiagnosticError({
      code: 'materializations/seed-over-view',
      message: `Cannot seed to '${relation.render()}', it is a view`,
      node: work.node.uniqueId,
    })
  }
  const empties = existing !== undefined && !work.fullRefresh
  const prepare = empties ? `truncate table ${relation.render()}` : createTable(work, table.columns)
  if (existing !== undefined && !empties) {
    await work.send(`drop table if exists ${relation.render()} cascade`, { begin: true })
  }
  await work.send(prepare, { begin: true })
  const copy = `copy ${relation.render()} from ${quoteString(seedPath(work))} (format csv, header true, delimiter ${quoteString(delimiterOf(work))})`
  if (table.rows.length > 0) await work.send(copy, { begin: true })
  work.write(`${prepare};\n-- dbt seed --\n${table.rows.length > 0 ? copy : ''};`)
  await work.persistDocs(relation)
  await work.runHooks('post-hook', true)
  await work.commit()
  await work.runHooks('post-hook', false)
  const code = work.fullRefresh ? 'CREATE' : 'INSERT'
  const count = table.rows.length
  return {
    response: { message: `${code} ${count}`, code, rowsAffected: count },
    relations: [{ ...relation.name, kind: 'table' }],
  }
}

function createTable(work: NodeWork, columns: readonly SeedColumn[]): string {
  const types = work.config('column_types')
  const quotes = work.config('quote_columns') !== false
  const fields = columns.map(({ name, type }) => {
    const given = types instanceof PyDict ? types.get(name) : undefined
    return `${quotes ? `"${name}"` : name} ${given === undefined ? type : str(given)}`
  })
  return `create table ${work.relation('table').render()} (${fields.join(',')})`
}
