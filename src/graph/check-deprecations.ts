/** Warnings that need edges: models past their deprecation date, refs to them, microbatch models without filtered inputs. */
import type { Diagnostics } from '../base/diagnostic.ts'
import { buildsInBatches, isMicrobatch } from '../project/microbatch.ts'
import type { GraphMember, ModelNode } from '../project/node.ts'
import type { Project } from '../project/project.ts'

export interface Edges {
  readonly members: ReadonlyMap<string, GraphMember>
  readonly dependsOn: ReadonlyMap<string, readonly string[]>
  readonly children: ReadonlyMap<string, readonly string[]>
}

export function checkDeprecations(project: Project, edges: Edges, diagnostics: Diagnostics): void {
  const nowMs = project.config.clock.now()
  checkMaterializations(project, diagnostics)
  checkCustomMicrobatch(project, diagnostics)
  for (const node of project.nodes.values()) {
    if (node.resourceType !== 'model') continue
    if (node.deprecationDate !== null) checkModel(node, node.deprecationDate, nowMs, edges, diagnostics)
    if (isMicrobatch(node)) checkInputs(node, edges, diagnostics)
  }
}

/** Kinds whose built-in macro gives way to one of an installed package: only where the project allows it. */
function checkMaterializations({ config, nodes, macroRegistry }: Project, diagnostics: Diagnostics): void {
  const { name, behaviour } = config.projectFile
  if (behaviour.requireExplicitPackageOverridesForBuiltinMaterializations) return
  for (const { resourceType, config: nodeConfig } of nodes.values()) {
    if (resourceType !== 'model') continue
    const kind = String(nodeConfig.get('materialized') ?? 'view')
    const macro = macroRegistry.findMaterialization(kind, { packagesOverride: true })
    if (!macro || macro.packageName === name || macro === macroRegistry.findMaterialization(kind)) continue
    diagnostics.add({
      code: 'graph/package-materialization',
      severity: 'warning',
      message: `Installed package '${macro.packageName}' is overriding the built-in materialization '${kind}'. Overrides of built-in materializations from installed packages will be deprecated in future versions of dbt. For more information: https://docs.getdbt.com/reference/global-configs/legacy-behaviors`,
      facts: { package_name: macro.packageName, materialization_name: kind },
    })
  }
}

/** Microbatch models that a macro of the project's own builds all at once. */
function checkCustomMicrobatch(project: Project, diagnostics: Diagnostics): void {
  if (buildsInBatches(project.config, project.macroRegistry.namespace)) return
  const models = [...project.nodes.values()].filter(node => node.resourceType === 'model')
  if (!models.some(isMicrobatch)) return
  diagnostics.add({
    code: 'graph/custom-microbatch',
    severity: 'warning',
    message:
      'The use of a custom microbatch macro outside of batched execution is deprecated. To use it with batched execution, set `flags.require_batched_execution_for_custom_microbatch_strategy` to `True` in `dbt_project.yml`. In the future this will be the default behavior.',
    facts: {},
  })
}

function checkModel(model: ModelNode, date: string, nowMs: number, edges: Edges, diagnostics: Diagnostics): void {
  const isPast = Date.parse(date) < nowMs
  const version = model.version === null ? '' : String(model.version)
  const suffix = version === '' ? '' : `.v${version}`
  if (isPast) {
    diagnostics.add({
      code: 'graph/deprecated-model',
      severity: 'warning',
      message: `Model ${model.name}${suffix} has passed its deprecation date of ${date}. This model should be disabled or removed.`,
      facts: { model_name: model.name, model_version: version, deprecation_date: date },
    })
  }
  for (const child of [...(edges.children.get(model.uniqueId) ?? [])].sort()) {
    const member = edges.members.get(child)
    if (member?.resourceType !== 'model') continue
    const latest = String(model.latestVersion ?? 'None')
    const hint =
      version !== '' && version !== latest
        ? `A new version of '${model.name}' is available. ${isPast ? 'Migrate now' : 'Try it out'}: {{ ref('${model.packageName}', '${model.name}', v='${latest}') }}.`
        : ''
    diagnostics.add({
      code: isPast ? 'graph/deprecated-reference' : 'graph/upcoming-deprecation',
      severity: 'warning',
      message: `While compiling '${member.name}': Found a reference to ${model.name}${suffix}, which ${isPast ? 'was deprecated' : 'is slated for deprecation'} on '${date}'. ${hint}`,
      facts: {
        model_name: member.name,
        ref_model_package: model.packageName,
        ref_model_name: model.name,
        ref_model_version: version,
        ref_model_latest_version: latest,
        ref_model_deprecation_date: date,
      },
    })
  }
}

function checkInputs(model: ModelNode, edges: Edges, diagnostics: Diagnostics): void {
  let isFiltered = false
  for (const id of edges.dependsOn.get(model.uniqueId) ?? []) {
    const input = edges.members.get(id)
    const eventTime = input?.config.get('event_time') ?? null
    if (!input || eventTime === null || eventTime === '' || eventTime === false) continue
    isFiltered = true
    if (typeof eventTime === 'string') continue
    diagnostics.add({
      code: 'project/invalid-config',
      kind: 'Parsing',
      message: `Microbatch model '${model.name}' depends on an input node '${input.name}' with an 'event_time' config of invalid (non-string) type: ${typeof eventTime}.`,
      node: model.uniqueId,
    })
  }
  if (isFiltered) return
  diagnostics.add({
    code: 'graph/unfiltered-microbatch',
    severity: 'warning',
    message: `The microbatch model '${model.name}' has no 'ref' or 'source' input with an 'event_time' configuration. \nThis means no filtering can be applied and can result in unexpected duplicate records in the resulting microbatch model.`,
    facts: { model_name: model.name },
  })
}
