import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { extractBlocks, type TemplateBlock } from '../../src/template/blocks.ts'
import { parseMacroBlock } from '../../src/template/macro-block.ts'
import { emptyScope } from '../../src/template/scope.ts'
import { compileTemplate } from '../../src/template/template.ts'
import { type ExpectedError, meetsError } from './vector-expectation.ts'
import { describeError } from './vector-setting.ts'

interface BlockVector {
  readonly id: string
  readonly group: string
  readonly kind: 'macro_file' | 'generic_test_file' | 'snapshot_file' | 'docs_file'
  readonly text: string
  readonly expect?: unknown
  readonly expect_error?: ExpectedError
}

const allowed = {
  macro_file: ['macro', 'materialization', 'test', 'data_test'],
  generic_test_file: ['test', 'data_test'],
  snapshot_file: ['snapshot'],
  docs_file: ['docs'],
}

const vectors = readFileSync(new URL('../vectors/blocks.jsonl', import.meta.url), 'utf8')
  .split('\n')
  .filter(line => line !== '')
  .map(line => JSON.parse(line) as BlockVector)

function answer(vector: BlockVector): unknown {
  const file = { path: 'file.sql', text: vector.text }
  const { blocks, unexpectedTags } = extractBlocks(file, allowed[vector.kind])
  const isMacroFile = vector.kind === 'macro_file' || vector.kind === 'generic_test_file'
  const warns = vector.kind === 'macro_file' || vector.kind === 'snapshot_file'
  return {
    blocks: blocks.map(block => ({
      block_type: block.blockType,
      name: block.name ?? null,
      contents: block.contents,
      full_block: block.fullBlock,
      ...(vector.kind === 'docs_file' ? { rendered: renderedDocs(block) } : {}),
    })),
    ...(isMacroFile ? { macros: blocks.flatMap(macroOf) } : {}),
    ...(warns && unexpectedTags.length > 0 ? { unexpected_tags: unexpectedTags.map(tag => tag.name) } : {}),
  }
}

function renderedDocs(block: TemplateBlock): string {
  return String(compileTemplate(block.contents).render(emptyScope)).trim()
}

function macroOf(block: TemplateBlock): unknown[] {
  const text = block.fullBlock
  const found = parseMacroBlock({ text, file: { path: 'macro', text }, base: 0 })
  if (!found) return []
  const languages = found.supportedLanguages
  return [
    {
      name: found.name,
      unique_id: `macro.main.${found.name}`,
      macro_sql: text,
      ...(languages ? { supported_languages: languages } : {}),
    },
  ]
}

describe('the blocks of a file are those that dbt finds', () => {
  test.each(vectors.map(vector => [vector.id, vector] as const))('%s', (_id, vector) => {
    let got: { output: unknown } | { error: ReturnType<typeof describeError> }
    try {
      got = { output: answer(vector) }
    } catch (error) {
      got = { error: describeError(error) }
    }
    if (vector.expect_error) expect(meetsError(vector.expect_error, got)).toBe('')
    else expect(got).toEqual({ output: vector.expect })
  })
})
