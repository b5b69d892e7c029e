/** Text that people write: a file that is no UTF-8 is refused, where reading on would put other letters into it. */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { FileSystem } from './file-system.ts'

/** What stands in a decoded text for bytes that are no letters. */
const replacement = '\uFFFD'

/** @throws DiagnosticError `storage/not-utf8` */
export function readText(files: Pick<FileSystem, 'read' | 'readBytes'>, path: string): string | undefined {
  const text = files.read(path)
  if (text === undefined || !text.includes(replacement)) return text
  const bytes = files.readBytes(path) ?? new Uint8Array()
  const at = firstBadByte(bytes)
  if (at === undefined) return text
  const line = 1 + bytes.subarray(0, at).filter(byte => byte === 0x0a).length
  const found = `0x${(bytes[at] ?? 0).toString(16).padStart(2, '0')}`
  throw new DiagnosticError({
    code: 'storage/not-utf8',
    kind: 'Runtime',
    message: `The file "${path}" is not UTF-8: byte ${found} in line ${line} belongs to no letter`,
    hint: 'save it as UTF-8',
  })
}

/** By halves: a text is good up to its first bad byte, and no further. A letter that is cut short is bad where it begins. */
function firstBadByte(bytes: Uint8Array): number | undefined {
  if (isGood(bytes, false)) return undefined
  let good = 0
  let bad = bytes.length
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (isGood(bytes.subarray(0, middle), true)) good = middle
    else bad = middle
  }
  while (!isGood(bytes.subarray(0, good), false)) good--
  return good
}

/** @param cut whether the last letter may be cut short */
function isGood(bytes: Uint8Array, cut: boolean): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: cut })
    return true
  } catch {
    return false
  }
}
