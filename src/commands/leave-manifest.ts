/** A command that stops before its artifacts are written leaves the manifest of what was read, as dbt does. */
import { artifactWriter } from './artifact-writer.ts'
import type { LoadedProject } from './load-graph.ts'
import type { Session } from './session.ts'

/** @throws what `work` throws, the manifest without compiled code being written */
export async function leaveManifest<T>(session: Session, loaded: LoadedProject, work: () => Promise<T>): Promise<T> {
  const { config, graph, texts } = loaded
  try {
    return await work()
  } catch (error) {
    try {
      if (!config.flags.dryRun) artifactWriter(session, config).manifest(graph, texts())
    } catch {
      // What stopped the command is told, not what could not be written after it.
    }
    throw error
  }
}
