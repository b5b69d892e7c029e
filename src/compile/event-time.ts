/** Which rows a reference shows: none of them under `--empty`, a window of event time in samples and batches. */
import type { TimeWindow } from '../config/flags.ts'
import type { EventTimeFilter } from '../context/relation-fields.ts'
import type { GraphMember } from '../project/node.ts'

/** Python's text of a UTC datetime: `2024-01-01 00:00:00+00:00`. */
function pythonUtcText(ms: number): string {
  const iso = new Date(ms).toISOString()
  const millis = iso.slice(20, 23)
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)}${millis === '000' ? '' : `.${millis}000`}+00:00`
}

/** The part of the target's rows that the reader sees; null for all of them. Only models and snapshots are narrowed. */
export function eventTimeFilter(
  reader: GraphMember,
  target: GraphMember,
  batch: TimeWindow | null,
  sample: TimeWindow | null,
): EventTimeFilter | null {
  if (reader.resourceType !== 'model' && reader.resourceType !== 'snapshot') return null
  const fieldName = eventTimeField(target)
  if (fieldName === null) return null
  const window = batch && sample ? overlap(batch, sample) : (batch ?? sample)
  return window && { fieldName, start: pythonUtcText(window.startMs), end: pythonUtcText(window.endMs) }
}

function overlap(one: TimeWindow, other: TimeWindow): TimeWindow {
  return { startMs: Math.max(one.startMs, other.startMs), endMs: Math.min(one.endMs, other.endMs) }
}

/** `event_time`, in quotes where the column or the source asks for it. */
function eventTimeField(target: GraphMember): string | null {
  if (!('config' in target) || !('columns' in target)) return null
  const name = target.config.get('event_time')
  if (typeof name !== 'string' || name === '') return null
  const column = [...target.columns.values()].find(one => one.name === name)
  const bySource = target.resourceType === 'source' ? target.quoting.column : null
  return (column?.quote ?? bySource) ? `"${name}"` : name
}
