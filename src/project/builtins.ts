/**
 * The built-in packages `dbt` and `dbt_duckdb` as one value: prepared when the program is built, so that no start
 * parses or compiles them.
 */
import { Diagnostics } from '../base/diagnostic.ts'
import type { SourceFile } from '../base/source-file.ts'
import { extractBlocks } from '../template/blocks.ts'
import type { WrittenCall } from './macro-calls.ts'
import { type MacroSource, readMacros } from './macro-file.ts'
import type { DocBlock, MacroNode } from './node.ts'
import { stripText } from './strip-text.ts'

/** A file of the built-in packages; the path begins with the package's name. */
export interface BuiltinFile {
  readonly path: string
  readonly text: string
}

export interface PreparedMacro {
  readonly name: string
  readonly packageName: string
  readonly path: string
  readonly macroSql: string
  readonly kind: MacroNode['kind']
  readonly supportedLanguages: readonly string[] | null
  readonly parameters: readonly string[]
  readonly calls: readonly WrittenCall[]
  readonly code: () => string
}

export interface Builtins {
  readonly macros: readonly PreparedMacro[]
  readonly docs: readonly Omit<DocBlock, 'resourceType'>[]
}

/** @throws DiagnosticError when a built-in file is at fault */
export function prepareBuiltins(files: readonly BuiltinFile[]): Builtins {
  const macros: PreparedMacro[] = []
  const docs: Omit<DocBlock, 'resourceType'>[] = []
  for (const { path, text } of files) {
    const slash = path.indexOf('/')
    const packageName = path.slice(0, slash)
    const inner = path.slice(slash + 1)
    const file: SourceFile = { path: `${packageName}/macros/${inner}`, text: stripText(text) }
    if (path.endsWith('.md')) docs.push(...readBuiltinDocs(packageName, inner, file))
    else if (path.endsWith('.sql')) macros.push(...readBuiltinMacros(packageName, `macros/${inner}`, file))
  }
  return { macros, docs }
}

function readBuiltinMacros(packageName: string, path: string, file: SourceFile): PreparedMacro[] {
  const diagnostics = new Diagnostics()
  const read = readMacros({ file, path, packageName, isGenericTests: false, createdAtMs: 0 }, true, diagnostics)
  const [fault] = diagnostics.all
  if (fault) throw new Error(`${file.path}: ${fault.message}`)
  return read.map(({ name, macroSql, kind, supportedLanguages, parameters, calls, code }) => ({
    name,
    packageName,
    path,
    macroSql,
    kind,
    supportedLanguages,
    parameters,
    calls: calls(),
    code,
  }))
}

function readBuiltinDocs(packageName: string, path: string, file: SourceFile): Omit<DocBlock, 'resourceType'>[] {
  return extractBlocks(file, ['docs']).blocks.map(block => ({
    uniqueId: `doc.${packageName}.${block.name}`,
    name: block.name ?? '',
    packageName,
    path: path.split('/').at(-1) ?? path,
    originalFilePath: `docs/${path.split('/').at(-1)}`,
    contents: stripText(block.contents),
  }))
}

export function builtinMacros(builtins: Builtins, createdAtMs: number): MacroSource[] {
  return builtins.macros.map(macro => ({
    ...macro,
    uniqueId: `macro.${macro.packageName}.${macro.name}`,
    file: { path: `${macro.packageName}/${macro.path}`, originalPath: macro.path, text: macro.macroSql },
    offset: 0,
    isGenericTest: false,
    createdAtMs,
    calls: () => macro.calls,
  }))
}
