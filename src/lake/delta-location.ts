/** Delta tables by where they are: a folder on this machine or a prefix in a bucket, read and written the same way. */
import { resolve } from 'node:path'
import { DiagnosticError } from '../base/diagnostic.ts'
import { localTable } from '../delta/local-table.ts'
import { remoteTable } from '../delta/remote-table.ts'
import { findSnapshot, requireSnapshot, type Snapshot } from '../delta/snapshot.ts'
import { type ParquetReader, placeOutOfReach, type TableFiles } from '../delta/table-files.ts'
import { versionAt } from '../delta/time-travel.ts'
import type { LocalCache } from '../storage/local-cache.ts'
import { localStore } from '../storage/local-store.ts'
import type { StoreOf } from './remote-files.ts'
import { isS3Url, partsOfUrl } from './s3-access.ts'
import { metered, type Traffic } from './traffic.ts'

export interface DeltaSurroundings {
  readonly storeOf: StoreOf
  readonly cache: LocalCache
  readonly reader: ParquetReader
  /** Absolute: where relative paths start. */
  readonly root: string
  readonly emptyFile: () => string | undefined
}

export interface DeltaLocation {
  readonly location: string
  /** Absolute folder of a table on this machine. */
  readonly folder?: string
  readonly files: TableFiles
}

/** Which version is wanted; neither is the newest. */
export interface VersionWanted {
  readonly version?: number
  readonly timestamp?: string
}

export function deltaLocation(surroundings: DeltaSurroundings, location: string, traffic: Traffic): DeltaLocation {
  const { storeOf, cache, reader, root, emptyFile } = surroundings
  if (!isS3Url(location)) {
    const folder = resolve(root, location.replace(/^file:\/+(?=\/)/i, ''))
    return { location, folder, files: { ...localTable(folder, reader), emptyFile } }
  }
  const disk = localStore('/')
  const place = {
    store: metered(storeOf(location), traffic),
    folder: partsOfUrl(location).key.replace(/\/+$/, ''),
    resolve: (url: string) => {
      if (isS3Url(url)) return { store: metered(storeOf(url), traffic), key: partsOfUrl(url).key }
      if (!url.startsWith('/')) throw placeOutOfReach(url, location)
      return { store: disk, key: url.replace(/^\/+/, '') }
    },
  }
  return { location, files: { ...remoteTable(place, cache, reader), emptyFile } }
}

/** @throws `delta/not-a-table`, `delta/version-unavailable` or a refusal of what the table needs */
export async function wantedSnapshot({ files }: DeltaLocation, wanted: VersionWanted = {}): Promise<Snapshot> {
  if (wanted.version !== undefined) return requireSnapshot(files, wanted.version)
  if (wanted.timestamp === undefined) return requireSnapshot(files)
  return requireSnapshot(files, await versionAt(files, momentOf(wanted.timestamp)))
}

export function existingSnapshot({ files }: DeltaLocation): Promise<Snapshot | undefined> {
  return findSnapshot(files)
}

/** A date or a time; without a zone it is UTC. */
function momentOf(text: string): number {
  const iso = text.trim().replace(' ', 'T')
  const isDate = /^\d{4}-\d\d-\d\d$/.test(iso)
  const hasZone = /(?:Z|[+-]\d\d:?\d\d)$/i.test(iso)
  const moment = Date.parse(isDate || hasZone ? iso : `${iso}Z`)
  if (!Number.isNaN(moment)) return moment
  throw new DiagnosticError({
    code: 'lake/bad-moment',
    kind: 'Runtime',
    message: `"${text}" is no moment that a version of a Delta table could be looked up by`,
    hint: 'Write it as 2024-02-01 or 2024-02-01T12:00:00Z',
  })
}
