/** Python's `str.strip()`: dbt strips the text of every file it reads before it hashes and parses it. */
import { stripEnd, stripStart } from '../template/text.ts'

export function stripText(text: string): string {
  return stripStart(stripEnd(text, null), null)
}

/** How much `stripText` takes away in front. */
export function spaceBefore(text: string): number {
  return text.length - stripStart(text, null).length
}
