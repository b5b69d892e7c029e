/** Points and windows of time as flags write them: `2024-01-31T10:00:00`, `3 days`, `{start: ..., end: ...}`. */
import { parseYaml } from '../base/located-yaml.ts'
import { isoText, yamlEntry } from '../base/yaml-node.ts'
import type { TimeWindow } from './flags.ts'

const point = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{1,2}):(\d{1,2}))?$/

/** Milliseconds since 1970-01-01 UTC of a date or of a date and time without zone; `undefined` for any other text. */
export function timePoint(text: string): number | undefined {
  const parts = point.exec(text)
  if (!parts) return undefined
  const [year, month, day, hour = 0, minute = 0, second = 0] = parts.slice(1).map(part => Number(part ?? 0))
  const date = new Date(Date.UTC(year!, month! - 1, day!, hour, minute, second))
  const exists =
    date.getUTCMonth() === month! - 1 && date.getUTCDate() === day && hour < 24 && minute < 60 && second < 60
  return exists ? date.getTime() : undefined
}

const grains = ['hour', 'day', 'month', 'year'] as const
type Grain = (typeof grains)[number]

/** A `--sample` value. Gives a message where it cannot be read. */
export function sampleWindow(text: string, nowMs: number): TimeWindow | { readonly problem: string } {
  return text.trimStart().startsWith('{') ? writtenWindow(text) : relativeWindow(text, nowMs)
}

function relativeWindow(text: string, nowMs: number): TimeWindow | { problem: string } {
  const [count, unit, ...more] = text.split(' ')
  if (count === undefined || unit === undefined || more.length > 0) {
    return { problem: `Cannot load SAMPLE_WINDOW from '${text}'. Must be of form 'DAYS_INT GRAIN_SIZE'.` }
  }
  if (!/^[+-]?\d+$/.test(count)) return { problem: `Unable to convert '${count}' to an integer.` }
  const name = unit.toLowerCase().replace(/s+$/, '')
  const grain = grains.find(one => one === name)
  if (!grain) {
    const valid = [...grains, ...grains.map(one => `${one}s`)].map(one => `'${one}'`).join(', ')
    return { problem: `Invalid grain size '${unit}'. Must be one of [${valid}].` }
  }
  return { startMs: shifted(nowMs, grain, -Number(count)), endMs: nowMs }
}

/** Months and years keep the day, or the last one that the month has. */
function shifted(ms: number, grain: Grain, count: number): number {
  if (grain === 'hour') return ms + count * 3_600_000
  if (grain === 'day') return ms + count * 86_400_000
  const date = new Date(ms)
  const months = grain === 'month' ? count : count * 12
  const day = date.getUTCDate()
  date.setUTCDate(1)
  date.setUTCMonth(date.getUTCMonth() + months)
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate()
  date.setUTCDate(Math.min(day, last))
  return date.getTime()
}

function writtenWindow(text: string): TimeWindow | { problem: string } {
  const { root } = parseYaml({ path: '--sample', text })
  const [startMs, endMs] = ['start', 'end'].map(key => {
    const node = yamlEntry(root, key)?.value
    if (node?.kind !== 'scalar' || node.value === null) return undefined
    const { value } = node
    const written =
      typeof value === 'object' && (value.kind === 'date' || value.kind === 'timestamp') ? isoText(value) : value
    return timePoint(
      String(written)
        .replace(/(?:Z|[+-]\d\d:\d\d)$/, '')
        .replace(/\.\d+$/, ''),
    )
  })
  if (startMs === undefined || endMs === undefined) return { problem: `'${text}' needs a 'start' and an 'end' time` }
  return { startMs, endMs }
}
