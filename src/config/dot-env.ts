/** Variables from a `.env` file. What the process has already counts more. */
import { posix } from 'node:path'
import type { FileSystem } from '../storage/file-system.ts'

const assignment = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.]*)\s*=\s*(.*)$/

/** Reads the nearest `.env`, from a folder upwards, and gives the environment completed from it. */
export function withDotEnv(
  environment: Readonly<Record<string, string>>,
  files: FileSystem,
  folder: string,
): Readonly<Record<string, string>> {
  for (let at = folder; ; at = posix.dirname(at)) {
    const text = files.read(posix.join(at, '.env'))
    if (text !== undefined) return { ...parseDotEnv(text, environment), ...environment }
    if (at === posix.dirname(at)) return environment
  }
}

/** `NAME=value` lines: quotes, `export`, comments, `${OTHER}`; values in double or single quotes may span lines. */
export function parseDotEnv(text: string, known: Readonly<Record<string, string>> = {}): Record<string, string> {
  const values: Record<string, string> = {}
  const lookup = (name: string): string => known[name] ?? values[name] ?? ''
  const lines = text.split(/\r?\n/)
  for (let index = 0; index < lines.length; index++) {
    const match = assignment.exec(lines[index] ?? '')
    const name = match?.[1]
    if (name === undefined) continue
    let raw = match?.[2] ?? ''
    const quote = raw[0] === '"' || raw[0] === "'" ? raw[0] : undefined
    while (quote && !closed(raw, quote) && index + 1 < lines.length) raw += `\n${lines[++index]}`
    values[name] = quote ? quoted(raw, quote, lookup) : interpolated(raw.replace(/\s+#.*$/, '').trimEnd(), lookup)
  }
  return values
}

function closed(raw: string, quote: string): boolean {
  return endOf(raw, quote) !== -1
}

function endOf(raw: string, quote: string): number {
  for (let at = 1; at < raw.length; at++) {
    if (raw[at] === '\\') at++
    else if (raw[at] === quote) return at
  }
  return -1
}

function quoted(raw: string, quote: string, lookup: (name: string) => string): string {
  const end = endOf(raw, quote)
  const inner = raw.slice(1, end === -1 ? undefined : end)
  if (quote === "'") return inner.replaceAll(/\\(['\\])/g, '$1')
  const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' }
  return interpolated(
    inner.replaceAll(/\\(.)/g, (_, letter: string) => escapes[letter] ?? letter),
    lookup,
  )
}

function interpolated(text: string, lookup: (name: string) => string): string {
  return text.replaceAll(/\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g, (_, name: string, fallback?: string) => {
    const value = lookup(name)
    return value === '' ? (fallback ?? '') : value
  })
}
