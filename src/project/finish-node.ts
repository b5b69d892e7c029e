/** A draft and what properties files say about it -> the finished node, its configuration joined, its names decided. */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { Place } from '../base/source-file.ts'
import { createRelation } from '../context/relation.ts'
import { boolIn, dictIn, textIn, textsIn } from '../template/dict-access.ts'
import { str } from '../template/repr.ts'
import { PyDict, type Value } from '../template/value.ts'
import { CapturedCalls } from './captured-calls.ts'
import { contractChecksum } from './contract.ts'
import type { Draft } from './draft.ts'
import { foreignKeys } from './foreign-keys.ts'
import type { NamedPlace } from './generate-names.ts'
import { beginOf, isMicrobatch } from './microbatch.ts'
import type { Contract, Docs, ModelNode, Node, RefCall, SourceCall } from './node.ts'
import { nodeJson, noFacts } from './node-json.ts'
import type { MergedConfig, NodeMaker, WrittenLevels } from './node-maker.ts'
import { readCallText } from './static-calls.ts'

/** Renders a hook of a node in parse mode; its calls are added to the draft's. `node` is there once it is configured. */
export type ReadHook = (draft: Draft, sql: string, node?: () => Node) => void

/** Common to all kinds of node. */
type Shared = Omit<ModelNode, 'resourceType' | ModelFields>
type ModelFields =
  | 'access'
  | 'constraints'
  | 'version'
  | 'latestVersion'
  | 'deprecationDate'
  | 'primaryKey'
  | 'timeSpine'

export function finishNode(draft: Draft, maker: NodeMaker, readHook: ReadHook): Node {
  const joined = configOf(draft, maker)
  const merged = { ...joined, config: withWholeBegin(joined.config) }
  const { config } = merged
  readHooks(draft, merged, maker, readHook)
  const bare = sharedFields(draft, merged, maker)
  const place = placeOf(draft, config, bare, maker)
  const relation = { relationName: relationName(draft, config, place, maker) }
  return asKind(draft, Object.assign(bare, place, relation), maker)
}

/** The node as it is before its hooks are read and its names are decided. */
export function unplacedNode(draft: Draft, maker: NodeMaker): Node {
  return asKind(draft, sharedFields(draft, configOf(draft, maker), maker), maker)
}

/** dbt reads the `begin` of a microbatch model as a date and time, and prints it so. */
function withWholeBegin(config: PyDict): PyDict {
  const begin = isMicrobatch({ config }) ? beginOf({ config }) : undefined
  return begin ? config.copy().set('begin', begin.iso()) : config
}

/** The configuration alone: what decides whether the node is enabled. */
export function configOf(draft: Draft, maker: NodeMaker): MergedConfig {
  const { patch, calls, fqn, owner, resourceType } = draft
  let properties = patch?.config ?? null
  if (draft.language === 'python' && resourceType === 'model' && !properties?.has('materialized')) {
    properties = PyDict.of([...(properties ?? []), ['materialized', 'table'] as const])
  }
  const at = (): Place => patch?.entry.at('config') ?? { file: draft.file, start: 0, end: 0 }
  const isWritten = maker.run.projectFile.behaviour.stateModifiedCompareMoreUnrenderedValues
  return maker.config(
    resourceType,
    owner,
    fqn,
    properties,
    calls.config,
    at,
    isWritten ? writtenLevels(draft) : undefined,
  )
}

/** dbt falls back on what the calls gave when none was read off the text. */
function writtenLevels({ patch, calls }: Draft): WrittenLevels {
  const { writtenConfig: call } = calls
  return { ...(patch && { properties: patch.writtenConfig() }), ...(call && call.size > 0 && { call }) }
}

/** dbt renders hooks once for the file and once more when a properties file configures the node. */
function readHooks(draft: Draft, merged: MergedConfig, maker: NodeMaker, readHook: ReadHook): void {
  if (draft.resourceType === 'test') return
  const { config } = merged
  const configured = (): Node => {
    const fields = { ...sharedFields(draft, merged, maker), description: '', columns: new Map() }
    return asKind(draft, fields, maker)
  }
  for (const key of ['pre-hook', 'post-hook']) {
    const hooks = config.get(key)
    if (!Array.isArray(hooks)) continue
    for (const hook of hooks) {
      const sql = hook instanceof PyDict ? hook.get('sql') : undefined
      if (typeof sql !== 'string' || !sql.includes('{')) continue
      readHook(draft, sql)
      if (draft.patch && draft.patch.config.size > 0) readHook(draft, sql, configured)
    }
  }
  if (draft.resourceType === 'seed') refuseDependencies(draft, config)
}

