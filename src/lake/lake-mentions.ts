/**
 * Where a SQL text mentions files in object stores and Delta tables: literals that DuckDB would open, and nothing else.
 * A literal that merely looks like an address (`select 's3://x' as origin`) is no mention. Pure.
 */
import { isS3Url } from './s3-access.ts'
import { type SqlToken, sqlTokens } from './sql-tokens.ts'

/** Offsets are half-open and of the text that was read. */
interface Span {
  readonly start: number
  readonly end: number
}

/** Files that are read: the first argument of a reader, or what stands after FROM. */
export interface FilesMention extends Span {
  readonly kind: 'files'
  /** As written; at least one is an address. */
  readonly patterns: readonly string[]
  /** `table` stands for itself after FROM, `copy` in COPY … FROM. */
  readonly as: 'argument' | 'table' | 'copy'
  /** The function that reads them; unknown in COPY … FROM. */
  readonly reader?: string
  /** Further tokens call it by this name unless an alias follows. */
  readonly hasAlias: boolean
  /** The whole call of a reader that gives the files' names as a column. */
  readonly named?: Span & { readonly column: string }
}

/** A call of `glob('s3://…')`. */
interface GlobMention extends Span {
  readonly kind: 'glob'
  readonly pattern: string
}

/** A call of `delta_scan(…)`. */
export interface DeltaMention extends Span {
  readonly kind: 'delta'
  readonly location: string
  readonly version?: number
  /** As written. */
  readonly timestamp?: string
}

/** COPY … TO 's3://…'. */
interface TargetMention extends Span {
  readonly kind: 'target'
  readonly url: string
}

/** ATTACH 's3://…'. */
interface AttachMention extends Span {
  readonly kind: 'attach'
  readonly url: string
  /** Where READ_ONLY is to be written, and how: a copy must not be changed. */
  readonly readOnly?: { readonly at: number; readonly text: string }
}

type LakeMention = FilesMention | GlobMention | DeltaMention | TargetMention | AttachMention

export interface LakeText {
  readonly mentions: readonly LakeMention[]
  /** Names in the text, in lower case: it may read a view of such a name, or call a macro. */
  readonly names: ReadonlySet<string>
  /** The name that a CREATE VIEW, CREATE MACRO or ALTER VIEW … RENAME makes; undefined for every other statement. */
  readonly defines?: string
  /** Mentions of the virtual column `filename`. */
  readonly fileNames: readonly (Span & { readonly isItem: boolean })[]
}

const readers: ReadonlySet<string> = new Set([
  ...['read_parquet', 'parquet_scan', 'read_csv', 'read_csv_auto', 'sniff_csv', 'read_text', 'read_blob'],
  ...['read_json', 'read_json_auto', 'read_ndjson', 'read_ndjson_auto', 'read_json_objects', 'read_json_objects_auto'],
  ...['read_ndjson_objects', 'parquet_metadata', 'parquet_schema', 'parquet_file_metadata'],
  ...['parquet_kv_metadata', 'parquet_bloom_probe', 'parquet_full_metadata'],
])

/** Words that may follow a table where an alias could be. */
const noAlias: ReadonlySet<string> = new Set([
  ...['where', 'join', 'inner', 'left', 'right', 'full', 'outer', 'cross', 'natural', 'asof', 'positional', 'semi'],
  ...['anti', 'group', 'order', 'limit', 'offset', 'union', 'intersect', 'except', 'having', 'qualify', 'window', 'on'],
  ...['using', 'tablesample', 'pivot', 'unpivot', 'select', 'with', 'returning', 'sample', 'at'],
])

const endsFrom: ReadonlySet<string> = new Set([
  ...[
    'select',
    'where',
    'group',
    'having',
    'qualify',
    'window',
    'order',
    'limit',
    'on',
    'union',
    'intersect',
    'except',
  ],
  ...['values', 'set', 'returning', 'offset'],
])

/** What is made by a text that is read again later. */
const keptKinds: ReadonlySet<string> = new Set(['view', 'macro', 'function'])

