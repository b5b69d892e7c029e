/** The small project that a vector names, read once for all vectors that share it. */
import { systemClock } from '../../base/clock.ts'
import { DiagnosticError, Diagnostics } from '../../base/diagnostic.ts'
import type { Config } from '../../config/config.ts'
import { type LaunchRequest, loadConfig } from '../../config/load-config.ts'
import type { Graph } from '../../graph/graph.ts'
import { linkGraph } from '../../graph/link-graph.ts'
import type { Builtins } from '../../project/builtins.ts'
import type { Node } from '../../project/node.ts'
import { parseProject } from '../../project/parse-project.ts'
import { memoryFiles } from '../../storage/memory-files.ts'
import type { Scope } from '../../template/scope.ts'
import { renderNative } from '../../template/template.ts'
import type { Value } from '../../template/value.ts'
import { parseArguments } from '../args.ts'
import type { Vector } from './vector.ts'

export interface VectorProject {
  readonly launch: LaunchRequest
  readonly config: Config
  readonly graph: Graph
}

const known = new Map<string, VectorProject>()

export function vectorProject(vector: Vector, builtins: () => Builtins): VectorProject {
  const key = JSON.stringify([vector.files, vector.cli_vars, vector.env, vector.flags, vector.command])
  let project = known.get(key)
  if (project === undefined) {
    project = loadVectorProject(vector, builtins())
    known.set(key, project)
  }
  return project
}

function loadVectorProject(vector: Vector, builtins: Builtins): VectorProject {
  const launch = launchOf(vector)
  const diagnostics = new Diagnostics()
  const config = loadConfig(launch, diagnostics)
  const project = config && parseProject(config, builtins, diagnostics)
  const graph = project && linkGraph(project, diagnostics)
  const [fault] = diagnostics.errors
  if (fault !== undefined) throw new DiagnosticError(fault)
  if (config === undefined || graph === undefined) throw new Error('the project of the vector cannot be read')
  return { launch, config, graph }
}

function launchOf(vector: Vector): LaunchRequest {
  const flags = (vector.flags ?? []) as readonly string[]
  const vars = vector.cli_vars === undefined ? [] : ['--vars', JSON.stringify(vector.cli_vars)]
  const command = typeof vector.command === 'string' ? vector.command : 'run'
  const argv = [command, ...flags, ...vars]
  const parsed = parseArguments(argv)
  if (parsed.kind !== 'command') throw new Error(`the flags of the vector are no command: ${argv.join(' ')}`)
  return {
    which: parsed.entry.which,
    invocationCommand: `eider ${argv.join(' ')}`,
    given: parsed.given,
    environment: (vector.env ?? {}) as Record<string, string>,
    files: memoryFiles(vector.files as Record<string, string>, '/project'),
    home: '/home',
    clock: systemClock,
    ids: () => '00000000-0000-4000-8000-000000000000',
    renderNative: renderSettled,
  }
}

export function renderSettled(text: string, scope: Scope): Value {
  const value = renderNative(text, scope)
  if (value instanceof Promise) throw new Error('a configuration value waits for something')
  return value
}

/** @throws Error when the project has no node of the name */
export function nodeNamed(graph: Graph, name: string): Node {
  for (const node of graph.project.nodes.values()) if (node.name === name) return node
  throw new Error(`the project of the vector has no node "${name}"`)
}
