/** What a batch of a microbatch model is called. */
export const microbatchSizes = ['hour', 'day', 'month', 'year'] as const
export type MicrobatchSize = (typeof microbatchSizes)[number]

/** `2024`, `2024-09`, `2024-09-17` or `2024-09-17T16`. */
export function batchLabel(startMs: number, size: MicrobatchSize): string {
  const length = { year: 4, month: 7, day: 10, hour: 13 }[size]
  return new Date(startMs).toISOString().slice(0, length)
}

/** `20240917`: the label without dashes. */
export function batchId(startMs: number, size: MicrobatchSize): string {
  return batchLabel(startMs, size).replaceAll('-', '')
}
