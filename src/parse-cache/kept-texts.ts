/** The texts of a graph as sections of a file and back. What a run adds is put in while they are read. */
import type { CacheFile, CacheFileWriter, Section } from './cache-file.ts'
import type { GraphTexts, Insertions, WrittenTexts } from './graph-texts.ts'

/** Row of a member's unique id. */
export type RowOf = (uniqueId: string) => number | undefined

/** Where the manifest was cut: for each row the places of its cuts and the lengths of what stands there, in bytes. */
type Cuts = readonly (readonly number[] | 0)[]

export function* textSections(texts: WrittenTexts, rowOf: RowOf, file: CacheFileWriter): Iterable<Section> {
  const cuts: (readonly number[])[] = []
  const manifest = function* (): Iterable<string> {
    for (const part of texts.manifest) {
      if (typeof part === 'string') {
        yield part
        continue
      }
      const places: number[] = []
      for (const [index, text] of part.parts.entries()) {
        if (index > 0) {
          const value = part.values[index - 1] ?? ''
          places.push(file.position, Buffer.byteLength(value))
          yield value
        }
        yield text
      }
      cuts[rowOf(part.uniqueId) ?? -1] = places
    }
  }
  yield { name: 'manifest', parts: manifest() }
  yield { name: 'edge texts', parts: texts.edges }
  yield { name: 'semantic manifest', parts: [texts.semanticManifest] }
  yield { name: 'cuts', parts: [JSON.stringify(Array.from(cuts, one => one ?? 0))] }
}

export function keptTexts(file: CacheFile, rowOf: RowOf): GraphTexts {
  return {
    *manifest(added) {
      const whole = file.stream('manifest')
      yield* added.size === 0 ? whole : withInsertions(whole, insertionsAt(file, added, rowOf))
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

function insertionsAt(file: CacheFile, added: ReadonlyMap<string, Insertions>, rowOf: RowOf): Insertion[] {
  if (!file.load(['cuts'])) file.fail()
  const cuts = JSON.parse(file.text('cuts')) as Cuts
  const found: Insertion[] = []
  for (const [id, texts] of added) {
    const places = cuts[rowOf(id) ?? -1] || []
    for (const [index, text] of texts.entries()) {
      const [at, length] = [places[2 * index], places[2 * index + 1]]
      if (text !== undefined && at !== undefined && length !== undefined) found.push({ at, length, text })
    }
  }
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
