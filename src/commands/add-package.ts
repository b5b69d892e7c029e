/** `deps --add-package`: a new entry in packages.yml, in place of an older one for the same package. Comments stay. */
import { DiagnosticError } from '../base/diagnostic.ts'

export type PackageOrigin = 'hub' | 'git' | 'local'

export interface AddedPackage {
  readonly name: string
  readonly version: string | null
  readonly origin: PackageOrigin
}

/** `NAME@VERSION`; what comes from a local folder has no version. @throws DiagnosticError `config/bad-flag` */
export function parseAddedPackage(text: string, origin: PackageOrigin): AddedPackage {
  const at = text.lastIndexOf('@')
  const [name, version] = at > 0 ? [text.slice(0, at), text.slice(at + 1)] : [text, null]
  if (version !== null || origin === 'local') return { name, version, origin }
  throw new DiagnosticError({
    code: 'config/bad-flag',
    kind: 'Validation',
    message: `Version is required in --add-package when the source is ${origin}`,
    hint: `write --add-package ${name}@VERSION`,
  })
}

/** The text of packages.yml with the entry; `undefined` stands for no file. */
export function withPackage(text: string | undefined, added: AddedPackage): string {
  const lines = (text ?? 'packages:\n').replace(/\n+$/, '').split('\n')
  const kept = withoutEntries(
    lines.map(line => (/^packages:\s*\[\s*\]\s*$/.test(line) ? 'packages:' : line)),
    added,
  )
  const indent = kept.map(line => /^(\s*)- /.exec(line)?.[1]).find(one => one !== undefined) ?? '  '
  return [...kept, ...entryLines(added).map((line, index) => `${indent}${index === 0 ? '- ' : '  '}${line}`), ''].join(
    '\n',
  )
}

function entryLines({ name, version, origin }: AddedPackage): string[] {
  switch (origin) {
    case 'hub':
      return [`package: ${name}`, `version: ${/^[[\d]/.test(version ?? '') ? version : `"${version}"`}`]
    case 'git':
      return [`git: "${name}"`, `revision: "${version}"`]
    case 'local':
      return [`local: ${name}`]
  }
}

/** Leaves out entries, with the lines that belong to them, that name the package. */
function withoutEntries(lines: readonly string[], added: AddedPackage): string[] {
  const kept: string[] = []
  let dropping: number | undefined
  for (const [index, line] of lines.entries()) {
    const indent = line.search(/\S/)
    if (dropping !== undefined && indent > dropping) continue
    dropping = undefined
    if (/^\s*- /.test(line) && names(entryText(lines, index, indent), added.name)) dropping = indent
    else kept.push(line)
  }
  return kept
}

function entryText(lines: readonly string[], start: number, indent: number): string {
  const rest = lines.slice(start + 1)
  const end = rest.findIndex(line => line.trim() !== '' && line.search(/\S/) <= indent)
  return [lines[start], ...(end === -1 ? rest : rest.slice(0, end))].join('\n')
}

/** Underscores and hyphens are alike; `/` and `.` end a name. */
function names(entry: string, name: string): boolean {
  const source = /(?:package|git|local|tarball|private):\s*["']?([^\s"']+)/.exec(entry)?.[1]
  if (source === undefined) return false
  const plain = (text: string): string => text.replaceAll('-', '_')
  const short = plain(name.split('/').at(-1) ?? name)
  return plain(source).split(/[/.]/).includes(short)
}
