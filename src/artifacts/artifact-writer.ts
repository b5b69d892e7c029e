/** Writes the artifacts of a run to the target folder, each atomically; nothing with `--no-write-json`. */
import type { Config } from '../config/config.ts'
import type { RunResult } from '../execution/run-result.ts'
import type { Graph } from '../graph/graph.ts'
import { DamagedCache } from '../parse-cache/cache-file.ts'
import type { GraphTexts, Insertions } from '../parse-cache/graph-texts.ts'
import type { FileContent } from '../storage/file-system.ts'
import { artifactMetadata } from './artifact-metadata.ts'
import { graphSummaryParts } from './graph-summary.ts'
import { insertions, manifestHead } from './manifest.ts'
import { inProject, type OutputFacts } from './node-output.ts'
import { renderedTexts } from './rendered-texts.ts'
import { runArguments } from './run-arguments.ts'
import { runResultsParts } from './run-results.ts'

/** Told for each file, with dbt's name of the artifact. */
export type ArtifactListener = (artifact: string, path: string) => void

export class ArtifactWriter {
  private readonly config: Config
  private readonly told: ArtifactListener

  constructor(config: Config, told: ArtifactListener) {
    this.config = config
    this.told = told
  }

  /**
   * `manifest.json`, and beside it the semantic manifest and, but for `parse`, the summary of the graph.
   * @param texts of the graph; @param facts what a run adds
   */
  manifest(graph: Graph, texts: GraphTexts, facts: ReadonlyMap<string, OutputFacts> = new Map()): void {
    const { invocationId, flags } = this.config
    const head = manifestHead(artifactMetadata(this.config, 'manifest/v12'), graph.project)
    const added = new Map<string, Insertions>()
    for (const [id, one] of facts) {
      const node = graph.members.get(id)
      if (node) added.set(id, insertions(node, one, graph))
    }
    const write = (artifact: string, name: string, partsOf: (texts: GraphTexts) => FileContent): void =>
      this.write(
        artifact,
        name,
        () => partsOf(texts),
        () => partsOf(renderedTexts(graph)),
      )
    write('WritableManifest', 'manifest.json', of => joined([head], of.manifest(added)))
    write('SemanticManifest', 'semantic_manifest.json', of => of.semanticManifest())
    if (flags.which === 'parse') return
    const request = { invocationId, withTestEdges: flags.which === 'build' }
    write('GraphSummary', 'graph_summary.json', of => graphSummaryParts(graph, of.edges(), request))
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

  /**
   * Any further artifact by its file name, or by a path of its own.
   * @param renderAgain without what was kept, which may turn out to be damaged
   */
  write(artifact: string, name: string, render: () => FileContent, renderAgain = render): void {
    const { flags, files } = this.config
    if (!flags.writeJson) return
    const path = this.pathOf(name)
    try {
      files.write(path, render())
    } catch (error) {
      if (!(error instanceof DamagedCache)) throw error
      files.write(path, renderAgain())
    }
    this.told(artifact, path)
  }

  pathOf(name: string): string {
    const { flags, projectFolder } = this.config
    return inProject(projectFolder, `${flags.targetPath}/${name}`)
  }
}

function* joined(...parts: readonly Iterable<string | Uint8Array>[]): Iterable<string | Uint8Array> {
  for (const part of parts) yield* part
}