/** Seeds come first of all, whatever their hooks mention. */
function refuseDependencies({ calls, uniqueId }: Draft, config: PyDict): void {
  if (calls.refs.length + calls.sources.length + calls.metrics.length === 0) return
  const hooks = ['pre-hook', 'post-hook'].flatMap(key => {
    const list = config.get(key)
    const sqlOf = (hook: Value): string => (hook instanceof PyDict ? str(hook.get('sql') ?? '') : '')
    return Array.isArray(list) ? list.map(hook => `- ${key.replace('-', '_')}: ${sqlOf(hook)}`) : []
  })
  throw new DiagnosticError({
    code: 'project/seed-dependency',
    kind: 'Parsing',
    message: `Seeds cannot depend on other nodes. dbt detected a seed with a pre- or post-hook\nthat calls 'ref', 'source', or 'metric', either directly or indirectly via other macros.\n\nError raised for '${uniqueId}', which has these hooks defined:\n${hooks.join('\n')}`,
    hint: 'write the name of the relation, or move the statement to a model that depends on both',
    node: uniqueId,
  })
}

function sharedFields(draft: Draft, { config, unrendered }: MergedConfig, maker: NodeMaker): Shared {
  const { patch, calls, owner } = draft
  const isTest = draft.resourceType === 'test'
  return {
    uniqueId: draft.uniqueId,
    name: draft.name,
    packageName: owner.name,
    path: draft.path,
    originalFilePath: draft.originalFilePath,
    fqn: draft.fqn,
    description: patch?.description ?? draft.description ?? '',
    meta: dictIn(config, 'meta'),
    tags: tagsOf(draft, config, maker),
    createdAtMs: draft.createdAtMs,
    file: draft.file,
    database: maker.targetDatabase,
    schema: maker.run.target.schema,
    alias: draft.name,
    checksum: draft.checksum,
    config,
    unrenderedConfig: unrendered,
    columns: patch && !isTest ? patch.columns : new Map(),
    docs: docsOf(config),
    group: draft.attachedGroup === undefined ? textIn(config, 'group') : draft.attachedGroup,
    patchPath: patch?.path ?? null,
    language: draft.language,
    rawCode: draft.rawCode,
    codeOffset: draft.codeOffset,
    refs: calls.refs.slice(),
    sources: calls.sources.slice(),
    metrics: calls.metrics,
    functions: calls.functions,
    macros: [...calls.macros],
    docBlocks: [],
    contract: contractOf(config),
    relationName: null,
  }
}

/** Tags of the file and the project come first, what a properties file adds comes last. */
function tagsOf(draft: Draft, config: PyDict, maker: NodeMaker): readonly string[] {
  const { patch, calls } = draft
  const all = textsIn(config, 'tags')
  if (!patch?.config.has('tags')) return [...new Set([...draft.firstTags, ...all])]
  const without = maker.config(draft.resourceType, draft.owner, draft.fqn, null, calls.config).config
  return [...new Set([...draft.firstTags, ...textsIn(without, 'tags'), ...all])]
}

function docsOf(config: PyDict): Docs {
  const docs = dictIn(config, 'docs')
  return { show: boolIn(docs, 'show') ?? true, nodeColor: textIn(docs, 'node_color') }
}

function contractOf(config: PyDict): Contract {
  const contract = dictIn(config, 'contract')
  return {
    enforced: boolIn(contract, 'enforced') ?? false,
    aliasTypes: boolIn(contract, 'alias_types') ?? true,
    checksum: null,
  }
}

function placeOf(
  draft: Draft,
  config: PyDict,
  bare: Shared,
  maker: NodeMaker,
): { readonly database: string | null; readonly schema: string; readonly alias: string } {
  const node = {
    name: draft.name,
    packageName: draft.owner.name,
    version: draft.patch?.version ?? null,
    record: () => nodeJson(asKind(draft, { ...bare }, maker), noFacts),
  }
  const custom = (key: string): Value => config.get(key) ?? null
  let place: NamedPlace
  try {
    place = maker.names.place(node, {
      database: custom('database'),
      schema: custom('schema'),
      alias: custom('alias'),
    })
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error
    maker.report({ ...error.diagnostic, node: draft.uniqueId })
    place = { database: maker.targetDatabase, schema: maker.run.target.schema, alias: draft.name }
  }
  const snapshot = draft.resourceType === 'snapshot'
  return {
    database: (snapshot && textIn(config, 'target_database')) || place.database,
    schema: (snapshot && textIn(config, 'target_schema')) || (place.schema ?? ''),
    alias: place.alias ?? draft.name,
  }
}

