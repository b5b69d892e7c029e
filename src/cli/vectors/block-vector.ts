/** Suite `blocks`: the blocks that dbt finds in a file, and the macros they become. */
import { DiagnosticError, Diagnostics } from '../../base/diagnostic.ts'
import { readMacros } from '../../project/macro-file.ts'
import { extractBlocks, type TemplateBlock } from '../../template/blocks.ts'
import { emptyScope } from '../../template/scope.ts'
import { renderText } from '../../template/template.ts'
import type { Vector } from './vector.ts'

const blockTypes: Readonly<Record<string, readonly string[]>> = {
  macro_file: ['macro', 'materialization', 'test', 'data_test'],
  generic_test_file: ['test', 'data_test'],
  snapshot_file: ['snapshot'],
  docs_file: ['docs'],
}

export async function blockVector(vector: Vector): Promise<unknown> {
  const kind = String(vector['kind'])
  const file = { path: kind, text: String(vector['text']) }
  const { blocks, unexpectedTags } = extractBlocks(file, blockTypes[kind] ?? [])
  const shown = await Promise.all(blocks.map(block => shownBlock(block, kind)))
  return {
    blocks: shown,
    ...(unexpectedTags.length > 0 ? { unexpected_tags: unexpectedTags.map(one => one.name) } : {}),
    ...(kind === 'macro_file' || kind === 'generic_test_file' ? { macros: macrosOf(file, kind) } : {}),
  }
}

async function shownBlock(block: TemplateBlock, kind: string): Promise<Record<string, unknown>> {
  return {
    block_type: block.blockType,
    name: block.name ?? null,
    contents: block.contents,
    full_block: block.fullBlock,
    ...(kind === 'docs_file' ? { rendered: (await renderText(block.contents, emptyScope)).trim() } : {}),
  }
}

function macrosOf(file: { path: string; text: string }, kind: string): Record<string, unknown>[] {
  const diagnostics = new Diagnostics()
  const isGenericTests = kind === 'generic_test_file'
  const macros = readMacros(
    { file, path: file.path, packageName: 'main', isGenericTests, createdAtMs: 0 },
    true,
    diagnostics,
  )
  const [fault] = diagnostics.errors
  if (fault !== undefined) throw new DiagnosticError(fault)
  return macros.map(macro => ({
    name: macro.name,
    unique_id: macro.uniqueId,
    macro_sql: macro.macroSql,
    ...(macro.supportedLanguages === null ? {} : { supported_languages: macro.supportedLanguages }),
  }))
}
