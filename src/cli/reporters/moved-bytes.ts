/** How much went over the network, in words. */
import type { MovedBytes } from '../../execution/run-result.ts'
import { type LogLine, plural, textLine } from './log-line.ts'

/** At the end of a run. */
export function movedLine(moved: MovedBytes, atMs: number): LogLine {
  const text = `Downloaded ${spelledBytes(moved.downloaded)} and uploaded ${spelledBytes(moved.uploaded)} in ${plural(moved.requests, 'request')}`
  return textLine('BytesMoved', 'E102', 'info', atMs, text, {
    data: { bytes_downloaded: moved.downloaded, bytes_uploaded: moved.uploaded, requests: moved.requests },
  })
}

/** `12.3 MB down, 4 kB up`; empty where it is nothing. */
export function movedText({ downloaded, uploaded }: MovedBytes): string {
  const down = downloaded > 0 ? [`${spelledBytes(downloaded)} down`] : []
  const up = uploaded > 0 ? [`${spelledBytes(uploaded)} up`] : []
  return [...down, ...up].join(', ')
}

const units = ['kB', 'MB', 'GB', 'TB']

/** In steps of a thousand, as disks and networks are sold. */
export function spelledBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  const step = Math.min(Math.floor(Math.log10(bytes) / 3), units.length)
  return `${(bytes / 1000 ** step).toFixed(1)} ${units[step - 1]}`
}
