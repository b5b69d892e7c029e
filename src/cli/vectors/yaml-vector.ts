/** Values of properties files, descriptions, and of the project, profile and package files. */
import { DiagnosticError, Diagnostics } from '../../base/diagnostic.ts'
import { parseYaml } from '../../base/located-yaml.ts'
import { configNames } from '../../config/config-names.ts'
import { isLateRendered } from '../../config/parse-project-file.ts'
import { renderYaml, type YamlRendering } from '../../config/render-yaml.ts'
import { revealSecrets } from '../../context/env-var.ts'
import { Descriptions } from '../../project/descriptions.ts'
import { DocIndex } from '../../project/docs.ts'
import { ParseRenderer } from '../../project/parse-renderer.ts'
import { ParseWitness } from '../../project/parse-witness.ts'
import { projectPackages } from '../../project/project-package.ts'
import { runFacts } from '../../project/run-facts.ts'
import { repr } from '../../template/repr.ts'
import { renderText } from '../../template/template.ts'
import { PyDict, type Value } from '../../template/value.ts'
import type { Vector } from './vector.ts'
import { nodeNamed, renderSettled, type VectorProject } from './vector-project.ts'

export function yamlVector(vector: Vector, project: VectorProject): unknown {
  const template = String(vector.template ?? '')
  switch (vector.mode) {
    case 'schema_yaml': {
      const name = vector.package ?? project.config.projectFile.name
      const owner = projectPackages(project.config).find(one => one.name === name)
      if (owner === undefined) throw new Error(`the project of the vector has no package "${String(name)}"`)
      return repr(parseRenderer(project).yamlText(template, owner))
    }
    case 'docs':
      return description(template, nodeNamed(project.graph, String(vector.node)).name, project)
    case 'project_yaml':
      return repr(withHookLists(rendered(vector, { ...rendering(project, 'refused', true), skips: isLateRendered })))
    case 'profile_yaml':
      return repr(
        rendered(vector, { ...rendering(project, 'placeholder', false), lenient: path => path.includes('password') }),
      )
    case 'packages_yaml':
      return repr(rendered(vector, rendering(project, 'placeholder', false)))
    default:
      throw new Error(`a vector of mode "${String(vector.mode)}"`)
  }
}

function parseRenderer({ config, graph }: VectorProject): ParseRenderer {
  const facts = runFacts(config, { render: (text, scope) => renderText(text, scope) })
  return new ParseRenderer(config, facts, graph.project.macroRegistry, new ParseWitness())
}

function description(text: string, nodeName: string, project: VectorProject): string {
  const { graph, config } = project
  const diagnostics = new Diagnostics()
  const docs = new DocIndex(graph.project.docs.values(), config.projectFile.name)
  const node = { ...nodeNamed(graph, nodeName), description: text, columns: new Map() }
  const described = new Descriptions(docs, parseRenderer(project), diagnostics).node(node, () => undefined)
  const [fault] = diagnostics.errors
  if (fault !== undefined) throw new DiagnosticError(fault)
  return described.description
}

function rendering(
  { launch, config }: VectorProject,
  secrets: 'refused' | 'placeholder',
  withTarget: boolean,
): YamlRendering {
  const scope = configNames({
    environment: launch.environment,
    clock: launch.clock,
    invocationId: config.invocationId,
    startedAtMs: config.startedAtMs,
    cliVars: config.cliVars,
    flags: config.flags,
    renderNative: renderSettled,
    secrets,
    ...(withTarget && { target: config.target.context }),
  })
  const finish = (text: string): string => revealSecrets(text, launch.environment)
  return { scope, renderNative: renderSettled, ...(secrets === 'placeholder' && { finish }) }
}

/** A single hook counts as a list of one. */
function withHookLists(value: Value): Value {
  if (!(value instanceof PyDict)) return value
  const listed = (key: Value, hook: Value): Value =>
    (key === 'on-run-start' || key === 'on-run-end') && !Array.isArray(hook) ? (hook === null ? [] : [hook]) : hook
  return PyDict.of(Array.from(value, ([key, inner]) => [key, listed(key, inner)] as const))
}

function rendered(vector: Vector, how: YamlRendering): ReturnType<typeof renderYaml> {
  const document = parseYaml({ path: 'vector.yml', text: JSON.stringify(vector.data) })
  return renderYaml(document, document.root, how)
}