interface Frame {
  readonly open: number
  /** The function whose arguments these are. */
  readonly call: string | undefined
  readonly isList: boolean
  inFrom: boolean
}

/** DuckDB's own choice by the name's end. */
function readerOf(pattern: string): string {
  const name = pattern.toLowerCase().replace(/\.(?:gz|zst)$/, '')
  if (/\.(?:csv|tsv)$/.test(name)) return 'read_csv'
  if (/\.(?:json|jsonl|ndjson)$/.test(name)) return 'read_json'
  return 'read_parquet'
}

/** Reads nothing of a file but what a plan of it can name. */
export function readsParquet(reader: string | undefined): boolean {
  return reader === 'read_parquet' || reader === 'parquet_scan'
}

/**
 * How many files DuckDB looks into to find out what columns texts have, before it reads those that are wanted; undefined
 * where it is not for certain texts that are read.
 */
export function textsLookedInto(reader: string | undefined): number | undefined {
  if (reader === 'read_csv' || reader === 'read_csv_auto') return 10
  return /^read_(?:json|ndjson)(?:_auto)?$/.test(reader ?? '') ? 32 : undefined
}

export function lakeText(sql: string): LakeText {
  return new MentionReader(sqlTokens(sql)).read()
}

class MentionReader {
  private readonly tokens: readonly SqlToken[]
  private readonly mentions: LakeMention[] = []
  private readonly frames: Frame[] = [{ open: -1, call: undefined, isList: false, inFrom: false }]

  constructor(tokens: readonly SqlToken[]) {
    this.tokens = tokens
  }

  read(): LakeText {
    for (let at = 0; at < this.tokens.length; at++) this.visit(at)
    const defines = this.defines()
    const named = this.tokens.filter(token => token.kind === 'word' || token.kind === 'name')
    return {
      mentions: this.mentions,
      names: new Set(named.map(token => token.value.toLowerCase())),
      ...(defines !== undefined && { defines }),
      fileNames: this.mentions.some(one => one.kind === 'files') ? this.fileNames() : [],
    }
  }

  private visit(at: number): void {
    const token = this.tokens[at]
    if (token === undefined) return
    const frame = this.frames.at(-1)
    if (token.kind === 'symbol') {
      if (token.value === '(' || token.value === '[') this.open(at, token.value === '[')
      else if ((token.value === ')' || token.value === ']') && this.frames.length > 1) this.frames.pop()
      return
    }
    if (frame !== undefined && token.kind === 'word') {
      if (token.value === 'from' || token.value === 'join') frame.inFrom = this.startsTables(at)
      else if (endsFrom.has(token.value)) frame.inFrom = false
    }
    if ((token.kind === 'text' || token.kind === 'name') && isS3Url(token.value)) this.address(at, token)
  }

  private open(at: number, isList: boolean): void {
    const before = this.tokens[at - 1]
    const isCall = !isList && (before?.kind === 'word' || before?.kind === 'name')
    const call = isCall ? before.value.toLowerCase() : undefined
    this.frames.push({ open: at, call, isList, inFrom: false })
    if (call !== undefined && readers.has(call)) this.reader(at)
    if (call === 'glob') this.glob(at)
    if (call === 'delta_scan') this.delta(at)
  }

  /** FROM in `extract(year from x)` and `is distinct from x` names no table. */
  private startsTables(at: number): boolean {
    const isFrom = this.tokens[at]?.value === 'from'
    const call = this.frames.at(-1)?.call
    const plain = ['extract', 'trim', 'substring', 'overlay', 'position']
    return !isFrom || (this.tokens[at - 1]?.value !== 'distinct' && (call === undefined || !plain.includes(call)))
  }

