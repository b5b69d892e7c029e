/** The texts of a graph as sections of a file and back. What a run adds is put in while they are read. */
import type { CacheFile, CacheFileWriter, Section } from './cache-file.ts'
import { type EntryText, entryText, type GraphTexts, type Insertions, type WrittenTexts } from './graph-texts.ts'

/** Row of a member's unique id. */
export type RowOf = (uniqueId: string) => number | undefined

/**
 * Where the manifest was cut: for each row the place and the length of its whole entry, then those of its cuts and of what
 * stands there, in bytes.
 */
type Cuts = readonly (readonly number[] | 0)[]

export function* textSections(texts: WrittenTexts, rowOf: RowOf, file: CacheFileWriter): Iterable<Section> {
  const cuts: (readonly number[])[] = []
  const manifest = function* (): Iterable<string> {
    for (const part of texts.manifest) {
      if (typeof part === 'string') {
        yield part
        continue
      }
      const start = file.position
      const places: number[] = []
      for (const [index, text] of part.parts.entries()) {
        if (index > 0) {
          const value = part.values[index - 1] ?? ''
          places.push(file.position, Buffer.byteLength(value))
          yield value
        }
        yield text
      }
      cuts[rowOf(part.uniqueId) ?? -1] = [start, file.position - start, ...places]
    }
  }
  yield { name: 'manifest', parts: manifest() }
  yield { name: 'edge texts', parts: texts.edges }
  yield { name: 'semantic manifest', parts: [texts.semanticManifest] }
  yield { name: 'cuts', parts: [JSON.stringify(Array.from(cuts, one => one ?? 0))] }
}

/** @param edited what stands in the manifest for nodes that are no longer as they were kept */
export function keptTexts(file: CacheFile, rowOf: RowOf, edited: readonly EntryText[] = []): GraphTexts {
  return {
    *manifest(added) {
      const whole = file.stream('manifest')
      if (added.size + edited.length === 0) yield* whole
      else yield* withInsertions(whole, insertionsAt(file, { added, edited }, rowOf))
    },
    edges: () => file.stream('edge texts'),
    semanticManifest: () => file.stream('semantic manifest'),
  }
}

interface Insertion {
  /** Bytes from the start. */
  readonly at: number
  /** Bytes that the text takes the place of. */
  readonly length: number
  readonly text: string
}

interface Changes {
  readonly added: ReadonlyMap<string, Insertions>
  readonly edited: readonly EntryText[]
}

function insertionsAt(file: CacheFile, { added, edited }: Changes, rowOf: RowOf): Insertion[] {
  if (!file.load(['cuts'])) file.fail()
  const cuts = JSON.parse(file.text('cuts')) as Cuts
  const found: Insertion[] = []
  const put = (id: string, texts: readonly (string | undefined)[]): void => {
    const places = cuts[rowOf(id) ?? -1] || []
    for (const [index, text] of texts.entries()) {
      const [at, length] = [places[2 * index], places[2 * index + 1]]
      if (text !== undefined && at !== undefined && length !== undefined) found.push({ at, length, text })
    }
  }
  const whole = new Set<string>()
  for (const entry of edited) {
    whole.add(entry.uniqueId)
    put(entry.uniqueId, [[...entryText(entry, added.get(entry.uniqueId))].join('')])
  }
  for (const [id, texts] of added) if (!whole.has(id)) put(id, [undefined, ...texts])
  return found.sort((one, other) => one.at - other.at)
}

/** Puts each text in the place of the value that stands there. */
function* withInsertions(
  chunks: Iterable<Uint8Array>,
  insertions: readonly Insertion[],
): Iterable<string | Uint8Array> {
  let start = 0
  let taken = 0
  let next = 0
  for (const chunk of chunks) {
    const end = start + chunk.length
    for (let one = insertions[next]; one !== undefined && one.at < end; one = insertions[++next]) {
      yield chunk.subarray(taken - start, one.at - start)
      yield one.text
      taken = one.at + one.length
    }
    if (taken < end) {
      yield chunk.subarray(taken - start)
      taken = end
    }
    start = end
  }
}
