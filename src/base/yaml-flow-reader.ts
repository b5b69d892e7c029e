/** Quoted scalars and flow collections (`[a, 'b']`, `{k: v}`), for the quick YAML reader. */
import type { SourceFile } from './source-file.ts'
import { dictEntries } from './yaml-mapping.ts'
import type { DuplicateKey, YamlEntry, YamlNode, YamlScalar } from './yaml-node.ts'
import { plainScalar } from './yaml-scalar.ts'

const escapes: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  '/': '/',
  '\\': '\\',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
}
const escapeSequence = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))/g

/** A quoted scalar that ends before `limit`, folded if it has several lines; `undefined` for what this reader does not know. */
export function readQuoted(text: string, start: number, limit = text.length): YamlScalar | undefined {
  const quote = text.charCodeAt(start)
  const end = quote === 0x27 ? singleEnd(text, start, limit) : doubleEnd(text, start, limit)
  if (end === -1) return undefined
  const inner = text.slice(start + 1, end)
  const value = quote === 0x27 ? folded(inner).replaceAll("''", "'") : unescaped(inner)
  if (value === undefined || documentMark.test(inner)) return undefined
  return { kind: 'scalar', value, start, end: end + 1 }
}

const documentMark = /\n(?:---|\.\.\.)/

function singleEnd(text: string, start: number, limit: number): number {
  let at = start + 1
  for (;;) {
    const quote = text.indexOf("'", at)
    if (quote === -1 || quote >= limit) return -1
    if (text.charCodeAt(quote + 1) !== 0x27) return quote
    at = quote + 2
  }
}

function doubleEnd(text: string, start: number, limit: number): number {
  for (let at = start + 1; at < limit; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x22) return at
    if (code === 0x5c) at++
  }
  return -1
}

/** A line end becomes a space, each empty line a line end; blanks around line ends go. */
function folded(inner: string): string {
  if (!inner.includes('\n')) return inner
  return inner.replace(/ *\n[ \n]*/g, blank => {
    const count = blank.split('\n').length - 1
    return count === 1 ? ' ' : '\n'.repeat(count - 1)
  })
}

function unescaped(inner: string): string | undefined {
  if (!inner.includes('\\')) return folded(inner)
  // A backslash at the end of a line joins lines in a way of its own.
  if (/\\\n|\\ *\n/.test(inner)) return undefined
  let known = true
  const value = folded(inner).replace(escapeSequence, (all, two, four, eight, one) => {
    const hex = two ?? four ?? eight
    if (hex !== undefined) {
      const point = Number.parseInt(hex, 16)
      if (point <= 0x10ffff && (point < 0xd800 || point > 0xdfff)) return String.fromCodePoint(point)
    }
    const plain = typeof one === 'string' && Object.hasOwn(escapes, one) ? escapes[one] : undefined
    if (plain === undefined) known = false
    return plain ?? all
  })
  return known ? value : undefined
}

/** `undefined`: not for the quick reader. */
export function readFlow(file: SourceFile, at: number, duplicates: DuplicateKey[]): YamlNode | undefined {
  return new FlowReader(file, at, duplicates).node()
}