  /** An address by itself: a table, or the other end of a COPY. */
  private address(at: number, token: SqlToken): void {
    const frame = this.frames.at(-1)
    const before = this.tokens[at - 1]
    if (frame === undefined || frame.isList) return
    const { start, end } = token
    const isCopy = this.tokens[0]?.value === 'copy' && this.frames.length === 1
    if (isCopy && before?.value === 'to' && token.kind === 'text') {
      this.mentions.push({ kind: 'target', start, end, url: token.value })
    } else if (isCopy && before?.value === 'from') {
      this.mentions.push({ kind: 'files', start, end, patterns: [token.value], as: 'copy', hasAlias: true })
    } else if (this.tokens[0]?.value === 'attach' && at <= 5 && this.frames.length === 1) {
      const readOnly = this.readOnlyEdit(at)
      this.mentions.push({ kind: 'attach', start, end, url: token.value, ...(readOnly && { readOnly }) })
    } else if (frame.inFrom && this.isTablePlace(before)) {
      const hasAlias = this.aliasFollows(at + 1)
      const reader = readerOf(token.value)
      this.mentions.push({ kind: 'files', start, end, patterns: [token.value], as: 'table', reader, hasAlias })
    }
  }

  /** Into the options of an ATTACH, or as the only one. */
  private readOnlyEdit(path: number): AttachMention['readOnly'] {
    const rest = this.tokens.slice(path + 1)
    if (rest.some(token => token.value === 'read_only')) return undefined
    const open = rest.find(token => token.kind === 'symbol' && token.value === '(')
    if (open !== undefined) return { at: open.end, text: 'READ_ONLY, ' }
    const last = rest.findLast(token => token.value !== ';') ?? this.tokens[path]
    return last && { at: last.end, text: ' (READ_ONLY)' }
  }

  private isTablePlace(before: SqlToken | undefined): boolean {
    return before?.value === 'from' || before?.value === 'join' || before?.value === ','
  }

  private aliasFollows(at: number): boolean {
    const next = this.tokens[at]
    if (next === undefined) return false
    return next.kind === 'name' || (next.kind === 'word' && !noAlias.has(next.value))
  }

  private reader(open: number): void {
    const first = this.tokens[open + 1]
    if (first === undefined) return
    const last = first.value === '[' && first.kind === 'symbol' ? this.listEnd(open + 1) : open + 1
    const end = last === undefined ? undefined : this.tokens[last]
    if (last === undefined || end === undefined || !this.endsArgument(last + 1)) return
    const items = this.tokens.slice(open + 1, last + 1).filter(token => token.kind === 'text')
    if (!items.some(item => isS3Url(item.value))) return
    const patterns = items.map(item => item.value)
    const named = this.namedColumn(open)
    const hasAlias = this.aliasFollows(this.close(open) + 1)
    const span = { start: first.start, end: end.end }
    const call = this.tokens[open - 1]?.value.toLowerCase()
    const reader = call === undefined ? {} : { reader: call }
    this.mentions.push({
      kind: 'files',
      ...span,
      patterns,
      as: 'argument',
      ...reader,
      hasAlias,
      ...(named && { named }),
    })
  }

  /** Of a list of nothing but texts. */
  private listEnd(open: number): number | undefined {
    for (let at = open + 1; at < this.tokens.length; at++) {
      const token = this.tokens[at]
      if (token?.value === ']' && token.kind === 'symbol') return at
      if (token?.kind !== 'text' && token?.value !== ',') return undefined
    }
    return undefined
  }

  private endsArgument(at: number): boolean {
    const token = this.tokens[at]
    return token?.kind === 'symbol' && (token.value === ',' || token.value === ')')
  }

  /** The index of the bracket that closes the one at `open`. */
  private close(open: number): number {
    let depth = 0
    for (let at = open; at < this.tokens.length; at++) {
      const token = this.tokens[at]
      if (token?.kind !== 'symbol') continue
      if (token.value === '(' || token.value === '[') depth += 1
      if ((token.value === ')' || token.value === ']') && --depth === 0) return at
    }
    return this.tokens.length
  }

  /** `filename = true` or `filename = 'name'` among the arguments. */
  private namedColumn(open: number): (Span & { readonly column: string }) | undefined {
    const close = this.close(open)
    const call = this.tokens[open - 1]
    const end = this.tokens[close]
    if (call === undefined || end === undefined) return undefined
    for (let at = open + 1; at < close - 1; at++) {
      if (this.tokens[at]?.value !== 'filename' || !this.isAssignment(at + 1)) continue
      const value = this.tokens[at + 2]
      if (value?.kind === 'text') return { start: call.start, end: end.end, column: value.value }
      const isOn = value?.value === 'true' || value?.value === '1'
      return isOn ? { start: call.start, end: end.end, column: 'filename' } : undefined
    }
    return undefined
  }

