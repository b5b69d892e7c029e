/** Hashes of text and bytes, lower-case hex. md5 is dbt's choice for names and ids, sha256 for checksums. */
import { hash } from 'node:crypto'
import { crc32 as checksum } from 'node:zlib'

export function sha256(content: string | Uint8Array): string {
  return hash('sha256', content)
}

export function md5(content: string | Uint8Array): string {
  return hash('md5', content)
}

/** dbt's choice for the lock file of packages. */
export function sha1(content: string | Uint8Array): string {
  return hash('sha1', content)
}

/** Tells damage, not intent. @param before of the bytes that these go on from */
export function crc32(bytes: Uint8Array, before = 0): number {
  return checksum(bytes, before)
}
