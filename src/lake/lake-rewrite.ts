/**
 * Puts what was found for the mentions of a text in their place. In a view or a macro the address stays, behind a
 * variable that each session sets to its own copies: `read_parquet(coalesce(getvariable('eider files s3://…'),
 * ['s3://…']))`. So it follows what is in the bucket, and a DuckDB without eider but with the httpfs or delta extension
 * reads it too. Pure.
 */
import { quoteIdentifier, quoteString } from '../base/sql-text.ts'
import { unreachable } from '../base/unreachable.ts'
import { escapePattern, textList } from '../delta/sql-words.ts'
import { type DeltaMention, type FilesMention, type LakeText, readsParquet } from './lake-mentions.ts'
import { isS3Url } from './s3-access.ts'
import { sqlTokens } from './sql-tokens.ts'

/** What stands for each thing that a text mentions. */
export interface Found {
  /** Local paths of an address pattern; only asked for addresses. */
  paths(pattern: string): readonly string[]
  /** URLs of a pattern. */
  urls(pattern: string): readonly string[]
  /** The query for the rows of a Delta table. */
  deltaSql(mention: DeltaMention): string
  /** The local path to write to in place of an address. */
  target(url: string): string
}

interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

export interface Rewritten {
  readonly sql: string
  /** Where an offset of the new text was in the old one. */
  originalOffset(offset: number): number
}

export function rewriteText(sql: string, text: LakeText, found: Found): Rewritten {
  const isKept = text.defines !== undefined
  const edits = text.mentions.flatMap((mention): Edit[] => {
    const { start, end } = mention
    switch (mention.kind) {
      case 'files':
        return filesEdits(mention, isKept, found)
      case 'glob': {
        const list = found.urls(mention.pattern).map(quoteString).join(', ')
        return [{ start, end, text: `(SELECT unnest([${list}]::VARCHAR[]) AS file)` }]
      }
      case 'delta':
        return [{ start, end, text: isKept ? deltaVariable(mention) : `(${found.deltaSql(mention)})` }]
      case 'attach': {
        const { url, readOnly } = mention
        const edit = { start, end, text: quoteString(found.paths(url)[0] ?? url) }
        return readOnly === undefined ? [edit] : [edit, { start: readOnly.at, end: readOnly.at, text: readOnly.text }]
      }
      case 'target':
        return [{ start, end, text: quoteString(found.target(mention.url)) }]
      default:
        return unreachable(mention)
    }
  })
  for (const { start, end, isItem } of text.fileNames) {
    edits.push({ start, end, text: `${publicName(sql.slice(start, end))}${isItem ? ' AS filename' : ''}` })
  }
  return applied(sql, edits)
}

function filesEdits(mention: FilesMention, isKept: boolean, found: Found): Edit[] {
  const { start, end, as, patterns, named } = mention
  const list = isKept ? variableList(patterns) : pathList(patterns, found)
  if (as === 'copy') return [{ start, end, text: list }]
  if (as === 'table') {
    const [pattern = ''] = patterns
    const alias = mention.hasAlias ? '' : ` AS ${quoteIdentifier(tableName(pattern))}`
    return [{ start, end, text: `${mention.reader ?? 'read_parquet'}(${list})${alias}` }]
  }
  const edits: Edit[] = [{ start, end, text: list }]
  if (named === undefined) return edits
  const column = quoteIdentifier(named.column)
  const lead = `(SELECT * REPLACE (${publicName(column)} AS ${column}) FROM `
  edits.push({ start: named.start, end: named.start, text: lead })
  edits.push({ start: named.end, end: named.end, text: ')' })
  return edits
}

/** A copy's path as the address of its object; any other path as it is. */
function publicName(column: string): string {
  return `regexp_replace(${column}, '^.*?/eider-[0-9a-f]{40}/', 's3://')`
}

/** One path stays a text, since some readers take no list. */
function pathList(patterns: readonly string[], found: Found): string {
  const paths = patterns.flatMap(pattern => (isS3Url(pattern) ? found.paths(pattern).map(escapePattern) : [pattern]))
  return paths.length === 1 && patterns.length === 1 ? quoteString(paths[0] ?? '') : textList(paths)
}

