/**
 * What was read off macro files before, so that a start with large packages neither looks for blocks nor parses them:
 * the macros of a text under the hash of that text. Plain data, never code: a file that came with somebody's project
 * must not be able to run anything. A cache of another build or a broken one counts as empty.
 */
import { sha256 } from '../base/fingerprint.ts'
import type { WrittenCall } from './macro-calls.ts'
import type { MacroNode } from './node.ts'

/** A macro as it stands in its file. Offsets count from the file's first character. */
export interface ReadMacro {
  readonly name: string
  readonly start: number
  readonly end: number
  readonly kind: MacroNode['kind']
  readonly supportedLanguages: readonly string[] | null
  readonly parameters: readonly string[]
  readonly calls: readonly WrittenCall[]
}

export class MacroCache {
  private readonly stamp: string | undefined
  private readonly known: Readonly<Record<string, readonly ReadMacro[]>>
  private readonly used = new Map<string, () => readonly ReadMacro[]>()

  /**
   * @param stamp names the build; nothing is kept without one
   * @param text what `text()` gave before
   */
  constructor(stamp?: string, text?: string) {
    this.stamp = stamp
    this.known = stamp === undefined || text === undefined ? {} : readText(stamp, text)
  }

  /** The macros of a file, if it was read before. `kind` tells apart files that are read in different ways. */
  find(kind: string, text: string): readonly ReadMacro[] | undefined {
    if (this.stamp === undefined) return undefined
    const key = keyOf(kind, text)
    const found = Object.hasOwn(this.known, key) ? this.known[key] : undefined
    if (found) this.used.set(key, () => found)
    return found
  }

  /** @param macros asked when the cache is written; gives the macros of the file */
  add(kind: string, text: string, macros: () => readonly ReadMacro[]): void {
    if (this.stamp === undefined) return
    this.used.set(keyOf(kind, text), macros)
  }

  /** Names of macros in files that came, went or changed since the last start. */
  changedNames(): ReadonlySet<string> {
    const names = new Set<string>()
    for (const [key, macros] of Object.entries(this.known)) {
      if (!this.used.has(key)) for (const one of macros) names.add(one.name)
    }
    for (const [key, macros] of this.used) {
      if (!Object.hasOwn(this.known, key)) for (const one of macros()) names.add(one.name)
    }
    return names
  }

  /** Whether other files were read than before. */
  hasChanged(): boolean {
    const before = Object.keys(this.known)
    return before.length !== this.used.size || before.some(key => !this.used.has(key))
  }

  /** What to keep for the next start: the files of this one. */
  text(): string {
    const files = Object.fromEntries(Array.from(this.used, ([key, macros]) => [key, macros()] as const))
    return JSON.stringify({ stamp: this.stamp, files })
  }
}

function keyOf(kind: string, text: string): string {
  return sha256(`${kind}\0${text}`)
}

function readText(stamp: string, text: string): Readonly<Record<string, readonly ReadMacro[]>> {
  try {
    const content = JSON.parse(text) as { readonly stamp?: unknown; readonly files?: unknown } | null
    const isOurs = content?.stamp === stamp && typeof content.files === 'object' && content.files !== null
    return isOurs ? (content.files as Record<string, readonly ReadMacro[]>) : {}
  } catch {
    return {}
  }
}
