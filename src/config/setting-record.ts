/** A dictionary of the profile as the adapter takes it: plain values. */
import type { SettingRecord } from '../adapter/settings.ts'
import { fromPython } from '../template/plain-data.ts'
import type { PyDict } from '../template/value.ts'

export function settingRecord(dict: PyDict): SettingRecord {
  return fromPython(dict) as SettingRecord
}
