/**
 * A file system that remembers what was asked of it: enough to find out later whether everything would be answered the
 * same again.
 */
import { sha256 } from '../base/fingerprint.ts'
import type { FileSystem } from './file-system.ts'

/** What was asked about a path. A listing's options are not remembered: it is asked for without. */
export type FileQuestion = 'text' | 'bytes' | 'size' | 'exists' | 'list'

export class WatchedFiles {
  /** Answers by question and path; a content is told by its hash. Nothing that was missing is left out. */
  readonly answers: Readonly<Record<FileQuestion, Map<string, string>>> = {
    text: new Map(),
    bytes: new Map(),
    size: new Map(),
    exists: new Map(),
    list: new Map(),
  }
  readonly files: FileSystem

  constructor(files: FileSystem) {
    const note = <T>(question: FileQuestion, path: string, value: T): T => {
      this.answers[question].set(path, fileAnswer(question, value))
      return value
    }
    this.files = {
      ...files,
      read: path => note('text', path, files.read(path)),
      readBytes: path => note('bytes', path, files.readBytes(path)),
      stat: path => {
        const found = files.stat(path)
        note('size', path, found?.sizeBytes)
        return found
      },
      exists: path => note('exists', path, files.exists(path)),
      list: path => note('list', path, files.list(path)),
    }
  }
}

/** Asks again. */
export function askFile(files: FileSystem, question: FileQuestion, path: string): string {
  switch (question) {
    case 'text':
      return fileAnswer(question, files.read(path))
    case 'bytes':
      return fileAnswer(question, files.readBytes(path))
    case 'size':
      return fileAnswer(question, files.stat(path)?.sizeBytes)
    case 'exists':
      return fileAnswer(question, files.exists(path))
    case 'list':
      return fileAnswer(question, files.list(path))
  }
}

function fileAnswer(question: FileQuestion, value: unknown): string {
  if (value === undefined) return ''
  if (question === 'list') return shortHash((value as readonly string[]).join('\n'))
  return typeof value === 'string' || value instanceof Uint8Array ? shortHash(value) : String(value)
}

/** Ninety-six bits of a hash are enough to tell the versions of one file apart. */
function shortHash(content: string | Uint8Array): string {
  return sha256(content).slice(0, 24)
}
