/** Files of a tar archive, gzipped or not: plain files alone, with names that stay inside of the folder. */
import { gunzipSync } from 'node:zlib'

export interface TarFile {
  /** Relative, `/` as separator. */
  readonly path: string
  readonly content: Uint8Array
}

const blockBytes = 512

/** @throws Error with a sentence when the bytes are no archive */
export function untar(bytes: Uint8Array): TarFile[] {
  const data = bytes[0] === 0x1f && bytes[1] === 0x8b ? new Uint8Array(gunzipSync(bytes)) : bytes
  const files: TarFile[] = []
  let longName: string | undefined
  for (let at = 0; at + blockBytes <= data.length; ) {
    const header = data.subarray(at, at + blockBytes)
    if (header.every(byte => byte === 0)) break
    const size = Number.parseInt(text(header, 124, 12).trim() || '0', 8)
    if (Number.isNaN(size)) throw new Error('the download is not a tar archive')
    const content = data.subarray(at + blockBytes, at + blockBytes + size)
    const type = String.fromCharCode(header[156] ?? 0)
    if (type === 'L') longName = text(content, 0, content.length)
    else if (type === 'x') longName = paxPath(content) ?? longName
    else {
      if (type === '0' || type === '\0') files.push({ path: safePath(longName ?? nameOf(header)), content })
      if (type !== 'g') longName = undefined
    }
    at += blockBytes + Math.ceil(size / blockBytes) * blockBytes
  }
  return files
}

function nameOf(header: Uint8Array): string {
  const prefix = text(header, 257, 5) === 'ustar' ? text(header, 345, 155) : ''
  const name = text(header, 0, 100)
  return prefix === '' ? name : `${prefix}/${name}`
}

function text(bytes: Uint8Array, start: number, length: number): string {
  const part = bytes.subarray(start, start + length)
  const end = part.indexOf(0)
  return new TextDecoder().decode(end === -1 ? part : part.subarray(0, end))
}

/** `27 path=some/long/name\n` */
function paxPath(content: Uint8Array): string | undefined {
  return /\d+ path=([^\n]*)\n/.exec(new TextDecoder().decode(content))?.[1]
}

function safePath(name: string): string {
  const parts = name.split('/').filter(part => part !== '' && part !== '.')
  if (name.startsWith('/') || parts.includes('..'))
    throw new Error(`the archive has a file outside of its folder: "${name}"`)
  return parts.join('/')
}
