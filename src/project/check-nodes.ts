/** What can be said of nodes only when all are there: names and relations told twice, configuration that cannot work. */

import type { ConfigTreeName } from '../config/project-file.ts'
import { unusedConfigPaths } from '../config/unused-config.ts'
import { ambiguousAlias } from './duplicate-names.ts'
import { buildsInBatches, microbatchProblem } from './microbatch.ts'
import type { FunctionNode, GraphMember, ModelNode, Node, ResourceType } from './node.ts'
import type { NodeMaker } from './node-maker.ts'
import type { Project } from './project.ts'

export function checkNodes(project: Project, maker: NodeMaker): void {
  const relations = new Map<string, Node>()
  const names = new Map<string, Node>()
  checkSpaces(project, maker)
  const inBatches = buildsInBatches(project.config, project.macroRegistry.namespace)
  for (const node of project.nodes.values()) {
    if (node.resourceType === 'snapshot') checkSnapshot(node, maker)
    if (node.resourceType === 'model') checkModel(node, inBatches, maker)
    if (node.resourceType === 'function') checkArguments(node, maker)
    if (node.relationName !== null || isEphemeral(node)) checkUnique(node, relations, names, maker)
  }
  // What is at fault may be what the path was for.
  if (!maker.diagnostics.hasErrors) warnUnusedPaths(project, maker)
}

function isEphemeral(node: Node): boolean {
  return node.config.get('materialized') === 'ephemeral'
}

/** One warning for all of them, with the first by name; an error names all. */
function checkSpaces(project: Project, maker: NodeMaker): void {
  const spaced = [...project.nodes.values()].filter(node => node.name.includes(' '))
  const [first] = spaced
  if (!first) return
  const { debug } = maker.run.flags
  if (maker.run.projectFile.behaviour.requireResourceNamesWithoutSpaces) {
    const shown = spaced.map(one => `  * '${one.uniqueId}' (${one.originalFilePath})`).join('\n')
    maker.report({
      code: 'project/name-with-space',
      kind: 'Runtime',
      message: `Resource names cannot contain spaces:\n${shown}\nPlease rename the invalid model(s) so that their name(s) do not contain any spaces.`,
    })
    return
  }
  for (const node of debug ? spaced : [first]) {
    maker.report({
      code: 'project/name-with-space',
      severity: 'warning',
      kind: 'Validation',
      message: `Found spaces in the name of \`${node.uniqueId}\``,
      facts: { unique_id: node.uniqueId, level: 'warn' },
    })
  }
  const hint = debug ? '' : ' Run again with `--debug` to see them all.'
  maker.report({
    code: 'project/spaced-names',
    severity: 'warning',
    kind: 'Validation',
    message: `Spaces found in ${spaced.length} resource name(s). This is deprecated, and may lead to errors when using dbt.${hint} For more information: https://docs.getdbt.com/reference/global-configs/legacy-behaviors`,
    facts: { count_invalid_names: spaced.length, level: '', show_debug_hint: !debug },
  })
}

function checkUnique(node: Node, relations: Map<string, Node>, names: Map<string, Node>, maker: NodeMaker): void {
  if (node.resourceType !== 'test') checkName(node, names, maker)
  const relation = node.relationName ?? `"${node.database}"."${node.schema}"."${node.alias}"`
  const same = relations.get(relation)
  if (same) maker.report(ambiguousAlias(same, node, relation))
  else relations.set(relation, node)
}

function checkName(node: Node, names: Map<string, Node>, maker: NodeMaker): void {
  const isVersioned = node.resourceType === 'model' && node.version !== null
  const key = `${node.packageName}\0${node.name}\0${isVersioned}`
  const other = names.get(`${node.packageName}\0${node.name}\0${!isVersioned}`)
  if (other) {
    const [versioned, plain] = isVersioned ? [node, other] : [other, node]
    maker.report({
      code: 'project/duplicate-name',
      kind: 'Parsing',
      message: `dbt found versioned and unversioned models with the name "${node.name}".

Since these resources have the same name, dbt will be unable to find the correct resource
when looking for ref('${node.name}').

To fix this, change the name of the unversioned resource
${plain.uniqueId} (${plain.originalFilePath})
or add the unversioned model to the versions in ${versioned.patchPath}`,
      node: plain.uniqueId,
    })
  }
  const twin = names.get(key)
  if (twin && !isVersioned) reportTwin(twin, node, maker)
  names.set(key, node)
}

