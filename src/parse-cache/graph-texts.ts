/** The texts that artifacts make of a graph: the same whether they are rendered or kept from an earlier run. */

/** What stands between the parts of a member's entry after a run; undefined where that is what stands there without one. */
export type Insertions = readonly (string | undefined)[]

/** A member's entry in the manifest without its key, cut where a run may put something in. */
export interface EntryText {
  readonly uniqueId: string
  readonly parts: readonly string[]
  /** What stands behind each part but the last, as long as no run says otherwise. */
  readonly values: readonly string[]
}

/** The entry with what a run added. */
export function* entryText({ parts, values }: EntryText, added: Insertions | undefined): Iterable<string> {
  for (const [index, text] of parts.entries()) {
    if (index > 0) yield added?.[index - 1] ?? values[index - 1] ?? ''
    yield text
  }
}

export interface GraphTexts {
  /** The manifest from behind its metadata to its end. Throws `DamagedCache` where it was kept and cannot be trusted. */
  manifest(added: ReadonlyMap<string, Insertions>): Iterable<string | Uint8Array>
  /** Every member by its number, with the numbers of its children: for the summary of the graph. */
  edges(): Iterable<string | Uint8Array>
  semanticManifest(): Iterable<string | Uint8Array>
}

/** What is kept of the texts. */
export interface WrittenTexts {
  readonly manifest: Iterable<string | EntryText>
  readonly edges: Iterable<string>
  readonly semanticManifest: string
}
