/** Which module runs which command; each is loaded when its command is called. */
import type { Command } from '../commands/session.ts'

const runNodes = async (): Promise<Command> => (await import('../commands/run-nodes.ts')).runNodes

const modules: Readonly<Record<string, () => Promise<Command>>> = {
  build: runNodes,
  clone: runNodes,
  compile: async () => (await import('../commands/compile.ts')).compile,
  debug: async () => (await import('../commands/debug.ts')).debug,
  deps: async () => (await import('../commands/deps.ts')).deps,
  'docs generate': async () => (await import('../commands/docs-generate.ts')).docsGenerate,
  'docs serve': async () => (await import('../commands/docs-serve.ts')).docsServe,
  retry: async () => (await import('../commands/retry.ts')).retry,
  'run-operation': async () => (await import('../commands/run-operation.ts')).runOperation,
  show: async () => (await import('../commands/show.ts')).show,
  'source freshness': async () => (await import('../commands/freshness.ts')).freshness,
  clean: async () => (await import('../commands/clean.ts')).clean,
  'cache clear': async () => (await import('../commands/cache.ts')).cacheClear,
  'cache list': async () => (await import('../commands/cache.ts')).cacheList,
  'delta history': async () => (await import('../commands/delta.ts')).deltaHistory,
  'delta optimize': async () => (await import('../commands/delta.ts')).deltaOptimize,
  'delta restore': async () => (await import('../commands/delta.ts')).deltaRestore,
  'delta vacuum': async () => (await import('../commands/delta.ts')).deltaVacuum,
  init: async () => (await import('../commands/init.ts')).init,
  list: async () => (await import('../commands/list.ts')).list,
  parse: async () => (await import('../commands/parse.ts')).parse,
  run: runNodes,
  seed: runNodes,
  snapshot: runNodes,
  test: runNodes,
}

export async function loadCommand(words: string): Promise<Command> {
  const load = modules[words]
  if (load === undefined) throw new Error(`the command "${words}" has no module`)
  return load()
}