/** Plain scalars inside brackets: a colon belongs to them unless a blank or the end of the scalar follows. */
const flowPlain = /[A-Za-z0-9_.+/$(~=^;<\\-][^\n,[\]{}#:?]*(?::(?![ \n,[\]{}]|$)[^\n,[\]{}#:?]*)*/y

class FlowReader {
  private readonly file: SourceFile
  private readonly text: string
  private readonly duplicates: DuplicateKey[]
  private at: number

  constructor(file: SourceFile, at: number, duplicates: DuplicateKey[]) {
    this.file = file
    this.text = file.text
    this.at = at
    this.duplicates = duplicates
  }

  node(): YamlNode | undefined {
    const first = this.text[this.at]
    if (first === '[') return this.list()
    if (first === '{') return this.map()
    return this.scalar()
  }

  /** Skips blanks, line ends and comments; tells if it stands before text. */
  private skip(): boolean {
    const { text } = this
    for (;;) {
      const code = text.charCodeAt(this.at)
      if (code === 0x20) this.at++
      else if (code === 0x0a) {
        this.at++
        if (text.startsWith('---', this.at) || text.startsWith('...', this.at)) return false
      } else if (code === 0x23 && (text[this.at - 1] === ' ' || text[this.at - 1] === '\n')) {
        const end = text.indexOf('\n', this.at)
        this.at = end === -1 ? text.length : end
      } else return this.at < text.length
    }
  }

  private list(): YamlNode | undefined {
    const start = this.at++
    const items: YamlNode[] = []
    for (;;) {
      if (!this.skip()) return undefined
      if (this.text[this.at] === ']') return { kind: 'list', items, start, end: ++this.at }
      const item = this.node()
      if (!item || !this.skip()) return undefined
      items.push(item)
      if (this.text[this.at] === ',') this.at++
      else if (this.text[this.at] !== ']') return undefined
    }
  }

  private map(): YamlNode | undefined {
    const start = this.at++
    const written: YamlEntry[] = []
    for (;;) {
      if (!this.skip()) return undefined
      if (this.text[this.at] === '}') {
        return { kind: 'map', entries: dictEntries(this.file, written, this.duplicates), start, end: ++this.at }
      }
      const entry = this.entry()
      if (!entry || !this.skip()) return undefined
      written.push(entry)
      if (this.text[this.at] === ',') this.at++
      else if (this.text[this.at] !== '}') return undefined
    }
  }

  private entry(): YamlEntry | undefined {
    const start = this.at
    const key = this.scalar()
    if (!key || this.text[this.at] !== ':' || this.text.slice(start, this.at).includes('\n')) return undefined
    this.at++
    const after = this.text[this.at]
    const isQuoted = this.text[start] === '"' || this.text[start] === "'"
    // libyaml takes no other plain key, PyYAML does.
    if (!isQuoted && after !== ' ' && after !== '\n') return undefined
    if (!this.skip()) return undefined
    const isEmpty = this.text[this.at] === ',' || this.text[this.at] === '}'
    const value = isEmpty ? emptyAt(key.end) : this.node()
    return value && { key, value }
  }

  private scalar(): YamlScalar | undefined {
    const { text } = this
    const first = text[this.at]
    if (first === '"' || first === "'") {
      const scalar = readQuoted(text, this.at)
      if (scalar) this.at = scalar.end
      return scalar
    }
    flowPlain.lastIndex = this.at
    const match = flowPlain.exec(text)
    if (!match) return undefined
    const written = match[0].trimEnd()
    const ending = text[this.at + match[0].length]
    // Text that goes on after the line's end is folded, and a dash alone is no scalar.
    if (ending === '\n' && !this.closesAfter(this.at + match[0].length)) return undefined
    if ((ending === ':' && written !== match[0]) || /^-(?:$| )/.test(written)) return undefined
    const start = this.at
    this.at += written.length
    const value = guardedPlain(written)
    return value === undefined ? undefined : { kind: 'scalar', value, start, end: this.at }
  }

  private closesAfter(at: number): boolean {
    const after = /[\n ]*([^\n ]?)/y
    after.lastIndex = at
    const found = after.exec(this.text)?.[1]
    return found === ',' || found === ']' || found === '}'
  }
}

function emptyAt(at: number): YamlScalar {
  return { kind: 'scalar', value: null, start: at, end: at }
}

function guardedPlain(text: string): YamlScalar['value'] | undefined {
  if (text === '=' || text === '<<') return undefined
  try {
    return plainScalar(text)
  } catch (error) {
    if (error instanceof RangeError || error instanceof SyntaxError) return undefined
    throw error
  }
}
