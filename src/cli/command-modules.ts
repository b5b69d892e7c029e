/** Which module runs which command; each is loaded when its command is called. */
import type { Command } from '../commands/session.ts'

const modules: Readonly<Record<string, () => Promise<Command>>> = {
  parse: async () => (await import('../commands/parse.ts')).parse,
  list: async () => (await import('../commands/list.ts')).list,
}

export async function loadCommand(words: string): Promise<Command> {
  const load = modules[words]
  if (load === undefined) throw new Error(`the command "${words}" has no module`)
  return load()
}
