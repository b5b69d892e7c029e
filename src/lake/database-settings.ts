/**
 * The settings of a profile without what the lake does itself: secrets and settings of S3, which DuckDB only understands
 * with an extension, and that extension, which is loaded if it is there and not missed if it is not.
 */
import type { AttachSetting, DuckdbSettings, SettingRecord } from '../adapter/settings.ts'
import { isS3Secret, isS3Setting, isS3Url } from './s3-access.ts'

/** Extensions whose part the lake takes. */
const replaced: ReadonlySet<string> = new Set(['httpfs', 'aws', 'delta'])

export function databaseSettings(settings: DuckdbSettings): DuckdbSettings {
  return {
    ...settings,
    secrets: settings.secrets.filter(secret => !isS3Secret(secret)),
    settings: withoutS3(settings.settings),
    configOptions: withoutS3(settings.configOptions),
    attach: settings.attach.filter(one => !isS3Url(one.path)),
    extensions: settings.extensions.map(one =>
      replaced.has(one.name.toLowerCase()) ? { ...one, isOptional: true } : one,
    ),
  }
}

/** Databases in buckets, which are attached as copies. */
export function remoteDatabases(settings: DuckdbSettings): AttachSetting[] {
  return settings.attach.filter(one => isS3Url(one.path))
}

function withoutS3(record: SettingRecord): SettingRecord {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !isS3Setting(name)))
}