  private isAssignment(at: number): boolean {
    return ['=', '=>', ':='].includes(this.tokens[at]?.value ?? '')
  }

  private glob(open: number): void {
    const [call, pattern, close] = [this.tokens[open - 1], this.tokens[open + 1], this.tokens[open + 2]]
    if (call === undefined || pattern?.kind !== 'text' || close?.value !== ')' || !isS3Url(pattern.value)) return
    this.mentions.push({ kind: 'glob', start: call.start, end: close.end, pattern: pattern.value })
  }

  private delta(open: number): void {
    const [call, location] = [this.tokens[open - 1], this.tokens[open + 1]]
    const end = this.tokens[this.close(open)]
    if (call === undefined || location?.kind !== 'text' || end === undefined) return
    const option = (name: string): string | undefined => {
      for (let at = open + 2; (this.tokens[at]?.start ?? end.start) < end.start; at++) {
        if (this.tokens[at]?.value === name && this.isAssignment(at + 1)) return this.tokens[at + 2]?.value
      }
      return undefined
    }
    const version = option('version') ?? option('delta_file_number')
    const timestamp = option('timestamp')
    this.mentions.push({
      kind: 'delta',
      start: call.start,
      end: end.end,
      location: location.value,
      ...(version !== undefined && { version: Number(version) }),
      ...(timestamp !== undefined && { timestamp }),
    })
  }

  /** The last part of the name after VIEW or MACRO, or after RENAME TO. */
  private defines(): string | undefined {
    const words = this.tokens.slice(0, 12).map(token => token.value)
    const made = words[0] === 'create' ? words.slice(0, 5).findIndex(word => keptKinds.has(word)) : -1
    const renamed = words[0] === 'alter' ? words.indexOf('rename') : -1
    if (made === -1 && renamed === -1) return undefined
    let at = made === -1 ? renamed + 2 : made + 1
    if (words[at] === 'if') at += 3
    while (this.tokens[at + 1]?.value === '.' && this.tokens[at + 1]?.kind === 'symbol') at += 2
    return this.tokens[at]?.value.toLowerCase()
  }

  private fileNames(): (Span & { readonly isItem: boolean })[] {
    return this.tokens.flatMap((token, at) => {
      if (token.kind === 'text' || token.value.toLowerCase() !== 'filename' || token.kind === 'symbol') return []
      const [before, next] = [this.tokens[at - 1], this.tokens[at + 1]]
      const isOption = this.isAssignment(at + 1) && (before?.value === ',' || before?.value === '(')
      if (before?.value === 'as' || isOption || next?.value === '.' || next?.value === '(') return []
      const isQualified = before?.value === '.'
      const [start, lead] = isQualified
        ? [this.tokens[at - 2]?.start ?? token.start, this.tokens[at - 3]]
        : [token.start, before]
      const isItem =
        (lead?.value === 'select' || lead?.value === 'distinct' || lead?.value === ',') &&
        (next?.value === ',' || next?.value === 'from') &&
        this.isSelectItem(at)
      return [{ start, end: token.end, isItem }]
    })
  }

  /** Between SELECT and FROM of its own level, as opposed to a place in GROUP BY or ORDER BY. */
  private isSelectItem(at: number): boolean {
    let depth = 0
    for (let index = at; index >= 0; index--) {
      const token = this.tokens[index]
      if (token?.kind === 'symbol' && (token.value === ')' || token.value === ']')) depth += 1
      if (token?.kind === 'symbol' && (token.value === '(' || token.value === '[') && --depth < 0) return false
      if (depth === 0 && token?.kind === 'word') {
        if (token.value === 'select') return true
        if (token.value === 'by' || token.value === 'from') return false
      }
    }
    return false
  }
}
