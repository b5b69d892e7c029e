/** dbt's RuntimeConfig as far as packages look into it: `adapter.config`, `builtins.ref.config`. */
import type { Config } from '../config/config.ts'
import type { ProjectFile } from '../config/project-file.ts'
import { templateFlags } from '../config/template-flags.ts'
import { PythonRecord } from '../context/python-record.ts'
import { fn, PyDict, type Value } from '../template/value.ts'

export function runtimeConfig(config: Config): PythonRecord {
  const { target, projectFile, cliVars, flags } = config
  const credentials = new PythonRecord('DuckDBCredentials', {
    ...Object.fromEntries(Array.from(target.context, ([key, item]) => [String(key), item])),
    database: target.database,
    schema: target.schema,
  })
  const args = Object.entries(templateFlags(flags, projectFile.behaviour))
  return new PythonRecord('RuntimeConfig', {
    ...projectFields(projectFile),
    profile_name: target.profileName,
    target_name: target.targetName,
    threads: target.threads,
    credentials,
    cli_vars: cliVars,
    args: new PythonRecord('Namespace', Object.fromEntries(args.map(([name, value]) => [name.toLowerCase(), value]))),
    target_path: flags.targetPath,
    dependencies: PyDict.of(
      [projectFile, ...config.packages.map(one => one.projectFile)].map(file => [
        file.name,
        new PythonRecord('RuntimeConfig', projectFields(file)),
      ]),
    ),
  })
}

function projectFields(file: ProjectFile): Record<string, Value> {
  const { paths, quoting } = file
  return {
    project_name: file.name,
    version: file.version,
    project_root: file.folder,
    model_paths: [...paths.models],
    seed_paths: [...paths.seeds],
    macro_paths: [...paths.macros],
    test_paths: [...paths.tests],
    packages_install_path: file.packagesInstallPath,
    quoting: PyDict.of({
      database: quoting.database ?? true,
      schema: quoting.schema ?? true,
      identifier: quoting.identifier ?? true,
    }),
    vars: new PythonRecord('VarProvider', { vars: file.vars, to_dict: fn('to_dict', () => file.vars) }),
  }
}
