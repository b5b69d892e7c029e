/** How the entries of one YAML mapping become those of a dict: repeated keys and merge keys (`<<`) as PyYAML has them. */
import type { SourceFile } from './source-file.ts'
import type { DuplicateKey, YamlEntry, YamlNode, YamlScalar } from './yaml-node.ts'
import { keyText } from './yaml-node.ts'
import { yamlSyntaxError } from './yaml-syntax-error.ts'

/** An entry as written; `merge` marks a plain `<<`. */
export interface WrittenEntry extends YamlEntry {
  readonly merge?: boolean
}

/** Equal keys give equal hashes, as in Python: `1`, `1.0` and `true` are one key. */
function keyHash(key: YamlScalar): unknown {
  const { value } = key
  if (value === true) return 1
  if (value === false) return 0
  if (value === null || typeof value !== 'object') return value
  if (value.kind === 'float') return value.value
  return `${value.kind} ${JSON.stringify(value, (_, part) => (typeof part === 'bigint' ? String(part) : part))}`
}

/**
 * Entries in the order of a Python dict. Repeated keys are noted in `duplicates`.
 * @throws DiagnosticError `base/yaml-syntax` when `<<` stands before something that is no map and no list of maps
 */
export function dictEntries(
  file: SourceFile,
  written: readonly WrittenEntry[],
  duplicates: DuplicateKey[],
): readonly YamlEntry[] {
  const hasMerge = written.some(entry => entry.merge)
  if (!hasMerge && allDifferent(written)) return written
  const dict = new Map<unknown, YamlEntry>()
  for (const entry of written) {
    if (!entry.merge) continue
    for (const merged of mergedEntries(file, entry)) dict.set(keyHash(merged.key), merged)
  }
  const own = new Map<unknown, YamlScalar>()
  for (const { key, value, merge } of written) {
    if (merge) continue
    const hash = keyHash(key)
    const first = own.get(hash)
    if (first) duplicates.push({ key: keyText(key), at: { file, ...range(key) }, first: { file, ...range(first) } })
    else own.set(hash, key)
    dict.set(hash, { key: first ?? key, value })
  }
  return [...dict.values()]
}

/** Maps are small: comparing neighbours costs less than a set. */
function allDifferent(entries: readonly YamlEntry[]): boolean {
  if (entries.length > 12) return new Set(entries.map(entry => keyHash(entry.key))).size === entries.length
  for (let i = 1; i < entries.length; i++) {
    const hash = keyHash(entries[i]!.key)
    for (let j = 0; j < i; j++) if (keyHash(entries[j]!.key) === hash) return false
  }
  return true
}

function range(key: YamlScalar): { start: number; end: number } {
  return { start: key.start, end: key.end }
}

function mergedEntries(file: SourceFile, entry: YamlEntry): readonly YamlEntry[] {
  const maps = entry.value.kind === 'list' ? entry.value.items : [entry.value]
  // Reversed, because what is put later wins and the first map of the list has to.
  return [...maps].reverse().flatMap((node: YamlNode) => {
    if (node.kind === 'map') return node.entries
    throw yamlSyntaxError(file, node.start, 'expected a mapping, or a list of mappings, after "<<"')
  })
}
