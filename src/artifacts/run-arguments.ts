/** `args` of run_results.json: the flags of the run under dbt's names, which `retry` reads again. */
import { snakeCase } from '../config/behaviour-flags.ts'
import type { Config } from '../config/config.ts'
import { shownVars } from '../config/secrets.ts'
import { plainJson } from '../project/node-json.ts'

/** Flags of ours alone, or of the inside of the program. */
const unwritten = new Set(['indirectSelectionGiven'])

export function runArguments(config: Config): Record<string, unknown> {
  const written: Record<string, unknown> = {}
  const flags = { ...config.flags, vars: shownVars(config.flags.vars) }
  for (const [name, value] of [...Object.entries(flags), ...Object.entries(config.projectFile.behaviour)]) {
    if (value === null || value === undefined || unwritten.has(name)) continue
    written[snakeCase(name)] = plainJson(value)
  }
  return written
}
