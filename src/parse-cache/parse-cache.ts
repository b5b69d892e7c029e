/**
 * What a parse gave, kept for the next run: a file in the target folder with the graph, the texts that artifacts make of
 * it, what was said, and everything that the parse depended on. As long as all of that is the same, the file stands for
 * the parse; so it does when a few nodes have another text that makes the same calls.
 *
 * The file is only ever a saving of time: without it, with a damaged one or with one of another build everything is the
 * same. It is data, never code. It is replaced in one piece, so runs side by side see one or the other.
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import { atOnce } from '../base/spare-time.ts'
import type { Config } from '../config/config.ts'
import type { Graph } from '../graph/graph.ts'
import type { Builtins } from '../project/builtins.ts'
import { MacroCache } from '../project/macro-cache.ts'
import type { Node } from '../project/node.ts'
import type { NewFile } from '../storage/file-system.ts'
import { CacheFile, CacheFileWriter, DamagedCache, type Section } from './cache-file.ts'
import { cachedGraph, graphSectionNames, graphSections, memberRows, type Told } from './cached-graph.ts'
import type { EntryText, GraphTexts, WrittenTexts } from './graph-texts.ts'
import { keptTexts, textSections } from './kept-texts.ts'
import { askedAgain, type ParseInputs, type ParseRecord, parseInputs } from './parse-inputs.ts'
import { NotStorable } from './record-text.ts'

export interface KnownParse {
  readonly graph: Graph
  readonly texts: GraphTexts
  readonly told: Told
  /** How many files have another text than they had when it was kept. */
  readonly editedCount: number
}

export type EarlierParse =
  | { readonly kind: 'kept'; readonly inputs: ParseInputs }
  | { readonly kind: 'none' | 'of another version' }
  /** Nothing is ever kept. */
  | { readonly kind: 'not kept' }

export interface FreshParse {
  readonly graph: Graph
  readonly texts: WrittenTexts
  readonly told: Told
  readonly record: ParseRecord
}

export interface ParseCacheOptions {
  readonly config: Config
  /** Names the build; without one nothing is kept. */
  readonly stamp: string | undefined
  readonly builtins: () => Builtins
  /** What the manifest says of a node. */
  readonly entryOf: (node: Node, graph: Graph) => EntryText
  /** Where the file lies. */
  readonly path: string
  /** False for a run that shall not leave anything behind. */
  readonly mayWrite: boolean
}

export class ParseCache {
  /** What was read of macro files before. */
  readonly macros: MacroCache
  /** What is there of an earlier run. */
  readonly before: EarlierParse
  private readonly options: ParseCacheOptions
  private readonly stamp: string | undefined
  private readonly file: CacheFile | undefined

  constructor(options: ParseCacheOptions) {
    const { stamp, config, path } = options
    this.options = options
    // Numbers and layout of the file belong to the program that wrote it.
    this.stamp = stamp === undefined ? undefined : `${stamp} 2`
    const file = this.stamp === undefined ? undefined : CacheFile.open(config.files, path, this.stamp)
    this.file = file?.load(['inputs', 'macro files']) ? file : undefined
    this.macros = new MacroCache(stamp, this.file?.text('macro files'))
    this.before = this.earlier()
  }

  private earlier(): EarlierParse {
    const { file, stamp } = this
    if (stamp === undefined) return { kind: 'not kept' }
    if (file !== undefined) {
      const inputs = JSON.parse(file.text('inputs')) as ParseInputs | null
      return inputs === null ? { kind: 'none' } : { kind: 'kept', inputs }
    }
    return { kind: this.options.config.files.exists(this.options.path) ? 'of another version' : 'none' }
  }

  /** What the last parse gave, if this one would give the same. */
  known(): KnownParse | undefined {
    const { file, macros, before } = this
    const { config, builtins } = this.options
    if (file === undefined || before.kind !== 'kept') return undefined
    const { inputs } = before
    const now = askedAgain(inputs, config)
    if (now === undefined || !file.load(graphSectionNames)) return undefined
    const cached = cachedGraph(file, { config, builtins, macros }, { edited: now.edited, momentary: inputs.momentary })
    if (cached === undefined) return undefined
    const { graph, told, rowOf, edited } = cached
    const current = now.inputs === inputs ? file : (this.withInputs(file, now.inputs) ?? file)
    const entries = edited.map(node => this.options.entryOf(node, graph))
    return { graph, told, texts: keptTexts(current, rowOf, entries), editedCount: edited.length }
  }

  /**
   * Keeps a parse, and of one that cannot be repeated what was read off macro files.
   * @returns its texts, as they are kept now; undefined when it cannot be kept. Gives way after each piece.
   */
  *keep({ graph, texts, told, record }: FreshParse): Generator<undefined, GraphTexts | undefined, void> {
    const { macros } = this
    if (record.witness.unrepeatable !== undefined) {
      if (this.before.kind !== 'none' || macros.hasChanged()) yield* this.write(() => sectionsOfMacros(macros, null))
      return undefined
    }
    const rows = memberRows(graph)
    const rowOf = (id: string): number | undefined => rows.get(id)
    const kept = yield* this.write(writer => {
      const inputs = parseInputs(record)
      if (inputs === undefined) return undefined
      return (function* (): Iterable<Section> {
        yield* textSections(texts, rowOf, writer)
        yield* graphSections(graph, told, rows, writer)
        yield* sectionsOfMacros(macros, inputs)
      })()
    })
    return kept && keptTexts(kept, rowOf)
  }

  /** The same file with other times of the files that it depends on. */
  private withInputs(file: CacheFile, inputs: ParseInputs): CacheFile | undefined {
    const sections = file.sectionNames.map(name => ({
      name,
      parts: name === 'inputs' ? [JSON.stringify(inputs)] : file.stream(name),
    }))
    return atOnce(this.write(() => sections))
  }

  /** A cache that cannot be written is none: the run goes on without. */
  private *write(
    sectionsOf: (writer: CacheFileWriter) => Iterable<Section> | undefined,
  ): Generator<undefined, CacheFile | undefined, void> {
    const { stamp } = this
    const { config, path, mayWrite } = this.options
    if (stamp === undefined || !mayWrite) return undefined
    let file: NewFile | undefined
    try {
      const writer = new CacheFileWriter(stamp)
      const sections = sectionsOf(writer)
      if (sections === undefined) return undefined
      file = config.files.create(path)
      for (const part of writer.parts(sections)) {
        file.write(part)
        yield
      }
      file.done()
      return CacheFile.open(config.files, path, stamp)
    } catch (error) {
      if (error instanceof NotStorable || error instanceof DamagedCache || error instanceof DiagnosticError) {
        return undefined
      }
      throw error
    } finally {
      file?.abandon()
    }
  }
}

function sectionsOfMacros(macros: MacroCache, inputs: ParseInputs | null): readonly Section[] {
  return [
    { name: 'macro files', parts: [macros.text()] },
    { name: 'inputs', parts: [JSON.stringify(inputs)] },
  ]
}
