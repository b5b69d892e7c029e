/**
 * Where an external model keeps its rows and how they are written there: the options of `external` as one record. Read
 * from what the macros of the project give; nothing is executed.
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import { quoteString } from '../base/sql-text.ts'

type ExternalFormat = 'csv' | 'parquet' | 'json'

export interface ExternalTarget {
  /** As the user wrote it: a file, or a folder when `severalFiles`. Relative to the project folder, or absolute, or a URL. */
  readonly location: string
  readonly format: ExternalFormat
  /** Options of COPY, names in lower case, values as they stand in SQL. */
  readonly copyOptions: ReadonlyMap<string, string>
  /** Columns that name folders; empty for a single file. */
  readonly partitionBy: readonly string[]
  /** The location is a folder of files. */
  readonly severalFiles: boolean
  /** Files of earlier runs stay (`append`). */
  readonly keepsOldFiles: boolean
}

const urlScheme = /^[a-z][a-z0-9+.-]*:\/\//i

/** True for a path of this machine, as opposed to an address such as `s3://…`. */
export function isLocalPath(location: string): boolean {
  return !urlScheme.test(location) || location.startsWith('file://')
}

/**
 * @param options rendered write options, in order; `adapter.external_write_options` has completed them
 * @throws `materializations/external-format` for a format that cannot be written
 */
export function externalTarget(
  location: string,
  options: ReadonlyMap<string, string>,
  configuredFormat: string | null,
): ExternalTarget {
  const copyOptions = new Map(Array.from(options, ([name, value]) => [name.toLowerCase(), value]))
  const format = configuredFormat ?? formatOf(copyOptions.get('format'))
  if (format !== 'csv' && format !== 'parquet' && format !== 'json') {
    throw new DiagnosticError({
      code: 'materializations/external-format',
      message: `Invalid format: ${format}. Allowed formats are: csv, parquet, json`,
    })
  }
  const partitionBy = columnList(copyOptions.get('partition_by') ?? '')
  const perThread = isTrue(copyOptions.get('per_thread_output'))
  return {
    location,
    format,
    copyOptions,
    partitionBy,
    severalFiles: partitionBy.length > 0 || perThread || copyOptions.has('file_size_bytes'),
    keepsOldFiles: isTrue(copyOptions.get('append')),
  }
}

/** A format that the readers do not know is read as Parquet, as in dbt-duckdb. */
function formatOf(written: string | undefined): string {
  const format = (written ?? 'parquet').toLowerCase().replace(/^'|'$/g, '')
  return ['csv', 'parquet', 'json'].includes(format) ? format : 'parquet'
}

function isTrue(value: string | undefined): boolean {
  return value !== undefined && !/^(?:false|0|off|no|'false')$/i.test(value.trim())
}

/** `(a, "b c")` -> `a`, `b c`. */
function columnList(text: string): string[] {
  const bare = text.trim().replace(/^\(|\)$/g, '')
  const names = bare.match(/"(?:[^"]|"")*"|[^,]+/g) ?? []
  return names.map(name => unquoted(name.trim())).filter(name => name !== '')
}

function unquoted(name: string): string {
  return /^".*"$/s.test(name) ? name.slice(1, -1).replaceAll('""', '"') : name.replace(/^'|'$/g, '')
}

/** Options whose values are text, quoted unless they are already. */
const textOptions = new Set([
  'delimiter',
  'delim',
  'sep',
  'quote',
  'escape',
  'null',
  'nullstr',
  'file_extension',
  'filename_pattern',
])

export function copyOptionText(name: string, value: string): string {
  return `${name} ${textOptions.has(name) && !value.startsWith("'") ? quoteString(value) : value}`
}

/** Pattern of every file that belongs to the target, relative to the location. */
function filePattern(target: ExternalTarget): string {
  return `${'*/'.repeat(target.partitionBy.length)}*.${fileExtension(target)}`
}

export function fileExtension(target: ExternalTarget): string {
  const given = target.copyOptions.get('file_extension')
  return given === undefined ? target.format : given.replace(/^'|'$/g, '').replace(/^\./, '')
}

export function readPath(target: ExternalTarget): string {
  return target.severalFiles ? `${target.location.replace(/\/+$/, '')}/${filePattern(target)}` : target.location
}
