/**
 * Finds dbt's blocks (`{% macro %}`, `{% test %}`, `{% snapshot %}` ...) at the top level of a file, by dbt's own
 * scanner rules, which are looser than Jinja's: quotes protect end marks inside tags and prints but not in plain text,
 * `{%+` opens no block, `if` and `for` are balanced over the whole file.
 */
import { placeAt, type SourceFile } from '../base/source-file.ts'
import { TemplateError } from './template-error.ts'
import { pythonSpace } from './text.ts'

export interface TemplateBlock {
  readonly blockType: string
  /** Missing in `{% snapshot %}` without a name. */
  readonly name: string | undefined
  /** The text between the tags. */
  readonly contents: string
  /** With its tags, and the white space that their dashes take. */
  readonly fullBlock: string
  /** Offsets in the file. */
  readonly start: number
  readonly end: number
  readonly contentsStart: number
}

export interface FoundBlocks {
  readonly blocks: readonly TemplateBlock[]
  /** Tags at the top level that are none of the allowed blocks; dbt warns of them. */
  readonly unexpectedTags: readonly { readonly name: string; readonly start: number }[]
}

interface Tag {
  readonly type: string
  readonly name: string | undefined
  readonly start: number
  readonly end: number
}

const s = `[${pythonSpace}]`
const name = '[A-Za-z_][A-Za-z_0-9]*'
const open = `(?:${s}*\\{%-|\\{%)${s}*`
const close = `${s}*(?:-%\\}${s}*|%\\})`

const patterns = {
  blockStart: `${open}(?<type>${name})(?:${s}+(?<name>${name}))?`,
  commentStart: `(?<comment>${s}*\\{#)`,
  expressionStart: `(?<expression>\\{\\{${s}*)`,
  commentEnd: `${s}*#\\}`,
  expressionEnd: `(?<end>${s}*\\}\\})`,
  quote: `(?<quote>['"])`,
  string: `'[^'\\\\]*(?:\\\\[^][^'\\\\]*)*'|"[^"\\\\]*(?:\\\\[^][^"\\\\]*)*"`,
  tagClose: `(?<end>-%\\}${s}*|%\\})`,
  rawBlock: `${open}raw${close}[^]*?${open}endraw${close}`,
} as const

type PatternName = keyof typeof patterns

const endTags: Readonly<Record<string, string>> = { endif: 'if', endfor: 'for' }

/** @throws `template/block` when blocks are nested, not closed, or inside control flow */
export function extractBlocks(file: SourceFile, allowedTypes: Iterable<string>): FoundBlocks {
  const allowed = new Set(allowedTypes)
  const scanner = new TagScanner(file)
  const blocks: TemplateBlock[] = []
  const unexpectedTags: { name: string; start: number }[] = []
  const control: Tag[] = []
  let current: Tag | undefined
  for (const tag of scanner.tags()) {
    balance(scanner, control, tag)
    if (allowed.has(tag.type)) {
      if (control.length > 0) {
        const message = `Found a block definition inside control flow: all dbt block definitions must be at the top level`
        throw scanner.fail(message, tag.start)
      }
      if (current) {
        throw scanner.fail(
          `Found a '${tag.type}' block inside a '${current.type}' block: blocks cannot be nested`,
          tag.start,
        )
      }
      current = tag
    } else if (current && tag.type === `end${current.type}`) {
      blocks.push({
        blockType: current.type,
        name: current.name,
        contents: file.text.slice(current.end, tag.start),
        fullBlock: file.text.slice(current.start, tag.end),
        start: current.start,
        end: tag.end,
        contentsStart: current.end,
      })
      current = undefined
    } else if (!current) unexpectedTags.push({ name: tag.type, start: tag.start })
  }
  if (current) {
    throw scanner.fail(`Reached the end of the file without finding a close tag for '${current.type}'`, current.start)
  }
  return { blocks, unexpectedTags }
}

function balance(scanner: TagScanner, control: Tag[], tag: Tag): void {
  if (tag.type === 'if' || tag.type === 'for') {
    control.push(tag)
    return
  }
  const opens = endTags[tag.type]
  if (opens === undefined) return
  const last = control.pop()
  if (!last) {
    throw scanner.fail(
      `Got an unexpected control flow end tag, got '${tag.type}' but never saw a preceding '${opens}'`,
      tag.start,
    )
  }
  if (last.type !== opens) {
    throw scanner.fail(
      `Got an unexpected control flow end tag, got '${tag.type}' but expected 'end${last.type}' next`,
      tag.start,
    )
  }
}

/** Searches ahead are remembered, so that a rare mark is not looked for again and again. */
class TagScanner {
  private readonly file: SourceFile
  private at = 0
  private readonly regexps = new Map<PatternName, RegExp>()
  private readonly found = new Map<PatternName, { from: number; match: RegExpExecArray | null }>()

  constructor(file: SourceFile) {
    this.file = file
  }

  fail(message: string, at: number): TemplateError {
    return new TemplateError('template/block', message, { at: placeAt(this.file, at) })
  }

  private search(pattern: PatternName): RegExpExecArray | null {
    const known = this.found.get(pattern)
    if (known && known.from <= this.at && (known.match === null || known.match.index >= this.at)) return known.match
    let regexp = this.regexps.get(pattern)
    if (!regexp) {
      regexp = new RegExp(patterns[pattern], 'g')
      this.regexps.set(pattern, regexp)
    }
    regexp.lastIndex = this.at
    const match = regexp.exec(this.file.text)
    this.found.set(pattern, { from: this.at, match })
    return match
  }

  /** Of the next match of each pattern, the one that ends first. */
  private first(...names: readonly PatternName[]): RegExpExecArray | undefined {
    let best: RegExpExecArray | undefined
    for (const one of names) {
      const match = this.search(one)
      if (match && (!best || endOf(match) < endOf(best))) best = match
    }
    return best
  }

  private expect(what: string, ...names: readonly PatternName[]): RegExpExecArray {
    const match = this.first(...names)
    if (!match) throw this.fail(`unexpected EOF, expected ${what}`, Math.min(this.at, this.file.text.length))
    return match
  }

  *tags(): Generator<Tag> {
    for (;;) {
      const match = this.first('blockStart', 'commentStart', 'expressionStart')
      if (!match) return
      this.at = match.index
      if (match.groups?.comment !== undefined) {
        this.at = endOf(match)
        this.at = endOf(this.expect('#}', 'commentEnd'))
      } else if (match.groups?.expression !== undefined) this.skipExpression(match)
      else yield this.tag(match)
    }
  }

  private skipExpression(start: RegExpExecArray): void {
    this.at = endOf(start)
    for (;;) {
      const match = this.expect('}}', 'expressionEnd', 'quote')
      this.at = match.groups?.end === undefined ? endOf(this.expect('string', 'string')) : endOf(match)
      if (match.groups?.end !== undefined) return
    }
  }

  private tag(match: RegExpExecArray): Tag {
    const start = this.at
    const type = match.groups?.type ?? ''
    if (type === 'raw') this.at = endOf(this.expect('{% raw %}...{% endraw %}', 'rawBlock'))
    else {
      this.at = endOf(match)
      this.closeTag()
    }
    return { type, name: match.groups?.name, start, end: this.at }
  }

  private closeTag(): void {
    for (;;) {
      const match = this.expect('tag close ("%}")', 'quote', 'tagClose')
      this.at = endOf(match)
      if (match.groups?.end !== undefined) return
      this.at--
      this.at = endOf(this.expect('string', 'string'))
    }
  }
}

function endOf(match: RegExpExecArray): number {
  return match.index + match[0].length
}
