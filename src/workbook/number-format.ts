/** Whether a number format of a workbook shows numbers as dates, times or durations. */

export type FormatKind = 'number' | 'moment' | 'duration'

/** Formats that every workbook has without naming them. */
const builtIn: ReadonlyMap<number, FormatKind> = new Map([
  ...[14, 15, 16, 17, 18, 19, 20, 21, 22, 45, 47].map(id => [id, 'moment'] as const),
  [46, 'duration'],
])

/** `code` is what the workbook writes for the id, if anything. */
export function formatKind(id: number, code: string | undefined): FormatKind {
  if (code === undefined) return builtIn.get(id) ?? 'number'
  const first = code.split(';', 1)[0] ?? ''
  const bare = first.replace(/"[^"]*"|\\.|_.|\*./g, '')
  if (/\[(?:h+|m+|s+)\]/i.test(bare)) return 'duration'
  return /[dmhysDMHYS]/.test(bare.replace(/\[[^\]]*\]/g, '')) && !/^general$/i.test(bare) ? 'moment' : 'number'
}
