/** Python's `fnmatch`: `*` anything, `?` one character, `[abc]`, `[!abc]`; the whole text has to match, case counts. */

const compiled = new Map<string, (text: string) => boolean>()

export function fnmatch(text: string, pattern: string): boolean {
  let matches = compiled.get(pattern)
  if (!matches) {
    matches = compile(pattern)
    compiled.set(pattern, matches)
  }
  return matches(text)
}

export function hasWildcard(pattern: string): boolean {
  return /[*?[\]]/.test(pattern)
}

function compile(pattern: string): (text: string) => boolean {
  if (!/[*?[]/.test(pattern)) return text => text === pattern
  const expression = new RegExp(`^${translated(pattern)}$`, 's')
  return text => expression.test(text)
}

function translated(pattern: string): string {
  let result = ''
  for (let at = 0; at < pattern.length; at++) {
    const letter = pattern[at] ?? ''
    if (letter === '*') result += '.*'
    else if (letter === '?') result += '.'
    else if (letter === '[') {
      const end = classEnd(pattern, at)
      if (end === -1) result += '\\['
      else {
        result += characterClass(pattern.slice(at + 1, end))
        at = end
      }
    } else result += letter.replace(/[\\^$.|+(){}\]/]/g, '\\$&')
  }
  return result
}

/** A bracket right after `[` or `[!` is one of the characters. */
function classEnd(pattern: string, start: number): number {
  let at = start + 1
  if (pattern[at] === '!') at++
  if (pattern[at] === ']') at++
  return pattern.indexOf(']', at)
}

function characterClass(inner: string): string {
  const negated = inner.startsWith('!')
  const letters = (negated ? inner.slice(1) : inner).replace(/[\\\]^[]/g, '\\$&')
  // A range the wrong way round matches nothing.
  if (/([^\\])-([^\\])/.test(letters)) {
    const range = /([^\\])-([^\\])/.exec(letters)
    if (range && range[1]! > range[2]!) return negated ? '.' : '(?!)'
  }
  return `[${negated ? '^' : ''}${letters}]`
}
