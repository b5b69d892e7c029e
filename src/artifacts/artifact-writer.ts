/** Writes the artifacts of a run to the target folder, each atomically; nothing with `--no-write-json`. */
import type { Config } from '../config/config.ts'
import type { RunResult } from '../execution/run-result.ts'
import type { Graph } from '../graph/graph.ts'
import type { FileContent } from '../storage/file-system.ts'
import { artifactMetadata } from './artifact-metadata.ts'
import { graphSummaryParts } from './graph-summary.ts'
import { manifestParts } from './manifest.ts'
import { inProject, type OutputFacts } from './node-output.ts'
import { runArguments } from './run-arguments.ts'
import { runResultsParts } from './run-results.ts'
import { renderSemanticManifest } from './semantic-manifest.ts'

/** Told for each file, with dbt's name of the artifact. */
export type ArtifactListener = (artifact: string, path: string) => void

export class ArtifactWriter {
  private readonly config: Config
  private readonly told: ArtifactListener

  constructor(config: Config, told: ArtifactListener) {
    this.config = config
    this.told = told
  }

  /** `manifest.json`, and beside it the semantic manifest and the summary of the graph. */
  manifest(graph: Graph, factsOf: (uniqueId: string) => OutputFacts = () => ({})): void {
    const metadata = artifactMetadata(this.config, 'manifest/v12')
    this.write('WritableManifest', 'manifest.json', () => manifestParts({ graph, metadata, factsOf }))
    this.write('SemanticManifest', 'semantic_manifest.json', () => renderSemanticManifest(graph))
    const { invocationId, flags } = this.config
    const withTestEdges = flags.which === 'build'
    this.write('GraphSummary', 'graph_summary.json', () => graphSummaryParts(graph, { invocationId, withTestEdges }))
  }

  runResults(run: RunResult, graph: Graph): void {
    this.write('RunExecutionResult', 'run_results.json', () =>
      runResultsParts({
        run,
        metadata: artifactMetadata(this.config, 'run-results/v6'),
        args: runArguments(this.config),
        member: id => graph.members.get(id),
      }),
    )
  }

  /** Any further artifact by its file name, or by a path of its own. */
  write(artifact: string, name: string, render: () => FileContent): void {
    const { flags, files } = this.config
    if (!flags.writeJson) return
    const path = this.pathOf(name)
    files.write(path, render())
    this.told(artifact, path)
  }

  pathOf(name: string): string {
    const { flags, projectFolder } = this.config
    return inProject(projectFolder, `${flags.targetPath}/${name}`)
  }
}
