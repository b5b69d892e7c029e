/** The escapes of Jinja's string literals: Python's `unicode-escape` codec over text that was forced to ASCII first. */
import { characterNamed } from './character-names.ts'

const simple: Readonly<Record<string, string>> = {
  '\n': '',
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

const hexLength: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 }

/** The text between the quotes, decoded; or what is wrong with it. */
export function decodeStringLiteral(raw: string): string | { readonly error: string } {
  const body = raw.replace(/\r\n?/g, '\n')
  if (!body.includes('\\')) return body
  let out = ''
  let at = 0
  while (at < body.length) {
    const slash = body.indexOf('\\', at)
    if (slash === -1) break
    out += body.slice(at, slash)
    const letter = body[slash + 1] ?? ''
    const plain = simple[letter]
    const digits = hexLength[letter]
    if (plain !== undefined) {
      out += plain
      at = slash + 2
    } else if (digits !== undefined) {
      const hex = body.slice(slash + 2, slash + 2 + digits)
      if (hex.length < digits || !/^[0-9a-fA-F]+$/.test(hex)) return { error: `truncated \\${letter} escape` }
      const code = Number.parseInt(hex, 16)
      if (code > 0x10ffff) return { error: 'illegal Unicode character' }
      out += String.fromCodePoint(code)
      at = slash + 2 + digits
    } else if (letter >= '0' && letter <= '7') {
      const octal = /^[0-7]{1,3}/.exec(body.slice(slash + 1, slash + 4))?.[0] ?? '0'
      out += String.fromCodePoint(Number.parseInt(octal, 8))
      at = slash + 1 + octal.length
    } else if (letter === 'N') {
      const named = /^\{([^}]*)\}/.exec(body.slice(slash + 2))
      if (!named) return { error: 'malformed \\N character escape' }
      const character = characterNamed(named[1] ?? '')
      if (character === undefined) return { error: 'unknown Unicode character name' }
      out += character
      at = slash + 2 + named[0].length
    } else if (letter.charCodeAt(0) > 127) {
      const code = body.codePointAt(slash + 1) ?? 0
      out += `\\${asciiName(code)}`
      at = slash + (code > 0xffff ? 3 : 2)
    } else {
      out += `\\${letter}`
      at = slash + 2
    }
  }
  return out + body.slice(at)
}

/** A backslash before a letter outside ASCII meets the escape that letter was turned into, and keeps it as text. */
function asciiName(code: number): string {
  if (code < 0x100) return `x${code.toString(16).padStart(2, '0')}`
  if (code < 0x10000) return `u${code.toString(16).padStart(4, '0')}`
  return `U${code.toString(16).padStart(8, '0')}`
}