function variableList(patterns: readonly string[]): string {
  const parts = patterns.map(pattern => {
    const plain = `[${quoteString(pattern)}]`
    return isS3Url(pattern) ? `coalesce(getvariable(${quoteString(filesVariable(pattern))}), ${plain})` : plain
  })
  return parts.reduceRight((rest, part) => `list_concat(${part}, ${rest})`)
}

function deltaVariable(mention: DeltaMention): string {
  const { location, version, timestamp } = mention
  const options = version === undefined ? '' : `, version => ${version}`
  const plain = `FROM delta_scan(${quoteString(location)}${timestamp === undefined ? options : ''})`
  const name = deltaVariableName(mention)
  return `query(coalesce(getvariable(${quoteString(name)}), ${quoteString(plain)}))`
}

const filesLead = 'eider files '
const deltaLead = 'eider delta '

export function filesVariable(pattern: string): string {
  return filesLead + pattern
}

export function deltaVariableName({
  location,
  version,
  timestamp,
}: Pick<DeltaMention, 'location' | 'version' | 'timestamp'>): string {
  return deltaLead + JSON.stringify({ location, version, timestamp })
}

export type LakeVariable =
  | {
      readonly kind: 'files'
      readonly name: string
      readonly pattern: string
      /** It reads them as Parquet and as nothing else. */
      readonly isParquet: boolean
    }
  | {
      readonly kind: 'delta'
      readonly name: string
      readonly location: string
      readonly version?: number
      readonly timestamp?: string
    }

/** The variables that the text of a view or a macro asks for. */
export function variablesIn(sql: string): LakeVariable[] {
  const tokens = sqlTokens(sql)
  const calls: string[] = []
  const found: LakeVariable[] = []
  for (const [at, { kind, value }] of tokens.entries()) {
    if (kind === 'symbol' && value === '(') calls.push(tokens[at - 1]?.value.toLowerCase() ?? '')
    else if (kind === 'symbol' && value === ')') calls.pop()
    else if (kind === 'text' && calls.at(-1) === 'getvariable') {
      const variable = variableNamed(
        value,
        calls.findLast(call => !aroundVariables.has(call)),
      )
      if (variable !== undefined) found.push(variable)
    }
  }
  return found
}

/** Calls between a reader and the variable that names its files. */
const aroundVariables: ReadonlySet<string> = new Set(['getvariable', 'coalesce', 'list_concat'])

function variableNamed(name: string, reader: string | undefined): LakeVariable | undefined {
  if (name.startsWith(filesLead)) {
    return { kind: 'files', name, pattern: name.slice(filesLead.length), isParquet: readsParquet(reader) }
  }
  if (!name.startsWith(deltaLead)) return undefined
  const wanted = JSON.parse(name.slice(deltaLead.length)) as { location: string; version?: number; timestamp?: string }
  return { kind: 'delta', name, ...wanted }
}

/** What DuckDB calls a table that is a file: its name without what follows the first dot. */
function tableName(pattern: string): string {
  const file = pattern.slice(pattern.lastIndexOf('/') + 1)
  return file.split('.')[0] || file
}

function applied(sql: string, edits: readonly Edit[]): Rewritten {
  const sorted = [...edits].sort((left, right) => left.start - right.start || left.end - right.end)
  let text = ''
  let at = 0
  const steps: { readonly from: number; readonly to: number; readonly original: number }[] = []
  for (const edit of sorted) {
    text += sql.slice(at, edit.start)
    steps.push({ from: text.length, to: text.length + edit.text.length, original: edit.start })
    text += edit.text
    at = edit.end
    steps.push({ from: text.length, to: text.length, original: edit.end })
  }
  text += sql.slice(at)
  return {
    sql: text,
    originalOffset(offset) {
      const step = steps.findLast(one => one.from <= offset)
      if (step === undefined) return offset
      return offset < step.to ? step.original : step.original + (offset - step.to)
    },
  }
}
