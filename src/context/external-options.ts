/** Options of COPY for external models, and where the written files are read back from: dbt-duckdb's rules. */
import { truthy } from '../template/iteration.ts'
import { str } from '../template/repr.ts'
import type { PyDict } from '../template/value.ts'

const quotedOptions = new Set(['delimiter', 'quote', 'escape', 'null'])
const compressions: Readonly<Record<string, string>> = { '.gz': 'gzip', '.zst': 'zstd' }

/**
 * The option list of COPY. Fills `format`, and with it `compression` and `header`, into the dict that was given:
 * templates read them from there afterwards.
 */
export function externalWriteOptions(location: string, options: PyDict): string {
  if (!options.has('format')) fillFormat(location, options)
  if (options.get('format') === 'csv' && !options.has('header')) options.set('header', 1)
  const partitions = options.get('partition_by')
  if (partitions !== undefined) {
    const text = str(partitions)
    if (text.includes(',') && !text.startsWith('(')) options.set('partition_by', `(${text})`)
  }
  const shown = Array.from(options, ([key, value]) => {
    const [name, text] = [str(key), str(value)]
    return quotedOptions.has(name.toLowerCase()) && !text.startsWith("'") ? `${name} '${text}'` : `${name} ${text}`
  })
  return shown.join(', ')
}

/** By the extension, the one before `.gz` or `.zst`; a delimiter alone means csv; else parquet. */
function fillFormat(location: string, options: PyDict): void {
  let { root, extension } = splitExtension(location)
  const compression = compressions[extension.toLowerCase()]
  if (compression !== undefined) ({ root, extension } = splitExtension(root))
  if (extension) {
    options.set('format', extension.slice(1).toLowerCase())
    if (compression !== undefined && !options.has('compression')) options.set('compression', compression)
  } else options.set('format', options.has('delimiter') ? 'csv' : 'parquet')
}

/** Python's `os.path.splitext`: leading dots of the file name belong to the name. */
function splitExtension(path: string): { root: string; extension: string } {
  const name = path.slice(path.lastIndexOf('/') + 1)
  const match = /^(\.*[^.].*?|\.*)(\.[^.]*)$/.exec(name)
  const extension = match?.[1]?.replace(/^\.+/, '') ? (match[2] ?? '') : ''
  return { root: path.slice(0, path.length - extension.length), extension }
}

/** The path or glob that finds what COPY writes to the location. */
export function externalReadLocation(location: string, options: PyDict): string {
  const partitions = options.get('partition_by') ?? null
  if (!truthy(partitions) && !truthy(options.get('per_thread_output') ?? null)) return location
  const levels = truthy(partitions) ? str(partitions).split(',').length : 0
  return `${[location, '*', ...Array<string>(levels).fill('*')].join('/')}.${str(options.get('format') ?? 'parquet')}`
}
