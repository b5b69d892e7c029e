/** `args` of run_results.json: the flags of the run under dbt's names, which `retry` reads again. */
import { snakeCase } from '../config/behaviour-flags.ts'
import type { Config } from '../config/config.ts'
import { shownVars } from '../config/secrets.ts'
import { plainJson } from '../project/plain-json.ts'

/** Flags of ours alone, or of the inside of the program. */
const unwritten = new Set(['indirectSelectionGiven', 'sqlparse'])

export function runArguments(config: Config): Record<string, unknown> {
  const written: Record<string, unknown> = {}
  const flags = { ...config.flags, vars: shownVars(config.flags.vars) }
  for (const [name, value] of [...Object.entries(flags), ...Object.entries(config.projectFile.behaviour)]) {
    if (value === null || value === undefined || unwritten.has(name)) continue
    written[snakeCase(name)] = plainJson(value)
  }
  const { eventTimeStart, eventTimeEnd, sample } = config.flags
  if (eventTimeStart !== null) written.event_time_start = isoText(eventTimeStart).slice(0, 19)
  if (eventTimeEnd !== null) written.event_time_end = isoText(eventTimeEnd).slice(0, 19)
  if (sample) written.sample = { start: isoText(sample.startMs), end: isoText(sample.endMs) }
  return written
}

/** Python's text of a moment in UTC: `2024-01-01T00:00:00+00:00`, with microseconds where it has any. */
function isoText(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', '+00:00').replace('Z', '000+00:00')
}
