/** Hashes of text and bytes, lower-case hex. md5 is dbt's choice for names and ids, sha256 for checksums. */
import { createHash } from 'node:crypto'

export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex')
}

export function md5(content: string | Uint8Array): string {
  return createHash('md5').update(content).digest('hex')
}

/** dbt's choice for the lock file of packages. */
export function sha1(content: string | Uint8Array): string {
  return createHash('sha1').update(content).digest('hex')
}
