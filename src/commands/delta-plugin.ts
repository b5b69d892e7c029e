/** `plugin: delta`: a source that is a Delta table, at a version or a moment. */
import { DiagnosticError } from '../base/diagnostic.ts'
import { quoteString } from '../base/sql-text.ts'
import type { Plugin } from '../compile/plugin.ts'
import { useStorageOptions } from '../lake/lake-connection.ts'
import type { SourceNode } from '../project/node.ts'
import { str } from '../template/repr.ts'
import { PyDict, type Value } from '../template/value.ts'

/** dbt-duckdb's keys. A version of 0 is a version, which dbt-duckdb takes for none. */
export const deltaPlugin: Plugin = {
  async load({ source, config, connection }) {
    const path = config('delta_table_path') ?? null
    if (path === null) throw wrong(source, "'delta_table_path' is a required argument for the delta table!")
    const location = str(path)
    const options = config('storage_options') ?? null
    if (options instanceof PyDict) {
      const texts = Object.fromEntries(Array.from(options, ([key, value]) => [str(key), str(value)]))
      useStorageOptions(connection, location, texts)
    }
    const version = config('as_of_version') ?? null
    const moment = config('as_of_datetime') ?? null
    if (version !== null && !/^\d+$/.test(str(version))) {
      throw wrong(source, `'as_of_version' is to be a whole number, and is ${shown(version)}`)
    }
    const args = [quoteString(location)]
    if (moment !== null && str(moment) !== '') args.push(`timestamp => ${quoteString(str(moment))}`)
    else if (version !== null) args.push(`version => ${str(version)}`)
    return `delta_scan(${args.join(', ')})`
  },
}

function shown(value: Value): string {
  return `"${str(value)}"`
}

function wrong(source: SourceNode, message: string): DiagnosticError {
  return new DiagnosticError({ code: 'lake/source-config', kind: 'Runtime', message, node: source.uniqueId })
}
