/** Small Parquet files without rows that queries name in place of others, by what is in them, until the run has ended. */
import type { IdSource } from '../base/clock.ts'
import { sha256 } from '../base/fingerprint.ts'
import { lazy } from '../base/lazy.ts'
import { hollowParquet } from '../delta/hollow-parquet.ts'
import type { FileSystem } from '../storage/file-system.ts'
import { localFiles } from '../storage/local-files.ts'

const empty = lazy(() => hollowParquet([undefined], []))

export class HollowFiles {
  private readonly folder: string
  private readonly files: FileSystem
  private readonly ids: IdSource
  private id: string | undefined
  private readonly paths = new Map<string, string>()

  /** `folder` is absolute; an id tells runs apart. */
  constructor(folder: string, ids: IdSource) {
    this.folder = folder
    this.files = localFiles(folder)
    this.ids = ids
  }

  get isEmpty(): boolean {
    return this.paths.size === 0
  }

  /** The path of a file with these bytes; undefined where none can be written. */
  path(bytes: Uint8Array): string | undefined {
    this.id ??= this.ids()
    const name = `hollow-${this.id}-${sha256(bytes).slice(0, 24)}.parquet`
    const known = this.paths.get(name)
    if (known !== undefined) return known
    try {
      this.files.write(name, bytes)
    } catch {
      return undefined
    }
    const path = `${this.folder}/${name}`
    this.paths.set(name, path)
    return path
  }

  /** Of one that stands for nothing. */
  get empty(): string | undefined {
    return this.path(empty())
  }

  close(): void {
    for (const name of this.paths.keys()) this.files.remove(name)
    this.paths.clear()
  }
}
