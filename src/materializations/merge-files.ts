/** Makes one file of the several that DuckDB wrote for a partition. */
import { quoteString } from '../base/sql-text.ts'
import type { QueryResult } from '../base/sql-value.ts'
import { copyOptionText, type ExternalTarget } from '../compile/external-target.ts'
import type { FileSystem } from '../storage/file-system.ts'

export interface FileMerge {
  readonly send: (sql: string) => Promise<QueryResult>
  readonly files: FileSystem
  readonly target: ExternalTarget
}

/** Plain text is joined as bytes, so that no value is parsed twice; what is encoded is read and written again. */
export async function mergeFiles(
  merge: FileMerge,
  root: string,
  paths: readonly string[],
  into: string,
): Promise<void> {
  const { files, target } = merge
  const whole = `${into}.whole`
  const compressed = isCompressed(target)
  if (target.format === 'parquet' || (target.format === 'csv' && compressed)) await copyAgain(merge, root, paths, whole)
  else
    files.write(
      `${root}/${whole}`,
      joined(
        merge,
        paths.map(path => files.readBytes(`${root}/${path}`) ?? new Uint8Array()),
      ),
    )
  for (const path of paths) files.remove(`${root}/${path}`)
  files.rename(`${root}/${whole}`, `${root}/${into}`)
}

/** A JSON array cannot be continued by another one. */
export function canMerge(target: ExternalTarget): boolean {
  return target.format !== 'json' || !target.copyOptions.has('array')
}

function isCompressed(target: ExternalTarget): boolean {
  return /gzip|zstd/i.test(target.copyOptions.get('compression') ?? '')
}

async function copyAgain(merge: FileMerge, root: string, paths: readonly string[], into: string): Promise<void> {
  const { send, target } = merge
  const options = Array.from(target.copyOptions).filter(([name]) => encodingOptions.has(name))
  const texts = [`format ${target.format}`, ...options.map(([name, value]) => copyOptionText(name, value))]
  const list = paths.map(path => quoteString(`${root}/${path}`)).join(', ')
  const query = `select * from ${reader(target, list)}`
  await send(`copy (${query}) to ${quoteString(`${root}/${into}`)} (${texts.join(', ')})`)
}

function reader(target: ExternalTarget, list: string): string {
  if (target.format === 'parquet') return `read_parquet([${list}], hive_partitioning=false)`
  const options = Array.from(target.copyOptions).filter(([name]) => csvOptions.has(name))
  const texts = options.map(([name, value]) => copyOptionText(name, value).replace(' ', '='))
  return `read_csv([${list}], ${['all_varchar=true', 'hive_partitioning=false', ...texts].join(', ')})`
}

const csvOptions = new Set(['compression', 'header', 'delimiter', 'delim', 'sep', 'quote', 'escape', 'null', 'nullstr'])

/** Those that say how a file is encoded. */
const encodingOptions = new Set([
  ...csvOptions,
  'compression_level',
  'codec',
  'row_group_size',
  'row_group_size_bytes',
  'parquet_version',
  'string_dictionary_page_size_limit',
  'dictionary_size_limit',
])

/** Every CSV file but the first loses its header. */
function joined({ target }: FileMerge, parts: readonly Uint8Array[]): Uint8Array {
  const header = target.format === 'csv' && hasHeader(target)
  const kept = parts.map((part, index) => (header && index > 0 ? part.subarray(part.indexOf(10) + 1) : part))
  const whole = new Uint8Array(kept.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of kept) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

function hasHeader(target: ExternalTarget): boolean {
  const header = target.copyOptions.get('header')
  return header === undefined || !/^(?:0|false)$/i.test(header)
}
