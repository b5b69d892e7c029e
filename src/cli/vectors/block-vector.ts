/** Suite `blocks`: the blocks that dbt finds in a file, and the macros they become. */
import { extractBlocks, type TemplateBlock } from '../../template/blocks.ts'
import { parseMacroBlock } from '../../template/macro-block.ts'
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
  const kind = String(vector.kind)
  const file = { path: kind, text: String(vector.text) }
  const { blocks, unexpectedTags } = extractBlocks(file, blockTypes[kind] ?? [])
  const shown = await Promise.all(blocks.map(block => shownBlock(block, kind)))
  return {
    blocks: shown,
    ...(unexpectedTags.length > 0 ? { unexpected_tags: unexpectedTags.map(one => one.name) } : {}),
    ...(kind === 'macro_file' || kind === 'generic_test_file' ? { macros: blocks.flatMap(macroOf) } : {}),
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

function macroOf({ fullBlock: text }: TemplateBlock): Record<string, unknown>[] {
  const found = parseMacroBlock({ text, file: { path: 'macro', text }, base: 0 })
  if (!found) return []
  const { name, supportedLanguages } = found
  return [
    {
      name,
      unique_id: `macro.main.${name}`,
      macro_sql: text,
      ...(supportedLanguages && { supported_languages: supportedLanguages }),
    },
  ]
}
