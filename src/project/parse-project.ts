/**
 * Project files -> records: the second of the eight arrows.
 *
 *   files --> macros --> drafts (one per node with a file) --> properties --> patches, tests, sources, the rest --> nodes
 *
 * 1. Reads files and nothing else: no query, no time but the clock's for `created_at`.
 * 2. Mistakes are collected; what is at fault is left out, everything else is there.
 * 3. A node's own calls are read off its text where that is certain, and rendered in parse mode where it is not.
 */
import type { Diagnostics } from '../base/diagnostic.ts'
import type { Config } from '../config/config.ts'
import { dbtIgnore } from '../config/dbt-ignore.ts'
import { type ContextEffects, noEffects } from '../context/effects.ts'
import type { RunFacts } from '../context/run-facts.ts'
import { renderText } from '../template/template.ts'
import type { Builtins } from './builtins.ts'
import { checkNodes } from './check-nodes.ts'
import { Descriptions } from './descriptions.ts'
import { DocIndex } from './docs.ts'
import type { Draft } from './draft.ts'
import { draftModel } from './draft-model.ts'
import { finishNode } from './finish-node.ts'
import { type FileKind, findFiles } from './found-file.ts'
import { GenerateNames } from './generate-names.ts'
import { loadDescribed } from './load-described.ts'
import { loadDocs } from './load-docs.ts'
import { isEnabled, loadDrafts, withoutDuplicates } from './load-drafts.ts'
import { loadMacros, type PackageFiles } from './load-macros.ts'
import type { LoadedProperties } from './load-properties.ts'
import { loadProperties, yamlSnapshots } from './load-properties.ts'
import { loadSelectors } from './load-selectors.ts'
import { loadSources } from './load-sources.ts'
import { loadTests } from './load-tests.ts'
import { MacroCache } from './macro-cache.ts'
import { checkAnnotations, macroNode, macroPatches, validatesArguments } from './macro-node.ts'
import type { MacroRegistry } from './macro-registry.ts'
import type { GraphMember, MacroNode, ModelNode, Node, SourceNode, UnitTestNode } from './node.ts'
import { configComparison, NodeCalls } from './node-calls.ts'
import { NodeMaker } from './node-maker.ts'
import { ParseRenderer } from './parse-renderer.ts'
import { ParseWitness } from './parse-witness.ts'
import { inferPrimaryKey, type KeyTest } from './primary-key.ts'
import type { Project } from './project.ts'
import { projectPackages } from './project-package.ts'
import { runFacts } from './run-facts.ts'
import { settleUnitTest } from './unit-test-model.ts'

export interface ParseOptions {
  /** What was read of macro files before. */
  readonly macros?: MacroCache
  /** Is told what templates ask for. */
  readonly witness?: ParseWitness
  /** Where goes what templates tell while they are rendered in parse mode. */
  readonly effects?: ContextEffects
}

export function parseProject(
  config: Config,
  builtins: Builtins,
  diagnostics: Diagnostics,
  { macros = new MacroCache(), witness = new ParseWitness(), effects = noEffects }: ParseOptions = {},
): Project {
  const files = packageFiles(config)
  const registry = loadMacros(config, builtins, files, diagnostics, macros)
  const facts = parseFacts(config, effects)
  const renderer = new ParseRenderer(config, facts, registry, witness, draft => draftModel(draft, maker))
  const names = new GenerateNames(registry.namespace, config.target, {
    call: (macro, args) => renderer.callNameMacro(macro, args),
    codeSeen: () => renderer.noteCodeSeen(),
  })
  const maker = new NodeMaker(config, names, diagnostics)
  const calls = new NodeCalls({ renderer, registry, diagnostics, compared: configComparison(config) })
  const fileDrafts = loadDrafts(files, config, maker, calls)
  const docs = loadDocs(files, builtins, config, diagnostics)
  const properties = loadProperties(files, config, maker, owner => text => renderer.yamlText(text, owner))
  const drafts = withoutDuplicates([...fileDrafts, ...yamlSnapshots(properties, maker)], diagnostics)
  const { tests: attached } = loadTests(drafts, properties, { maker, renderer, calls })
  const sources = loadSources(properties, { maker, renderer, calls })
  for (const draft of drafts) if (draft.patch) draft.enabled = isEnabled(draft, maker)
  const all = withoutDuplicates([...drafts, ...attached, ...sources.tests], diagnostics)
  const descriptions = new Descriptions(new DocIndex(docs.values(), config.projectFile.name), renderer, diagnostics)
  const finished = finishAll(all, maker, calls, descriptions)
  const described = loadDescribed(properties, { files, config, maker, drafts })
  const unitTests = settleUnitTests(described.unitTests, finished, maker)
  const project: Project = {
    config,
    nodes: finished.nodes,
    sources: byId(sources.sources.filter(isOn).map(one => descriptions.source(one))),
    exposures: byId(described.exposures.filter(isOn).map(one => descriptions.exposure(one))),
    unitTests: byId(unitTests.enabled),
    semantics: byId(described.semantics.filter(isOn).map(one => descriptions.semantic(one))),
    groups: byId(described.groups),
    docs,
    macros: macroNodes(registry, properties, maker, descriptions),
    macroRegistry: registry,
    disabled: disabledById([
      ...finished.disabled,
      ...[...sources.sources, ...described.exposures, ...described.semantics].filter(one => !isOn(one)),
      ...unitTests.disabled,
    ]),
    selectors: loadSelectors(config, facts, witness, diagnostics),
  }
  checkNodes(project, maker)
  return project
}

