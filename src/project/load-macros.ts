/** The macros of all packages -> one registry. */
import type { Diagnostics } from '../base/diagnostic.ts'
import { lazy } from '../base/lazy.ts'
import type { Config } from '../config/config.ts'
import { wrapMessage } from '../config/event-text.ts'
import { dispatchFailure, internalPackages, macroNamespace } from '../context/macro-namespace.ts'
import type { MacroRecord } from '../context/macro-record.ts'
import { compileMacro, instantiateTemplate } from '../template/template.ts'
import { type Builtins, builtinMacros } from './builtins.ts'
import { type FileKind, type FoundFile, readFound } from './found-file.ts'
import type { MacroCache } from './macro-cache.ts'
import { cachedMacros, type MacroSource } from './macro-file.ts'
import { MacroRegistry } from './macro-registry.ts'
import type { ProjectPackage } from './project-package.ts'

export type PackageFiles = ReadonlyMap<ProjectPackage, ReadonlyMap<FileKind, readonly FoundFile[]>>

/** The kinds of files that hold macros. */
export const macroFileKinds = ['macro', 'generic test'] as const

export function loadMacros(
  config: Config,
  builtins: Builtins,
  files: PackageFiles,
  diagnostics: Diagnostics,
  cache: MacroCache,
): MacroRegistry {
  const now = config.clock.now()
  const macros = new Map<string, MacroSource>()
  const add = (macro: MacroSource): void => {
    const first = macros.get(macro.uniqueId)
    if (first) diagnostics.add(duplicateMacro(first, macro, config.flags.printerWidth))
    else macros.set(macro.uniqueId, macro)
  }
  for (const [owner, found] of files) {
    for (const kind of macroFileKinds) {
      for (const one of found.get(kind) ?? []) {
        const file = readFound(one, config.files)
        if (!file) continue
        const from = {
          file,
          path: one.originalFilePath,
          packageName: owner.name,
          isGenericTests: kind === 'generic test',
          createdAtMs: now,
        }
        for (const macro of cachedMacros(from, owner.isRoot, diagnostics, cache)) add(macro)
      }
    }
    if (owner.isRoot) for (const macro of builtinMacros(builtins, now)) add(macro)
  }
  const namespace = macroNamespace({
    macros: Array.from(macros.values(), recordOf),
    rootPackage: config.projectFile.name,
    packages: config.packages.map(one => one.name),
    dispatch: config.projectFile.dispatch,
  })
  const registry = new MacroRegistry(macros, namespace)
  checkDispatches(registry, diagnostics)
  return registry
}

/** As in dbt every dispatch that is written must mean something, called or not. */
function checkDispatches(registry: MacroRegistry, diagnostics: Diagnostics): void {
  for (const macro of registry.macros.values()) {
    if (internalPackages.includes(macro.packageName) || !macro.macroSql.includes('dispatch')) continue
    for (const call of macro.calls()) {
      if (call.kind !== 'dispatch' || registry.dispatched(call.name, call.macroNamespace)) continue
      const at = { file: macro.file, start: macro.offset, end: macro.offset + macro.macroSql.indexOf('%}') + 2 }
      const message = dispatchFailure(registry.namespace, call.name, call.macroNamespace)
      diagnostics.add({ code: 'context/macro-not-found', kind: 'Compilation', message, at })
    }
  }
}

function recordOf(macro: MacroSource): MacroRecord {
  const { name, macroSql, file, offset } = macro
  const compiled = lazy(() => {
    const template = instantiateTemplate(macro.code(), macroSql, { file, base: offset })
    return compileMacro(name, template)
  })
  return {
    uniqueId: macro.uniqueId,
    packageName: macro.packageName,
    name,
    file: macro.path,
    bind: scope => compiled().bind(scope),
  }
}

function duplicateMacro(first: MacroSource, second: MacroSource, width: number): Parameters<Diagnostics['add']>[0] {
  const at = (macro: MacroSource): { file: MacroSource['file']; start: number; end: number } => ({
    file: macro.file,
    start: macro.offset,
    end: macro.offset + (macro.macroSql.indexOf('%}') + 2),
  })
  const paragraphs = [
    `dbt found multiple macros named "${second.name}" in the project "${second.packageName}".`,
    ' All macros require unique names, to fix this error rename or remove any duplicates. They can be found in these files:',
    `    - ${second.path}`,
    `    - ${first.path}`,
  ]
  return {
    code: 'project/duplicate-name',
    // dbt leaves room for the indent of its errors.
    message: wrapMessage(paragraphs.join('\n\n'), width - 2),
    at: at(second),
    notes: [{ message: 'first defined here', at: at(first) }],
  }
}