function relationName(
  draft: Draft,
  config: PyDict,
  place: { readonly database: string | null; readonly schema: string; readonly alias: string },
  maker: NodeMaker,
): string | null {
  if (!hasRelation(draft, config, maker)) return null
  const { database, schema, alias } = place
  return createRelation({ database, schema, identifier: alias }, { quoting: maker.quoting }).str()
}

function hasRelation(draft: Draft, config: PyDict, maker: NodeMaker): boolean {
  switch (draft.resourceType) {
    case 'model':
    case 'seed':
    case 'snapshot':
      return config.get('materialized') !== 'ephemeral'
    case 'test': {
      const stores = config.get('store_failures')
      return stores === true || maker.run.flags.storeFailures
    }
    default:
      return false
  }
}

/** Adds a kind's own fields to the shared ones, in place: copying thirty fields a node is what takes time here. */
function asKind(draft: Draft, shared: Shared, maker: NodeMaker): Node {
  const { resourceType } = draft
  switch (resourceType) {
    case 'model':
      return asModel(draft, shared, maker)
    case 'seed':
      return Object.assign(shared, { resourceType, rootPath: draft.owner.folder })
    case 'operation': {
      const { when = 'on-run-start', index = 0 } = draft.hook ?? {}
      return Object.assign(shared, { resourceType, hook: when, index })
    }
    case 'test':
      return Object.assign(shared, { resourceType, generic: draft.generic ?? null })
    case 'function':
      return Object.assign(shared, {
        resourceType,
        arguments: draft.patch?.arguments ?? [],
        returns: draft.patch?.returns ?? { dataType: 'INVALID_TYPE', description: null },
      })
    default:
      return Object.assign(shared, { resourceType })
  }
}

const accesses = ['private', 'protected', 'public'] as const

function asModel(draft: Draft, shared: Shared, maker: NodeMaker): ModelNode {
  const { patch } = draft
  const written = shared.config.get('access') ?? 'protected'
  const access = accesses.find(one => one === written)
  if (!access) {
    maker.report({
      code: 'project/invalid-access',
      kind: 'Parsing',
      message: `Node ${draft.uniqueId} has an invalid value (${String(written)}) for the access field`,
      hint: `use one of ${accesses.join(', ')}`,
      node: draft.uniqueId,
      ...(patch && { at: patch.entry.at('access') }),
    })
  }
  const constraints = patch?.constraints ?? []
  const foreign = foreignCalls(draft, maker)
  const materialized = textIn(shared.config, 'materialized') ?? 'view'
  const checksum = patch && shared.contract.enforced ? contractChecksum(patch.columns, constraints, materialized) : null
  return Object.assign(shared, {
    resourceType: 'model' as const,
    refs: foreign.refs.length > 0 ? [...shared.refs, ...foreign.refs] : shared.refs,
    sources: foreign.sources.length > 0 ? [...shared.sources, ...foreign.sources] : shared.sources,
    contract: { ...shared.contract, checksum },
    access: access ?? 'protected',
    constraints,
    version: patch?.version ?? null,
    latestVersion: patch?.latestVersion ?? null,
    deprecationDate: patch?.deprecationDate ?? null,
    primaryKey: [],
    timeSpine: patch?.timeSpine ?? null,
  })
}

/** What foreign keys point to are dependencies, too. dbt reads those of a version twice, and its manifest shows them so. */
function foreignCalls(
  draft: Draft,
  maker: NodeMaker,
): { readonly refs: readonly RefCall[]; readonly sources: readonly SourceCall[] } {
  const { patch } = draft
  if (!patch) return { refs: [], sources: [] }
  const calls = new CapturedCalls()
  for (const { to } of foreignKeys(patch)) {
    if (to === null || readCallText(to, calls)) continue
    maker.report({
      code: 'project/invalid-constraint',
      kind: 'Parsing',
      message: `Invalid 'ref' or 'source' syntax on foreign key constraint 'to' on model ${draft.name}: ${to}.`,
      at: patch.entry.at('constraints'),
      node: draft.uniqueId,
    })
  }
  if (patch.version === null) return calls
  return { refs: [...calls.refs, ...calls.refs], sources: [...calls.sources, ...calls.sources] }
}
