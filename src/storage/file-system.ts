/**
 * Project files, read and written synchronously: what the parser, the config loader and the artifact writers stand on.
 * Data files of models do not pass through here, they belong to an `ObjectStore`.
 */

/** Which files a listing gives. */
export interface ListOptions {
  /** Only names that end so, with or without the dot (`sql`, `.yml`), compared by exact case. Nothing given: every file. */
  readonly extensions?: readonly string[]
  /** Glob patterns relative to the listed folder (`*`, `**`, `?`, `{a,b}`, `[abc]`); a matching folder is not entered. */
  readonly ignore?: readonly string[]
}

export interface FileStat {
  readonly kind: 'file' | 'folder'
  readonly sizeBytes: number
  /** Milliseconds since 1970-01-01 UTC, possibly with a fraction. */
  readonly modifiedMs: number
  /** When the content, the name or the rights last changed; no program can set it. */
  readonly changedMs: number
  /** Another file in the same place has another number. */
  readonly inode: number
}

/** A file that stays what it was when it was opened, whatever takes its place. */
export interface OpenFile {
  readonly sizeBytes: number
  /** As many bytes as there are from `start` on, at most `length`. */
  read(start: number, length: number): Uint8Array
  close(): void
}

/** A file on its way: under its path it stands only once it is done. */
export interface NewFile {
  write(part: string | Uint8Array): void
  /** Takes the place of what was there. */
  done(): void
  /** Leaves what was there. No effect once it is done. */
  abandon(): void
}

/**
 * A whole text or whole bytes, or their parts in order: what is large need not be held in one piece. Bytes of a part may
 * change once the next part is asked for.
 */
export type FileContent = string | Uint8Array | Iterable<string | Uint8Array>

/**
 * Paths are absolute, or relative to `root`; separators in answers are `/`.
 *
 * 1. Missing is `undefined`, `false` or an empty list, never an error; so is a file where a folder is asked for, and the reverse.
 * 2. `write` is atomic: a reader sees the old content or the new one, never a part, and a failed write leaves the old one.
 * 3. Missing rights are a DiagnosticError `storage/permission-denied`, a full disk is `storage/no-space`.
 */
export interface FileSystem {
  /** Absolute path that relative ones start from. */
  readonly root: string
  /** Text as UTF-8; a leading byte order mark is removed, except in `.sql` files. */
  read(path: string): string | undefined
  readBytes(path: string): Uint8Array | undefined
  /** For files of which only parts are wanted. The caller closes it. */
  open(path: string): OpenFile | undefined
  /** Makes the folders above it. */
  write(path: string, content: FileContent): void
  /** The same bit by bit, as `write` does for parts. The caller ends it. */
  create(path: string): NewFile
  exists(path: string): boolean
  /** Follows links. */
  stat(path: string): FileStat | undefined
  /** Files below a folder at any depth, hidden ones included, relative to it, in UTF-8 byte order. Links are followed. */
  list(folder: string, options?: ListOptions): string[]
  /** Removes a file or a whole folder; a missing one is no error. */
  remove(path: string): void
  /** Makes the folder and those above it; an existing one is no error. */
  makeFolder(path: string): void
  /** Replaces a file at `to`; makes the folders above `to`. A missing `from` is an error. */
  rename(from: string, to: string): void
  /** Absolute path with links resolved; for a missing path the absolute path itself. */
  realPath(path: string): string
}

/** Compares two texts by their UTF-8 bytes, which differs from `<` only where surrogates meet U+E000 to U+FFFF. */
export function compareUtf8(left: string, right: string): number {
  const length = Math.min(left.length, right.length)
  for (let index = 0; index < length; index++) {
    const a = left.charCodeAt(index)
    const b = right.charCodeAt(index)
    if (a !== b) return rankOfUnit(a) - rankOfUnit(b)
  }
  return left.length - right.length
}

function rankOfUnit(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}