/** What templates can take from the run while it is parsed. */
export function parseFacts(config: Config, effects = noEffects): RunFacts {
  return runFacts(config, { render: (text, scope) => renderText(text, scope), effects })
}

/** The files of the root project and of all packages, all or those of some kinds. */
export function packageFiles(config: Config, kinds?: readonly FileKind[]): PackageFiles {
  return new Map(
    projectPackages(config).map(owner => [
      owner,
      findFiles(owner, config.files, dbtIgnore(config.files, owner.folder), kinds),
    ]),
  )
}

interface Finished {
  readonly nodes: ReadonlyMap<string, Node>
  readonly disabled: readonly Node[]
}

function finishAll(drafts: readonly Draft[], maker: NodeMaker, calls: NodeCalls, descriptions: Descriptions): Finished {
  const nodes = new Map<string, Node>()
  const disabled: Node[] = []
  const keyTests = new Map<string, KeyTest[]>()
  const models: { readonly node: ModelNode; readonly draft: Draft }[] = []
  for (const draft of drafts) {
    const node = finishNode(draft, maker, (one, sql, configured) => calls.readHook(one, sql, configured))
    if (node.resourceType === 'test') noteKeyTest(node, draft.enabled, keyTests)
    if (!draft.enabled) disabled.push(node)
    else if (node.resourceType === 'model') {
      models.push({ node, draft })
      nodes.set(node.uniqueId, node)
    } else if (node.resourceType === 'function') nodes.set(node.uniqueId, node)
    else
      nodes.set(
        node.uniqueId,
        descriptions.node(node, () => draft.patch?.entry.at('description') ?? draft.place?.()),
      )
  }
  for (const { node, draft } of models) {
    const primaryKey = inferPrimaryKey(node.constraints, node.columns, keyTests.get(node.uniqueId) ?? [])
    const keyed = primaryKey.length > 0 ? Object.assign(node, { primaryKey }) : node
    nodes.set(
      node.uniqueId,
      descriptions.node(keyed, () => draft.patch?.entry.at('description')),
    )
  }
  return { nodes, disabled }
}

function noteKeyTest(
  test: Extract<Node, { resourceType: 'test' }>,
  enabled: boolean,
  into: Map<string, KeyTest[]>,
): void {
  const attached = test.generic?.attachedNode
  if (attached == null) return
  const known = into.get(attached)
  if (known) known.push({ test, enabled })
  else into.set(attached, [{ test, enabled }])
}

function settleUnitTests(
  tests: readonly UnitTestNode[],
  { nodes, disabled }: Finished,
  maker: NodeMaker,
): { readonly enabled: UnitTestNode[]; readonly disabled: UnitTestNode[] } {
  const settled = { enabled: [] as UnitTestNode[], disabled: [] as UnitTestNode[] }
  if (tests.length === 0) return settled
  const models = new Map<string, ModelNode[]>()
  for (const node of nodes.values()) {
    if (node.resourceType !== 'model') continue
    const key = `${node.packageName}\0${node.name}`
    models.set(key, [...(models.get(key) ?? []), node])
  }
  const source = {
    enabled: (name: string, packageName: string) => models.get(`${packageName}\0${name}`) ?? [],
    hasDisabled: (name: string, packageName: string) =>
      disabled.some(one => one.resourceType === 'model' && one.name === name && one.packageName === packageName),
  }
  for (const test of tests) {
    const result = settleUnitTest(test, source, maker)
    settled.enabled.push(...result.enabled)
    settled.disabled.push(...result.disabled)
  }
  return settled
}

function macroNodes(
  registry: MacroRegistry,
  properties: LoadedProperties,
  maker: NodeMaker,
  descriptions: Descriptions,
): ReadonlyMap<string, MacroNode> {
  const patches = macroPatches([...properties.entries('macros')], registry, maker)
  const nodes = new Map<string, MacroNode>()
  for (const source of registry.macros.values()) {
    const patch = patches.get(source.uniqueId)
    const validates = validatesArguments(source, maker.run.projectFile)
    const node = macroNode(source, registry, validates, patch)
    if (patch) {
      if (validates) checkAnnotations(source, patch, maker)
      Object.assign(
        node,
        descriptions.macro(node, () => patch.at('description')),
      )
    }
    nodes.set(source.uniqueId, node)
  }
  return nodes
}

function isOn(one: SourceNode | GraphMember): boolean {
  return one.config.get('enabled') !== false
}

function byId<T extends { readonly uniqueId: string }>(items: readonly T[]): ReadonlyMap<string, T> {
  return new Map(items.map(item => [item.uniqueId, item]))
}

function disabledById(members: readonly GraphMember[]): ReadonlyMap<string, readonly GraphMember[]> {
  const byUniqueId = new Map<string, GraphMember[]>()
  for (const member of members) {
    const known = byUniqueId.get(member.uniqueId)
    if (known) known.push(member)
    else byUniqueId.set(member.uniqueId, [member])
  }
  return byUniqueId
}
