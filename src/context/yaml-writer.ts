/** Scalars of YAML text in the styles that PyYAML's emitter chooses, folded at eighty columns as it folds. */

const width = 80
const breaks = '\n\u0085\u2028\u2029'

export interface ScalarOptions {
  /** Unquoted text would be read back as the same text. */
  readonly plainAllowed: boolean
  /** Column of continuation lines. */
  readonly indent: number
  /** Lines may be broken. */
  readonly split: boolean
}

export class YamlWriter {
  text = ''
  private column = 0

  write(text: string): void {
    this.text += text
    const newline = text.lastIndexOf('\n')
    this.column = newline === -1 ? this.column + [...text].length : text.length - newline - 1
  }
  newline(indent: number): void {
    this.write(`\n${' '.repeat(indent)}`)
  }

  /** True if the text was written without quotes. */
  scalar(text: string, options: ScalarOptions): boolean {
    const style = analyzed(text)
    if (options.plainAllowed && style.plain && (options.split || !style.multiline)) {
      this.folded(text, options, '')
      return true
    }
    if (style.singleQuoted && (options.split || !style.multiline)) this.folded(text, options, "'")
    else this.doubleQuoted(text, options)
    return false
  }

  /** Plain or single-quoted: a lone space becomes a line break once the line is full; a line break is doubled. */
  private folded(text: string, { indent, split }: ScalarOptions, quote: string): void {
    this.write(quote)
    const runs = text.match(/ +|[\n\u0085\u2028\u2029]+|[^ \n\u0085\u2028\u2029]+/g) ?? []
    let at = 0
    for (const run of runs) {
      const end = at + run.length
      if (run === ' ' && this.column > width && split && at !== 0 && end !== text.length) this.newline(indent)
      else if (breaks.includes(run[0] ?? '')) this.write(`${run[0] === '\n' ? '\n' : ''}${run}${' '.repeat(indent)}`)
      else this.write(quote ? run.replaceAll("'", "''") : run)
      at = end
    }
    this.write(quote)
  }

  private doubleQuoted(text: string, { indent, split }: ScalarOptions): void {
    this.write('"')
    const points = [...text]
    let pending = ''
    for (const [index, character] of points.entries()) {
      const code = escaped(character)
      const inside = index > 0 && index < points.length - 1
      if (code !== undefined) {
        this.write(pending + code)
        pending = ''
      }
      const waiting = code === undefined ? pending.length : -1
      if (inside && split && (character === ' ' || pending === '') && this.column + waiting > width) {
        this.write(`${pending}\\`)
        this.newline(indent)
        pending = ''
        if ((code === undefined ? character : points[index + 1]) === ' ') this.write('\\')
      }
      if (code === undefined) pending += character
    }
    this.write(`${pending}"`)
  }
}

const escapes: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\x08': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\x0b': '\\v',
  '\x0c': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\u0085': '\\N',
  '\u00a0': '\\_',
  '\u2028': '\\L',
  '\u2029': '\\P',
}

function escaped(character: string): string | undefined {
  const known = escapes[character]
  if (known !== undefined) return known
  const code = character.codePointAt(0) ?? 0
  if (code >= 0x20 && code <= 0x7e) return undefined
  const hex = code.toString(16).toUpperCase()
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}

interface Analysis {
  readonly plain: boolean
  readonly singleQuoted: boolean
  readonly multiline: boolean
}

/** Which styles can hold the text, by the rules of PyYAML's emitter. */
function analyzed(text: string): Analysis {
  const multiline = /[\n\u0085\u2028\u2029]/.test(text)
  const special = /[^\n\x20-\x7e]/.test(text)
  const spaceBreak = / [\n\u0085\u2028\u2029]/.test(text)
  const breakSpace = /[\n\u0085\u2028\u2029] /.test(text)
  const edges = /^[ \n]|[ \n]$/.test(text)
  return {
    plain: !(multiline || special || spaceBreak || breakSpace || edges || hasBlockIndicator(text)),
    singleQuoted: !(special || spaceBreak || breakSpace),
    multiline,
  }
}

function hasBlockIndicator(text: string): boolean {
  if (/^(---|\.\.\.)/.test(text)) return true
  if (/^[#,[\]{}&*!|>'"%@`]/.test(text)) return true
  return /^[?:-](\s|$)/.test(text) || /:(\s|$)/.test(text) || /\s#/.test(text)
}
