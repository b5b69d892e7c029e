/**
 * Python's regular expressions rewritten for JavaScript's `u` mode. What JavaScript has no means for (conditions,
 * atomic groups, flags for part of a pattern) is an error.
 */
import { valueError } from '../../template/template-error.ts'

export const regexFlags = { IGNORECASE: 2, LOCALE: 4, MULTILINE: 8, DOTALL: 16, UNICODE: 32, VERBOSE: 64, ASCII: 256 }

export interface JsPattern {
  readonly source: string
  /** JavaScript's flags, without `g` and `y`. */
  readonly flags: string
  /** Python's flags, those written inside the pattern included. */
  readonly pythonFlags: number
  /** Names of the groups by number, from 1; undefined for groups without a name. */
  readonly groupNames: readonly (string | undefined)[]
}

const inlineFlags: Readonly<Record<string, number>> = { i: 2, L: 4, m: 8, s: 16, u: 32, x: 64, a: 256 }

/** @throws `template/value` with Python's words where it has any */
export function translatePattern(pattern: string, flags: number): JsPattern {
  const translator = new Translator(pattern, flags)
  const source = translator.translate()
  const { flags: found, groupNames } = translator
  let js = 'u'
  if (found & regexFlags.IGNORECASE) js += 'i'
  if (found & regexFlags.MULTILINE) js += 'm'
  return { source, flags: js, pythonFlags: found | (found & regexFlags.ASCII ? 0 : regexFlags.UNICODE), groupNames }
}

interface Classes {
  readonly d: string
  readonly w: string
  readonly s: string
}

const unicodeClasses: Classes = { d: '\\p{Nd}', w: '\\p{L}\\p{N}_', s: '\\s\\x1c-\\x1f\\x85' }
const asciiClasses: Classes = { d: '0-9', w: 'A-Za-z0-9_', s: ' \\t\\n\\r\\f\\v' }

const controls: Readonly<Record<string, string>> = {
  a: '\\x07',
  f: '\\f',
  n: '\\n',
  r: '\\r',
  t: '\\t',
  v: '\\v',
}

class Translator {
  flags: number
  readonly groupNames: (string | undefined)[] = []
  private readonly text: string
  private at = 0
  private depth = 0

  constructor(text: string, flags: number) {
    this.text = text
    this.flags = flags
  }

  translate(): string {
    this.leadingFlags()
    let out = ''
    while (this.at < this.text.length) out += this.next()
    if (this.depth > 0) throw this.failure('missing ), unterminated subpattern')
    return out
  }

  /** `(?i)` and its like count for the whole pattern, wherever the pattern begins. */
  private leadingFlags(): void {
    const match = /^(?:\(\?[aiLmsux]+\))*/.exec(this.text)?.[0] ?? ''
    for (const letter of match) this.flags |= inlineFlags[letter] ?? 0
    this.at = match.length
  }

  private next(): string {
    const character = this.take()
    switch (character) {
      case '\\':
        return this.escape(false)
      case '[':
        return this.set()
      case '(':
        return this.group()
      case ')':
        if (this.depth-- === 0) throw this.failure('unbalanced parenthesis')
        return ')'
      case '.':
        return this.flags & regexFlags.DOTALL ? '[\\s\\S]' : '[^\\n]'
      case '$':
        return this.flags & regexFlags.MULTILINE ? '(?=\\n|(?![\\s\\S]))' : '(?=\\n?(?![\\s\\S]))'
      case '^':
        return this.flags & regexFlags.MULTILINE ? '(?<=\\n|(?<![\\s\\S]))' : '(?<![\\s\\S])'
      case '{':
        return this.braces()
      case '*':
      case '+':
      case '?':
        return this.quantifier(character)
      default:
        return this.literal(character)
    }
  }

  private literal(character: string): string {
    if (this.flags & regexFlags.VERBOSE) {
      if (/\s/.test(character)) return ''
      if (character === '#') {
        const newline = this.text.indexOf('\n', this.at)
        this.at = newline === -1 ? this.text.length : newline + 1
        return ''
      }
    }
    return character === '}' || character === ']' ? `\\${character}` : character
  }

