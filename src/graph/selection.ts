/** The chosen members: the fourth record of the eight. Made by `select-nodes.ts`. */
export interface Selection {
  /** Unique ids in graph order (parents first), ties by unique id. */
  readonly uniqueIds: readonly string[]
  readonly has: (uniqueId: string) => boolean
}
