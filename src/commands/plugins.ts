/** Plugins by the names that sources and models give: those of the profile, and those that need no configuration. */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { Plugin } from '../compile/plugin.ts'
import type { PluginSetting } from '../config/target.ts'
import type { FileSystem } from '../storage/file-system.ts'
import { PyDict } from '../template/value.ts'
import { deltaPlugin } from './delta-plugin.ts'
import { excelPlugin } from './excel-plugin.ts'

/** @param files rooted in the working directory, which paths in profiles start from */
export function pluginsOf(settings: readonly PluginSetting[], files: FileSystem): ReadonlyMap<string, Plugin> {
  const plugins = new Map<string, Plugin>([
    ['delta', deltaPlugin],
    ['excel', excelPlugin(new PyDict(), files)],
    ['glue', refusing('glue', 'tables cannot be registered in AWS Glue', 'register the files with a crawler of Glue')],
  ])
  for (const { module, alias, config } of settings) {
    plugins.set(alias ?? module, pluginOf(module, config, files))
  }
  return plugins
}

function pluginOf(module: string, config: PyDict, files: FileSystem): Plugin {
  switch (module) {
    case 'delta':
      return deltaPlugin
    case 'excel':
      return excelPlugin(config, files)
    case 'glue':
      return refusing(
        module,
        'tables cannot be registered in AWS Glue',
        'remove the plugin from the model and register its files with a crawler of Glue',
      )
    case 'gsheet':
      return refusing(
        module,
        'Google Sheets cannot be read',
        'publish the sheet as CSV and give the source an external_location with read_csv, or export it to a seed',
      )
    case 'iceberg':
      return refusing(
        module,
        'catalogs of Iceberg cannot be asked',
        "give the source an external_location: iceberg_scan('PATH'), with the extension iceberg installed",
      )
    case 'sqlalchemy':
      return refusing(
        module,
        'it needs Python',
        'attach the database in the profile instead: attach: [{path: shop.db, type: sqlite}], with the extension sqlite_scanner installed',
      )
    case 'motherduck':
      return refusing(module, 'MotherDuck cannot be reached', 'read the data from a DuckDB file or a lake')
    case 'postgres':
      return refusing(
        module,
        'it attaches a database and loads no source',
        'write the source with the database name of the attached one: database: postgres_db',
      )
    default:
      return refusing(
        module,
        'it is a Python module, and there is no Python in this program',
        'give the source an external_location, read it with SQL, or build it with dbt before this run',
      )
  }
}

function refusing(module: string, reason: string, hint: string): Plugin {
  const refuse = (node: string): never => {
    throw new DiagnosticError({
      code: 'compile/source-plugin',
      kind: 'Runtime',
      message: `The plugin "${module}" cannot be used: ${reason}`,
      hint,
      node,
    })
  }
  return {
    load: async ({ source }) => refuse(source.uniqueId),
    check: node => refuse(node.uniqueId),
  }
}