function reportTwin(first: Node, second: Node, maker: NodeMaker): void {
  if (maker.run.projectFile.behaviour.requireUniqueProjectResourceNames) {
    const kinds = first.resourceType === second.resourceType ? `${first.resourceType}s` : 'resources'
    maker.report({
      code: 'project/duplicate-name',
      message: `dbt found two ${kinds} with the name "${first.name}".

Since these resources have the same name, dbt will be unable to find the correct resource
when looking for ref("${first.name}").

To fix this, change the name of one of these resources:
- ${first.uniqueId} (${first.originalFilePath})
- ${second.uniqueId} (${second.originalFilePath})`,
    })
    return
  }
  maker.report({
    code: 'project/same-name',
    severity: 'warning',
    message: `Found resources with the same name '${second.name}' in package '${second.packageName}': '${first.uniqueId}' and '${second.uniqueId}'. Please update one of the resources to have a unique name.`,
    node: second.uniqueId,
    facts: {
      resource_name: second.name,
      unique_id1: first.uniqueId,
      unique_id2: second.uniqueId,
      package_name: second.packageName,
    },
  })
}

function checkModel(node: Extract<Node, { resourceType: 'model' }>, inBatches: boolean, maker: NodeMaker): void {
  const { config } = node
  const report = (message: string): void =>
    maker.report({ code: 'project/invalid-config', kind: 'Parsing', message, node: node.uniqueId })
  const onChange = config.get('on_schema_change')
  if (node.contract.enforced) {
    warnOfConstraints(node, maker)
    if (node.columns.size === 0 || node.language !== 'sql') {
      const problems = [
        node.columns.size === 0
          ? 'Constraints must be defined in a `yml` schema configuration file like `schema.yml`.'
          : '',
        node.language === 'sql' ? '' : `Language Error: Expected 'sql' but found '${node.language}'`,
      ].filter(one => one !== '')
      if (node.patchPath !== null) {
        report(`Contract enforcement failed for: (${node.originalFilePath})\n${problems.join('\n')}`)
      }
    }
    if (config.get('materialized') === 'incremental' && onChange !== 'append_new_columns' && onChange !== 'fail') {
      report(
        `Invalid value for on_schema_change: ${String(onChange)}. Models materialized as incremental with contracts enabled must set on_schema_change to 'append_new_columns' or 'fail'`,
      )
    }
  }
  checkPrimaryKey(node, report)
  const problem = inBatches ? microbatchProblem(node) : undefined
  if (problem !== undefined) report(problem)
}

function checkArguments(node: FunctionNode, maker: NodeMaker): void {
  const first = node.arguments.findIndex(one => one.default !== null)
  const plain = first < 0 ? undefined : node.arguments.find((one, index) => index > first && one.default === null)
  if (!plain) return
  maker.report({
    code: 'project/invalid-entry',
    kind: 'Parsing',
    message: `Non-defaulted argument '${plain.name}' of function '${node.name}' comes after a defaulted argument. Non-defaulted arguments cannot come after defaulted arguments. `,
    node: node.uniqueId,
  })
}

/** A view has no constraints, nor has an ephemeral model. Of those of the whole model dbt does not warn. */
function warnOfConstraints(node: ModelNode, maker: NodeMaker): void {
  const materialized = String(node.config.get('materialized'))
  if (materialized === 'table' || materialized === 'incremental') return
  const constraints = Array.from(node.columns.values(), one => one.constraints).flat()
  if (!constraints.some(one => one.warnUnsupported)) return
  maker.report({
    code: 'project/unsupported-constraint',
    severity: 'warning',
    kind: 'Parsing',
    message: `Constraint types are not supported for ${materialized} materializations and will be ignored.  Set 'warn_unsupported: false' on this constraint to ignore this warning.`,
    node: node.uniqueId,
    facts: { materialized },
  })
}

