/** A linked graph from files in memory, by the real parser. */
import { Diagnostics } from '../../src/base/diagnostic.ts'
import type { Graph } from '../../src/graph/graph.ts'
import { linkGraph } from '../../src/graph/link-graph.ts'
import { parseProject } from '../../src/project/parse-project.ts'
import { load, told } from '../config/config-rig.ts'
import { sourceBuiltins } from '../rig/source-builtins.ts'

export interface Linked {
  readonly graph: Graph | undefined
  readonly diagnostics: Diagnostics
  readonly told: readonly string[]
}

/** Diagnostics are those of linking alone: faults before it fail the test. */
export function link(files: Readonly<Record<string, string>>): Linked {
  const loaded = load(files)
  if (!loaded.config) throw new Error(loaded.told.join('\n'))
  const parsing = new Diagnostics()
  const project = parseProject(loaded.config, sourceBuiltins(), parsing)
  if (parsing.hasErrors) throw new Error(told(parsing).join('\n'))
  const diagnostics = new Diagnostics()
  const graph = linkGraph(project, diagnostics)
  return { graph, diagnostics, told: told(diagnostics) }
}

/** @throws when linking had anything to say */
export function graphOf(files: Readonly<Record<string, string>>): Graph {
  const { graph, told: lines } = link(files)
  if (!graph || lines.length > 0) throw new Error(lines.join('\n'))
  return graph
}
