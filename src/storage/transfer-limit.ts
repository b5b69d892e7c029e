/** Keeps the memory of transfers that run at the same time bounded, however many ask for one. */

export interface TransferLimit {
  /** Starts an action when there is room for this many bytes; in the order of asking. */
  run<T>(bytes: number, action: () => Promise<T>): Promise<T>
}

/** At most so many transfers and so many bytes at once; one that is larger than that by itself runs alone. */
export function transferLimit(most: { readonly count: number; readonly bytes: number }): TransferLimit {
  const waiting: { readonly bytes: number; start(): void }[] = []
  let count = 0
  let bytes = 0

  const hasRoom = (wanted: number): boolean => count === 0 || (count < most.count && bytes + wanted <= most.bytes)
  const take = (wanted: number): void => {
    count += 1
    bytes += wanted
  }
  const giveBack = (wanted: number): void => {
    count -= 1
    bytes -= wanted
    for (let next = waiting[0]; next !== undefined && hasRoom(next.bytes); next = waiting[0]) {
      waiting.shift()
      take(next.bytes)
      next.start()
    }
  }

  return {
    async run(wanted, action) {
      if (waiting.length === 0 && hasRoom(wanted)) take(wanted)
      else await new Promise<void>(start => waiting.push({ bytes: wanted, start }))
      try {
        return await action()
      } finally {
        giveBack(wanted)
      }
    },
  }
}
