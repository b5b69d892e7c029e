/** `parse`: reads the project and writes its manifest. */
import { artifactWriter } from './artifact-writer.ts'
import { loadGraph } from './load-graph.ts'
import type { Command } from './session.ts'
import { timed } from './timed.ts'

export const parse: Command = async session => {
  const { config, graph, texts } = await loadGraph(session)
  const found = texts()
  timed(session, 'write artifacts', () => artifactWriter(session, config).manifest(graph, found))
  return 'success'
}
