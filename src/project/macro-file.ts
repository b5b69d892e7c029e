/** Files with macros, generic tests and materializations -> the macros in them. A pure function of the text. */

import type { Diagnostics } from '../base/diagnostic.ts'
import { lazy } from '../base/lazy.ts'
import type { SourceFile } from '../base/source-file.ts'
import type { Macro } from '../template/ast.ts'
import { extractBlocks, type TemplateBlock } from '../template/blocks.ts'
import { type MacroBlock, parseMacroBlock } from '../template/macro-block.ts'
import { generateTemplateCode } from '../template/template.ts'
import type { MacroCache, ReadMacro } from './macro-cache.ts'
import { type WrittenCall, writtenCalls } from './macro-calls.ts'
import type { MacroNode } from './node.ts'
import { spaceBefore, stripText } from './strip-text.ts'
import { warnOfTags } from './unexpected-tags.ts'

/** A macro as its file has it; properties files may describe it later. */
export interface MacroSource {
  readonly uniqueId: string
  readonly name: string
  readonly packageName: string
  /** Relative to its package's folder. */
  readonly path: string
  readonly file: SourceFile
  readonly macroSql: string
  /** Offset of `macroSql` in the file. */
  readonly offset: number
  readonly kind: MacroNode['kind']
  readonly supportedLanguages: readonly string[] | null
  readonly parameters: readonly string[]
  /** Of a file of `tests/generic`, whose macros dbt keeps without their parameters. */
  readonly isGenericTest: boolean
  readonly createdAtMs: number
  /** What its text calls. Parses the text on first use. */
  readonly calls: () => readonly WrittenCall[]
  /** JavaScript text of the macro. Compiles it on first use. */
  readonly code: () => string
}

export interface MacroFile {
  readonly file: SourceFile
  readonly path: string
  readonly packageName: string
  /** `macro` files hold all kinds of block, files of `tests/generic` only tests. */
  readonly isGenericTests: boolean
  readonly createdAtMs: number
}

/** @param eager parse every macro at once, so that its mistakes are known before anybody calls it */
export function readMacros(from: MacroFile, eager: boolean, diagnostics: Diagnostics): MacroSource[] {
  if (!from.file.text.includes('{%')) return []
  const types = from.isGenericTests ? ['test', 'data_test'] : ['macro', 'materialization', 'test', 'data_test']
  try {
    const { blocks, unexpectedTags } = extractBlocks(from.file, types)
    if (!from.isGenericTests) warnOfTags(unexpectedTags, from.file, from.path, diagnostics)
    return blocks.flatMap(block => readBlock(block, from, eager, diagnostics))
  } catch (error) {
    diagnostics.absorb(error)
    return []
  }
}

/** Like `readMacros`, but from the cache what was read before. Files with mistakes are read each time. */
export function cachedMacros(
  from: MacroFile,
  eager: boolean,
  diagnostics: Diagnostics,
  cache: MacroCache,
): MacroSource[] {
  const kind = from.isGenericTests ? 'generic tests' : 'macros'
  const known = cache.find(kind, from.file.text)
  if (known) return known.map(macro => ofCache(macro, from))
  const before = diagnostics.all.length
  const macros = readMacros(from, eager, diagnostics)
  if (diagnostics.all.length === before) cache.add(kind, from.file.text, () => macros.map(forCache))
  return macros
}

function forCache({ name, macroSql, offset, kind, supportedLanguages, parameters, calls }: MacroSource): ReadMacro {
  const end = offset + macroSql.length
  return { name, start: offset, end, kind, supportedLanguages, parameters, calls: calls() }
}

function ofCache(macro: ReadMacro, from: MacroFile): MacroSource {
  const { file, packageName, path, createdAtMs } = from
  const { name, start, end, kind, supportedLanguages, parameters, calls } = macro
  const macroSql = file.text.slice(start, end)
  return {
    uniqueId: `macro.${packageName}.${name}`,
    name,
    packageName,
    path,
    file,
    macroSql,
    offset: start,
    kind,
    supportedLanguages,
    parameters,
    isGenericTest: from.isGenericTests,
    createdAtMs,
    calls: () => calls,
    code: lazy(() => generateTemplateCode(macroSql, { file, base: start })),
  }
}

function readBlock(block: TemplateBlock, from: MacroFile, eager: boolean, diagnostics: Diagnostics): MacroSource[] {
  const { file, packageName } = from
  const { start: offset, end } = withinStripped(block, file.text)
  const macroSql = file.text.slice(offset, end)
  const parse = lazy(() => parseMacroBlock({ text: macroSql, file, base: offset }))
  const isPlain = block.blockType === 'macro' && block.name !== undefined && !eager
  let found: MacroBlock | undefined
  if (!isPlain) {
    try {
      found = parse()
    } catch (error) {
      diagnostics.absorb(error)
      return []
    }
    if (!found) return []
  }
  const name = found ? found.name : (block.name ?? '')
  const parameterNames = lazy(() => (parse()?.macro.parameters ?? []).map(one => one.name))
  return [
    {
      uniqueId: `macro.${packageName}.${name}`,
      name,
      packageName,
      path: from.path,
      file,
      macroSql,
      offset,
      kind: found ? kindOf(found.macro) : 'macro',
      supportedLanguages: found?.supportedLanguages ?? null,
      get parameters() {
        return parameterNames()
      },
      isGenericTest: from.isGenericTests,
      createdAtMs: from.createdAtMs,
      calls: lazy(() => {
        const block = parse()
        return block ? writtenCalls(block.template) : []
      }),
      code: lazy(() => generateTemplateCode(macroSql, { file, base: offset })),
    },
  ]
}

/** A block's range without the white space around the file's text, which dbt strips before it looks for blocks. */
function withinStripped(block: TemplateBlock, text: string): { readonly start: number; readonly end: number } {
  const before = spaceBefore(text)
  const after = before + stripText(text).length
  return { start: Math.max(block.start, before), end: Math.min(block.end, after) }
}

function kindOf(macro: Macro): MacroNode['kind'] {
  return macro.macroKind === 'docs' ? 'macro' : macro.macroKind
}