  private quantifier(character: string): string {
    if (this.text[this.at] === '+') throw this.failure('possessive quantifiers are not supported')
    return character
  }

  /** `{2}`, `{2,}`, `{,3}`, `{2,3}` repeat; any other brace is itself. */
  private braces(): string {
    const match = /^(\d*)(,?)(\d*)\}/.exec(this.text.slice(this.at))
    const [whole, least = '', comma = '', most = ''] = match ?? []
    if (whole === undefined || (least === '' && most === '')) return '\\{'
    this.at += whole.length
    return `{${least || '0'}${comma}${most}}${this.quantifier('')}`
  }

  private group(): string {
    this.depth++
    if (this.text[this.at] !== '?') {
      this.groupNames.push(undefined)
      return '('
    }
    const rest = this.text.slice(this.at)
    const named = /^\?P<([^>]*)>/.exec(rest)
    if (named) return this.namedGroup(named[0], named[1] ?? '')
    const reference = /^\?P=([^)]*)\)/.exec(rest)
    if (reference) return this.namedReference(reference[0], reference[1] ?? '')
    const comment = /^\?#[^)]*\)/.exec(rest)
    if (comment) return this.dropped(comment[0])
    const flags = /^\?([aiLmsux]*)(?:-[imsx]+)?([:)])/.exec(rest)
    if (flags && flags[0] !== '?:') return this.flagGroup(flags[0], flags[1] ?? '', flags[2] ?? '')
    const plain = /^\?(?::|=|!|<=|<!)/.exec(rest)
    if (!plain) throw this.failure(`unknown or unsupported extension ${rest.slice(0, 2)}`)
    this.at += plain[0].length
    return `(${plain[0]}`
  }

  private dropped(text: string): string {
    this.depth--
    this.at += text.length
    return ''
  }

  private namedGroup(text: string, name: string): string {
    if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) throw this.failure(`bad character in group name '${name}'`)
    if (this.groupNames.includes(name)) throw this.failure(`redefinition of group name '${name}'`)
    this.at += text.length
    this.groupNames.push(name)
    return `(?<${name}>`
  }

  private namedReference(text: string, name: string): string {
    if (!this.groupNames.includes(name)) throw this.failure(`unknown group name '${name}'`)
    this.depth--
    this.at += text.length
    return `\\k<${name}>`
  }

  private flagGroup(text: string, letters: string, end: string): string {
    if (end === ')') throw this.failure('global flags not at the start of the expression')
    const wanted = [...letters].reduce((sum, letter) => sum | (inlineFlags[letter] ?? 0), 0)
    if ((this.flags & wanted) !== wanted || text.includes('-')) {
      throw this.failure('flags for a part of the pattern are not supported')
    }
    this.at += text.length
    return '(?:'
  }

  private escape(inSet: boolean): string {
    const character = this.take()
    if (character === '') throw this.failure('bad escape (end of pattern)')
    const classes = this.flags & regexFlags.ASCII ? asciiClasses : unicodeClasses
    switch (character) {
      case 'd':
      case 'w':
      case 's':
        return inSet ? classes[character] : `[${classes[character]}]`
      case 'D':
      case 'W':
      case 'S':
        return this.negatedClass(character, classes, inSet)
      case 'b':
        return inSet ? '\\x08' : wordBoundary(classes.w, false)
      case 'B':
        return wordBoundary(classes.w, true)
      case 'A':
        return '(?<![\\s\\S])'
      case 'Z':
        return '(?![\\s\\S])'
      case 'x':
        return codePoint(this.hex(2))
      case 'u':
        return codePoint(this.hex(4))
      case 'U':
        return codePoint(this.hex(8))
      default:
        return this.otherEscape(character, inSet)
    }
  }

  private negatedClass(character: 'D' | 'W' | 'S', classes: Classes, inSet: boolean): string {
    const inner = classes[character.toLowerCase() as keyof Classes]
    if (!inSet) return `[^${inner}]`
    if (character === 'D') return classes === unicodeClasses ? '\\P{Nd}' : '\\D'
    if (character === 'S') return '\\S'
    if (classes === asciiClasses) return '\\W'
    throw this.failure('\\W inside a set is not supported')
  }

  private otherEscape(character: string, inSet: boolean): string {
    const control = controls[character]
    if (control !== undefined) return control
    if (character === '0' || (inSet && /[0-7]/.test(character))) return this.octal(character)
    if (/[1-9]/.test(character)) return this.backReference(character)
    if (/[A-Za-z]/.test(character)) throw this.failure(`bad escape \\${character}`)
    return escaped(character, inSet)
  }

  private octal(first: string): string {
    const more = /^[0-7]{0,2}/.exec(this.text.slice(this.at))?.[0] ?? ''
    this.at += more.length
    return codePoint(Number.parseInt(first + more, 8))
  }

  private backReference(first: string): string {
    const second = this.text[this.at] ?? ''
    const third = this.text[this.at + 1] ?? ''
    if (/[0-3]/.test(first) && /[0-7]/.test(second) && /[0-7]/.test(third)) {
      this.at += 2
      return codePoint(Number.parseInt(first + second + third, 8))
    }
    let number = first
    if (/\d/.test(second)) number += this.take()
    if (Number(number) > this.groupNames.length) throw this.failure(`invalid group reference ${number}`)
    return `(?:\\${number})`
  }

  private hex(length: number): number {
    const digits = this.text.slice(this.at, this.at + length)
    if (!/^[0-9a-fA-F]+$/.test(digits) || digits.length < length) throw this.failure('incomplete escape')
    this.at += length
    return Number.parseInt(digits, 16)
  }

  /** A `]` that comes first belongs to the set. */
  private set(): string {
    let out = '['
    if (this.text[this.at] === '^') out += this.take()
    let first = true
    let afterClass = false
    for (;;) {
      const character = this.take()
      if (character === '') throw this.failure('unterminated character set')
      if (character === ']' && !first) return `${out}]`
      const isFirst = first
      first = false
      if (character === '\\') {
        afterClass = /[dwsDWS]/.test(this.text[this.at] ?? '')
        out += this.escape(true)
        continue
      }
      out += character === '-' && (isFirst || afterClass || this.hyphenIsLiteral()) ? '\\-' : setCharacter(character)
      afterClass = false
    }
  }

  /** At the end of the set or before a class; in `u` mode it has to be escaped then. */
  private hyphenIsLiteral(): boolean {
    const next = this.text[this.at]
    return next === ']' || (next === '\\' && /[dwsDWS]/.test(this.text[this.at + 1] ?? ''))
  }

  private take(): string {
    const point = this.text.codePointAt(this.at)
    if (point === undefined) return ''
    const character = String.fromCodePoint(point)
    this.at += character.length
    return character
  }

  private failure(what: string): Error {
    return valueError(`${what} at position ${this.at} in the regular expression '${this.text}'`)
  }
}

function wordBoundary(word: string, negated: boolean): string {
  const [after, before] = [`(?<=[${word}])`, `(?=[${word}])`]
  const [notAfter, notBefore] = [`(?<![${word}])`, `(?![${word}])`]
  return negated ? `(?:${after}${before}|${notAfter}${notBefore})` : `(?:${after}${notBefore}|${notAfter}${before})`
}

function codePoint(code: number): string {
  return `\\u{${code.toString(16)}}`
}

/** Only what `u` mode allows to be escaped is. */
function escaped(character: string, inSet: boolean): string {
  if (/[\^$\\.*+?()[\]{}|/]/.test(character)) return `\\${character}`
  return inSet && character === '-' ? '\\-' : character
}

/** A hyphen that stands between two characters makes a range. */
function setCharacter(character: string): string {
  return character === '-' ? '-' : escaped(character, true)
}
