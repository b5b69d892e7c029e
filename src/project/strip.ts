/** Python's `str.strip()`: dbt strips the text of every file it reads before hashing and parsing it. */
const pythonSpace = '[\\s\\x1c-\\x1f\\x85]'
const leading = new RegExp(`^${pythonSpace}+`)

export function strip(text: string): string {
  return stripEnd(text.replace(leading, ''))
}

/** Length of what `strip` removes in front. */
export function leadingSpace(text: string): number {
  return leading.exec(text)?.[0].length ?? 0
}

function stripEnd(text: string): string {
  let end = text.length
  while (end > 0 && isSpace(text.charCodeAt(end - 1))) end--
  return end === text.length ? text : text.slice(0, end)
}

function isSpace(code: number): boolean {
  if (code <= 0x20) return code === 0x20 || (code >= 9 && code <= 13) || (code >= 0x1c && code <= 0x1f)
  return code >= 0x85 && (code === 0x85 || /\s/.test(String.fromCharCode(code)) && code !== 0xfeff)
}
