/** How many parts of an object are on their way at once. */
const parallelParts = 3

/** Takes them in order. A failure is thrown when nothing is on its way any more. */
export async function eachPart<T>(parts: readonly T[], send: (part: T) => Promise<unknown>): Promise<void> {
  const open = parts.values()
  const work = async (): Promise<void> => {
    for (const part of open) await send(part)
  }
  const ended = await Promise.allSettled(Array.from({ length: parallelParts }, work))
  const failed = ended.find(one => one.status === 'rejected')
  if (failed !== undefined) throw failed.reason
}
