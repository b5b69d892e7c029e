/** HTML escaping, and what text marked as safe does with text that is not. */
import { textOf } from './comparison.ts'
import { str } from './repr.ts'
import { Markup, type Value } from './value.ts'

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&#39;',
  '"': '&#34;',
}

export function escapeText(text: string): string {
  return text.replace(/[&<>'"]/g, found => entities[found] ?? found)
}

/** Safe text is left as it is. */
export function escapeValue(value: Value): Markup {
  return value instanceof Markup ? value : new Markup(escapeText(str(value)))
}

/** Text beside marked text, escaped unless it is marked itself; `undefined` for what is not text. */
export function escapedOperand(value: Value): string | undefined {
  if (value instanceof Markup) return value.text
  const text = textOf(value)
  return text === undefined ? undefined : escapeText(text)
}
