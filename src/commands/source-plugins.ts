/** Plugins that load sources by something other than SQL, by the names that sources give. */
import type { SourcePlugin } from '../compile/source-plugin.ts'

export function sourcePlugins(): ReadonlyMap<string, SourcePlugin> {
  return new Map()
}
