/** What the log says about the rows of a file (PROTOCOL.md "Per-file Statistics"). Nothing may depend on it being there. */
import { isRecord } from '../base/record.ts'
import type { AddFile } from './action.ts'

/** What can be told about the rows of a file without opening it. */
export type FileFacts = Pick<AddFile, 'partitionValues' | 'stats'>

/** Values are to be asked for by `statisticText`. */
export interface FileStatistics {
  readonly numRecords?: number
  readonly minValues: Readonly<Record<string, unknown>>
  readonly maxValues: Readonly<Record<string, unknown>>
  readonly nullCount: Readonly<Record<string, unknown>>
}

/** Rows that the file holds, deleted ones included. */
export function recordCount(file: Pick<AddFile, 'stats'>): number | undefined {
  const digits = /"numRecords"\s*:\s*(\d+)/.exec(file.stats ?? '')?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** Undefined if there are none or they cannot be read. */
export function fileStatistics(file: Pick<AddFile, 'stats'>): FileStatistics | undefined {
  if (file.stats === undefined) return undefined
  const value = parsed(file.stats)
  if (!isRecord(value)) return undefined
  const numRecords = recordCount(file)
  return {
    ...(numRecords === undefined ? {} : { numRecords }),
    minValues: isRecord(value.minValues) ? value.minValues : {},
    maxValues: isRecord(value.maxValues) ? value.maxValues : {},
    nullCount: isRecord(value.nullCount) ? value.nullCount : {},
  }
}

/** The digits of a number, or a text; undefined where there is neither. */
export function statisticText(values: Readonly<Record<string, unknown>> | undefined, name: string): string | undefined {
  const value = values?.[name]
  return typeof value === 'number' ? String(value) : typeof value === 'string' ? value : undefined
}

/** So many digits, with a point between them, are the same when they have been a number. */
const isLong = /[\d.]{16}/

function parsed(text: string): unknown {
  try {
    if (!isLong.test(text)) return JSON.parse(text)
  } catch {
    // It may hold what is no number in JSON.
  }
  try {
    return JSON.parse(quotedNumbers(text))
  } catch {
    return undefined
  }
}

/** Numbers become texts, so that long integers and decimals keep all digits; NaN and infinities are not JSON at all. */
function quotedNumbers(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"|-?(?:\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|NaN|Infinity)/g, token =>
    token.startsWith('"') ? token : `"${token}"`,
  )
}
