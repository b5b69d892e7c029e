/**
 * The quick reader for the YAML that projects are written in: block maps and lists, plain and quoted scalars, flow
 * collections, block scalars, comments. It never guesses: at anything else (anchors, tags, directives, tabs, several
 * documents, faults of every kind) it gives up, and the `yaml` package reads the file.
 */
import type { SourceFile } from './source-file.ts'
import { readBlockScalar } from './yaml-block-scalar.ts'
import { readFlow, readQuoted } from './yaml-flow-reader.ts'
import { dictEntries } from './yaml-mapping.ts'
import type { DuplicateKey, YamlDocument, YamlEntry, YamlNode, YamlScalar } from './yaml-node.ts'
import { plainScalar } from './yaml-scalar.ts'

/** `undefined`: not a file for this reader. */
export function readBlockYaml(file: SourceFile): YamlDocument | undefined {
  // Tabs and carriage returns are rare and their rules are many.
  if (file.text.includes('\t') || file.text.includes('\r')) return undefined
  try {
    return new BlockReader(file).document()
  } catch (error) {
    if (error === unreadable) return undefined
    throw error
  }
}

/** Thrown to give up; has no stack and says nothing. */
const unreadable = Symbol('not for the quick reader')

/** A colon belongs to a key unless a blank follows. */
const plainKey =
  /[A-Za-z0-9_.$+/(\\][^:#\n"'`{}[\],&*!|>%@?]*(?::(?![ \n]|$)[^:#\n"'`{}[\],&*!|>%@?]*)*(?=:(?:[ \n]|$))/y
const restIsEmpty = / *(?: #[^\n]*)?(?:\n|$)/y
/** A plain scalar begins with none of YAML's indicators. */
const plainStart = /[^\s\-?:,[\]{}#&*!|>'"%@`]|-[^\s]/y

class BlockReader {
  private readonly file: SourceFile
  private readonly text: string
  private readonly duplicates: DuplicateKey[] = []
  /** Where the content of the line at hand begins, and its column; -1 at the end of the file. */
  private at = 0
  private indent = -1
  /** Where the next line begins. */
  private next = 0
  /** Past the one `---` that may stand at the top. */
  private started = false

  constructor(file: SourceFile) {
    this.file = file
    this.text = file.text
  }

  document(): YamlDocument {
    this.advance()
    if (this.indent === 0 && this.text.startsWith('---\n', this.at)) this.advance()
    this.checkMark()
    this.started = true
    const empty: YamlNode = { kind: 'scalar', value: null, start: 0, end: 0 }
    const root = this.indent === -1 ? empty : this.block()
    if (this.indent !== -1) throw unreadable
    return { file: this.file, root, duplicates: this.duplicates }
  }

  /** Goes to the next line that has content. */
  private advance(): void {
    const { text } = this
    let start = this.next
    while (start < text.length) {
      let at = start
      while (text.charCodeAt(at) === 0x20) at++
      const code = text.charCodeAt(at)
      const end = this.lineEnd(at)
      if (at < end && code !== 0x23) {
        this.at = at
        this.indent = at - start
        this.next = end + 1
        if (this.started) this.checkMark()
        return
      }
      start = end + 1
    }
    this.at = text.length
    this.indent = -1
    this.next = text.length
  }

  /** Directives and marks between documents are for the other reader, but for one `---` at the top of the file. */
  private checkMark(): void {
    const { text, at } = this
    if (this.indent !== 0) return
    if (text[at] === '%' || text.startsWith('---', at) || text.startsWith('...', at)) throw unreadable
  }

  private lineEnd(from: number): number {
    const end = this.text.indexOf('\n', from)
    return end === -1 ? this.text.length : end
  }

  /** The node that begins with the line at hand. */
  private block(): YamlNode {
    if (this.isDash(this.at)) return this.list(this.indent)
    const key = this.key(this.at)
    if (key) return this.map(this.indent, key)
    throw unreadable
  }

  private isDash(at: number): boolean {
    if (this.text.charCodeAt(at) !== 0x2d) return false
    const after = this.text.charCodeAt(at + 1)
    return after === 0x20 || after === 0x0a || Number.isNaN(after)
  }

  /** A key with its colon behind it; `undefined` when what stands here is no key. */
  private key(at: number): YamlScalar | undefined {
    const { text } = this
    const code = text.charCodeAt(at)
    if (code === 0x22 || code === 0x27) {
      const scalar = readQuoted(text, at, this.lineEnd(at))
      if (!scalar) return undefined
      return text.charCodeAt(scalar.end) === 0x3a && this.isBreak(scalar.end + 1) ? scalar : undefined
    }
    plainKey.lastIndex = at
    const match = plainKey.exec(text)
    if (!match) return undefined
    const name = match[0].trimEnd()
    return { kind: 'scalar', value: this.plain(name), start: at, end: at + name.length }
  }

  private isBreak(at: number): boolean {
    const code = this.text.charCodeAt(at)
    return code === 0x20 || code === 0x0a || Number.isNaN(code)
  }

  private map(indent: number, firstKey: YamlScalar): YamlNode {
    const entries: YamlEntry[] = []
    const start = firstKey.start
    let key: YamlScalar | undefined = firstKey
    let end = start
    while (key) {
      const value = this.value(this.text.indexOf(':', key.end) + 1, indent, key.end, true)
      entries.push({ key, value })
      end = value.end
      if (this.indent < indent) break
      if (this.indent > indent) throw unreadable
      key = this.isDash(this.at) ? undefined : this.key(this.at)
      if (!key) throw unreadable
    }
    return { kind: 'map', entries: dictEntries(this.file, entries, this.duplicates), start, end }
  }

  private list(indent: number): YamlNode {
    const items: YamlNode[] = []
    const start = this.at
    let end = start
    while (this.indent === indent && this.isDash(this.at)) {
      const item = this.item(indent)
      items.push(item)
      end = item.end
    }
    if (this.indent > indent) throw unreadable
    return { kind: 'list', items, start, end }
  }

  private item(indent: number): YamlNode {
    const lineStart = this.at - indent
    let at = this.at + 1
    while (this.text.charCodeAt(at) === 0x20) at++
    const column = at - lineStart
    if (this.isDash(at)) {
      this.at = at
      this.indent = column
      return this.list(column)
    }
    if (!this.isBreak(at)) {
      const key = this.key(at)
      if (key) {
        this.at = at
        this.indent = column
        return this.map(column, key)
      }
    }
    return this.value(this.at + 1, indent, this.at + 1, false)
  }

  /** What follows a colon or a dash: on the same line, or on the lines below when that is empty. */
  private value(from: number, indent: number, emptyAt: number, inMap: boolean): YamlNode {
    restIsEmpty.lastIndex = from
    if (restIsEmpty.test(this.text)) {
      this.advance()
      if (this.indent > indent) return this.nested(indent)
      if (inMap && this.indent === indent && this.isDash(this.at)) return this.list(indent)
      return { kind: 'scalar', value: null, start: emptyAt, end: emptyAt }
    }
    let at = from
    while (this.text.charCodeAt(at) === 0x20) at++
    return this.inline(at, indent)
  }

  /** A node below its key: a collection, or a scalar that stands on a line of its own. */
  private nested(indent: number): YamlNode {
    if (this.isDash(this.at)) return this.list(this.indent)
    const key = this.key(this.at)
    return key ? this.map(this.indent, key) : this.inline(this.at, indent)
  }

  private inline(at: number, indent: number): YamlNode {
    const { text } = this
    switch (text[at]) {
      case '"':
      case "'": {
        const scalar = readQuoted(text, at)
        if (!scalar) throw unreadable
        return this.ended(scalar)
      }
      case '[':
      case '{': {
        const node = readFlow(this.file, at, this.duplicates)
        if (!node) throw unreadable
        return this.ended(node)
      }
      case '|':
      case '>': {
        const scalar = readBlockScalar(text, at, indent)
        if (!scalar) throw unreadable
        this.next = scalar.next
        this.advance()
        return scalar.node
      }
      default:
        return this.plainLines(at, indent)
    }
  }

  /** Checks that nothing but a comment follows on the line, and goes on. */
  private ended(node: YamlNode): YamlNode {
    restIsEmpty.lastIndex = node.end
    if (!restIsEmpty.test(this.text)) throw unreadable
    this.next = restIsEmpty.lastIndex
    this.advance()
    return node
  }

  /** A plain scalar and the deeper lines that continue it. */
  private plainLines(at: number, indent: number): YamlNode {
    plainStart.lastIndex = at
    if (!plainStart.test(this.text)) throw unreadable
    const first = this.plainLine(at)
    let { end } = first
    let joined = first.text
    this.next = this.lineEnd(at) + 1
    let from = this.next
    this.advance()
    while (this.indent > indent) {
      if (first.commented || this.text.slice(from, this.at).includes('#')) throw unreadable
      const more = this.plainLine(this.at)
      const breaks = newlines(this.text, end, this.at)
      joined += (breaks === 1 ? ' ' : '\n'.repeat(breaks - 1)) + more.text
      end = more.end
      from = this.next
      this.advance()
      if (more.commented && this.indent > indent) throw unreadable
    }
    return { kind: 'scalar', value: this.plain(joined), start: at, end }
  }

  private plainLine(at: number): { text: string; end: number; commented: boolean } {
    const line = this.text.slice(at, this.lineEnd(at))
    const comment = line.charCodeAt(0) === 0x23 ? 0 : line.indexOf(' #')
    const text = (comment === -1 ? line : line.slice(0, comment)).trimEnd()
    if (text === '' || text.includes(': ') || text.endsWith(':')) throw unreadable
    return { text, end: at + text.length, commented: comment !== -1 }
  }

  private plain(text: string): YamlScalar['value'] {
    // What only looks like a value of its own (a date that does not exist, `=`, `<<`) is for the other reader to judge.
    if (text === '=' || text === '<<') throw unreadable
    try {
      return plainScalar(text)
    } catch (error) {
      if (error instanceof RangeError || error instanceof SyntaxError) throw unreadable
      throw error
    }
  }
}

function newlines(text: string, start: number, end: number): number {
  let count = 0
  for (let at = text.indexOf('\n', start); at !== -1 && at < end; at = text.indexOf('\n', at + 1)) count++
  return count
}
