/** The writer of artifacts that tells the session what it writes. */
import { ArtifactWriter } from '../artifacts/artifact-writer.ts'
import type { Config } from '../config/config.ts'
import type { Session } from './session.ts'

export function artifactWriter(session: Session, config: Config): ArtifactWriter {
  return new ArtifactWriter(config, (artifact, path) => session.emit({ kind: 'artifact written', artifact, path }))
}
