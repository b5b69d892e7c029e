/** A choice among items, the same ones each time. */
export function randomly(seed: number): <T>(items: readonly T[]) => T {
  let state = seed
  return items => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    const item = items[(state >>> 8) % items.length]
    if (item === undefined) throw new Error('there is nothing to choose from')
    return item
  }
}