function checkPrimaryKey(node: Extract<Node, { resourceType: 'model' }>, report: (message: string) => void): void {
  const keyed = [...node.columns.values()].filter(one => one.constraints.some(it => it.type === 'primary_key'))
  const problems: string[] = []
  if (keyed.length > 1) {
    const names = keyed.map(one => `'${one.name}'`).join(', ')
    problems.push(
      `Found ${keyed.length} columns ([${names}]) with primary key constraints defined. Primary keys for multiple columns must be defined as a model level constraint.`,
    )
  }
  if (keyed.length > 0 && node.constraints.some(one => one.type === 'primary_key')) {
    problems.push(
      'Primary key constraints defined at the model level and the columns level. Primary keys can be defined at the model level or the column level, not both.',
    )
  }
  if (problems.length > 0) report(`Primary key constraint error: (${node.originalFilePath})\n${problems.join('\n')}`)
}

function checkSnapshot(node: Node, maker: NodeMaker): void {
  const message = snapshotProblem(node)
  if (message === undefined) return
  maker.report({ code: 'project/invalid-config', kind: 'Validation', message, node: node.uniqueId })
}

function snapshotProblem({ config }: Node): string | undefined {
  const strategy = config.get('strategy') ?? null
  const checkCols = config.get('check_cols') ?? null
  const isSet = (value: unknown): boolean =>
    value !== null && value !== '' && !(Array.isArray(value) && value.length === 0)
  if (!isSet(strategy) || !isSet(config.get('unique_key') ?? null)) {
    return "Snapshots must be configured with a 'strategy' and 'unique_key'."
  }
  if (strategy === 'check') {
    if (!isSet(checkCols)) {
      return 'A snapshot configured with the check strategy must specify a check_cols configuration.'
    }
    if (typeof checkCols === 'string' && checkCols !== 'all') {
      return `Invalid value for 'check_cols': ${checkCols}. Expected 'all' or a list of strings.`
    }
  } else if (strategy === 'timestamp') {
    if (!isSet(config.get('updated_at') ?? null)) {
      return 'A snapshot configured with the timestamp strategy must specify an updated_at configuration.'
    }
    if (isSet(checkCols)) return "A 'timestamp' snapshot should not have 'check_cols'"
  }
  return config.get('materialized') === 'snapshot'
    ? undefined
    : "A snapshot must have a materialized value of 'snapshot'"
}

const typesOf: Readonly<Record<ConfigTreeName, readonly ResourceType[]>> = {
  models: ['model'],
  seeds: ['seed'],
  snapshots: ['snapshot'],
  sources: ['source'],
  data_tests: ['test'],
  unit_tests: ['unit_test'],
  analyses: ['analysis'],
  exposures: ['exposure'],
  metrics: ['metric'],
  'semantic-models': ['semantic_model'],
  'saved-queries': ['saved_query'],
  functions: ['function'],
}

function warnUnusedPaths(project: Project, maker: NodeMaker): void {
  const { trees, file } = maker.run.projectFile
  const fqns = new Map<ResourceType, (readonly string[])[]>()
  const note = (member: GraphMember): void => {
    const known = fqns.get(member.resourceType)
    if (known) known.push(member.fqn)
    else fqns.set(member.resourceType, [member.fqn])
  }
  for (const members of [project.nodes, project.sources, project.exposures, project.unitTests, project.semantics]) {
    for (const member of members.values()) note(member)
  }
  for (const members of project.disabled.values()) members.forEach(note)
  const unused = unusedConfigPaths(trees, name => typesOf[name].flatMap(type => fqns.get(type) ?? []))
  if (unused.length === 0) return
  maker.report({
    code: 'project/unused-config',
    severity: 'warning',
    kind: 'Validation',
    message: `Configuration paths exist in your ${file.path.split('/').at(-1)} file which do not apply to any resources.\nThere are ${unused.length} unused configuration paths:\n${unused.map(one => `- ${one}`).join('\n')}`,
  })
}
