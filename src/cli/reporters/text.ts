/** A line of the log as text for people: the short form of the terminal, and the long form of the log file. */
import { clockTime, isoTime, isPrinted, type LogLine, type Paint } from './log-line.ts'

/** `everyLine` puts the time before each line of a text, not before the first alone. */
export function shortText(line: LogLine, paint: Paint, everyLine = false): string {
  const text = line.text(paint)
  if (isPrinted(line)) return text
  const time = `${clockTime(line.atMs)}  `
  return `${time}${everyLine ? text.trimEnd().replaceAll('\n', `\n${time}`) : text}`
}

/** With level and thread, as dbt's log file has it; a run begins with a rule that names it. */
export function longText(line: LogLine, paint: Paint, invocationId: string): string {
  const time = isoTime(line.atMs).slice(11)
  const rule = '='.repeat(30)
  const head = line.name === 'MainReportVersion' ? `\n\n${rule} ${time} | ${invocationId} ${rule}\n` : ''
  const thread = line.thread.slice(0, 10).padEnd(10)
  return `${head}${time} [${line.level.padEnd(5)}] [${thread}]: ${line.text(paint)}`
}
