/**
 * Levels of configuration -> the configuration of one node. Lowest first:
 *
 *   defaults < own project's section, root to leaf < `config:` in properties < `config()` in the file < root project's
 *   section, for nodes of other packages
 *
 * Pure: dicts that come in are not changed, values in them may be shared with the result.
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import { PyDict, typeName, type Value } from '../template/value.ts'
import {
  type ConfiguredType,
  callMergeRule,
  defaultConfig,
  type MergeRule,
  mergeRule,
  partDefaults,
} from './config-defaults.ts'
import type { ConfigTreeName, ConfigTrees } from './project-file.ts'

export interface ConfigLevels {
  readonly resourceType: ConfiguredType
  /** Package first: `['shop', 'staging', 'stg_orders']`. */
  readonly fqn: readonly string[]
  /** The section of the project that the node belongs to: `configTree(projectFile.trees, type)`. */
  readonly own: PyDict
  /** The root project's section when the node belongs to an installed package; otherwise `null`. */
  readonly root: PyDict | null
  /** `config:` of the node's entry in a properties file. */
  readonly properties: PyDict | null
  /** What `config()` calls gave, joined by `addConfigCall`. */
  readonly call: PyDict
}

const treeOfType: Readonly<Record<ConfiguredType, ConfigTreeName>> = {
  model: 'models',
  analysis: 'models',
  operation: 'models',
  sql_operation: 'models',
  group: 'models',
  seed: 'seeds',
  snapshot: 'snapshots',
  source: 'sources',
  test: 'data_tests',
  metric: 'metrics',
  semantic_model: 'semantic-models',
  saved_query: 'saved-queries',
  exposure: 'exposures',
  unit_test: 'unit_tests',
  function: 'functions',
}

/** The section of a project file that configures a resource type. dbt configures analyses by `models`. */
export function configTree(trees: ConfigTrees, type: ConfiguredType): PyDict {
  return trees[treeOfType[type]]
}

/**
 * The section that `unrendered_config` is read from. dbt reads that of functions among models, and looks for semantic
 * models and saved queries under names that a project file does not have.
 */
export function writtenTree(trees: ConfigTrees, type: ConfiguredType): PyDict {
  if (type === 'semantic_model' || type === 'saved_query') return noTree
  return type === 'function' ? trees.models : configTree(trees, type)
}

const noTree = new PyDict()

/**
 * The whole configuration: every known key in dbt's order, then what else was set.
 * @throws DiagnosticError `config/bad-config` when a value has the wrong type for its key
 */
export function mergeConfig(levels: ConfigLevels): PyDict {
  const type = levels.resourceType
  const result = defaultConfig(type)
  for (const level of inOrder(levels)) {
    for (const [written, value] of inMergeOrder(level)) {
      const key = hookName(written)
      const rule = typeof key === 'string' ? mergeRule(type, key) : undefined
      const before = result.get(key)
      result.set(key, rule && before !== undefined ? merged(rule, String(key), before, value) : value)
    }
  }
  return finished(type, result)
}

/**
 * The one key of the adapter's own comes before what else is not known, in each level; of two spellings of a hook in one
 * level the one with an underscore counts.
 */
function inMergeOrder(level: PyDict): Iterable<readonly [Value, Value]> {
  const indexes = level.get('indexes')
  const doubled = ['pre', 'post'].filter(one => level.has(`${one}_hook`) && level.has(`${one}-hook`))
  if (indexes === undefined && doubled.length === 0) return level
  const entries = [...level].filter(([key]) => !doubled.some(one => key === `${one}-hook`))
  return indexes === undefined ? entries : [['indexes', indexes], ...entries]
}

/** The same levels as written: later ones replace, nothing is filled in. */
export function mergeUnrenderedConfig(levels: ConfigLevels): PyDict {
  const result = new PyDict()
  for (const level of inOrder(levels)) for (const [key, value] of level) result.set(key, value)
  return result
}

/** Joins the options of one more `config()` call of the same file into `calls`, which is changed. */
export function addConfigCall(calls: PyDict, options: PyDict): void {
  if (calls.size === 0) {
    for (const [key, value] of options) calls.set(key, value)
    return
  }
  for (const [key, value] of options) {
    const rule = typeof key === 'string' ? callMergeRule(key) : undefined
    calls.set(key, rule ? joinedCalls(rule, String(key), calls.get(key), value) : value)
  }
}

function joinedCalls(rule: MergeRule, key: string, before: Value | undefined, value: Value): Value {
  switch (rule) {
    case 'append':
      return [...(before === undefined ? [] : listed(before)), ...listed(value)]
    case 'update':
      return before instanceof PyDict ? merged(rule, key, before, value) : checkedDict(key, value)
    case 'grants': {
      const grants = new PyDict()
      if (before instanceof PyDict) for (const [role, names] of before) grants.set(role, [...listed(names)])
      for (const [role, names] of checkedDict(key, value)) {
        const extended = typeof role === 'string' && role.startsWith('+') ? listed(grants.get(role) ?? []) : []
        grants.set(role, [...extended, ...listed(names)])
      }
      return grants
    }
  }
}

function* inOrder(levels: ConfigLevels): Iterable<PyDict> {
  yield* alongFqn(levels.own, levels.fqn)
  if (levels.properties) yield levels.properties
  yield levels.call
  if (levels.root) yield* alongFqn(levels.root, levels.fqn)
}

function* alongFqn(tree: PyDict, fqn: readonly string[]): Iterable<PyDict> {
  yield settingsOf(tree)
  let level = tree
  for (const name of fqn) {
    const next = level.get(name)
    if (!(next instanceof PyDict)) return
    yield settingsOf(next)
    level = next
  }
}

const knownSettings = new WeakMap<PyDict, PyDict>()

/** The keys of a section's level that are configuration and not folders: `+key` always, `key` unless its value is a dict. */
function settingsOf(level: PyDict): PyDict {
  const known = knownSettings.get(level)
  if (known) return known
  const settings = new PyDict()
  for (const [key, value] of level) {
    if (typeof key === 'string' && key.startsWith('+')) settings.set(key.slice(1).trim(), value)
    else if (!(value instanceof PyDict)) settings.set(key, value)
  }
  knownSettings.set(level, settings)
  return settings
}

function hookName(key: Value): Value {
  if (key === 'pre_hook') return 'pre-hook'
  return key === 'post_hook' ? 'post-hook' : key
}

function merged(rule: MergeRule, key: string, before: Value, value: Value): Value {
  switch (rule) {
    case 'append':
      return [...listed(before), ...listed(value)]
    case 'update': {
      const result = checkedDict(key, before).copy()
      for (const [name, item] of checkedDict(key, value)) result.set(name, item)
      return result
    }
    case 'grants':
      return mergedGrants(checkedDict(key, before), checkedDict(key, value))
  }
}

function mergedGrants(before: PyDict, value: PyDict): PyDict {
  const grants = new PyDict()
  for (const [role, names] of before) grants.set(role, listed(names))
  for (const [written, names] of value) {
    const extend = typeof written === 'string' && written.startsWith('+')
    const role = extend ? written.replace(/^\++/, '') : written
    grants.set(role, extend ? [...listed(grants.get(role) ?? []), ...listed(names)] : [...listed(names)])
  }
  return grants
}

function listed(value: Value): Value[] {
  return Array.isArray(value) ? value : [value]
}

function checkedDict(key: string, value: Value): PyDict {
  if (value instanceof PyDict) return value
  throw new DiagnosticError({
    code: 'config/bad-config',
    kind: 'Parsing',
    message: `The config "${key}" must be a dictionary, but a value of type "${typeName(value)}" was given`,
  })
}

/** Brings values into the form that they have in the manifest. */
function finished(type: ConfiguredType, config: PyDict): PyDict {
  for (const key of ['pre-hook', 'post-hook']) {
    const hooks = config.get(key)
    if (Array.isArray(hooks)) config.set(key, hooks.map(hookDict))
  }
  for (const key of ['docs', 'contract', 'snapshot_meta_column_names', 'freshness', 'cache']) {
    const value = config.get(key)
    const parts = value instanceof PyDict ? partDefaults(type, key) : undefined
    if (value instanceof PyDict && parts) config.set(key, filledIn(parts, value))
  }
  const tags = config.get('tags')
  if ((type === 'source' || type === 'exposure') && typeof tags === 'string') config.set('tags', [tags])
  const analysis = config.get('static_analysis')
  if (typeof analysis === 'boolean') config.set('static_analysis', analysis ? 'on' : 'off')
  if (type === 'test') settleStoreFailures(config)
  if (type === 'model') settleFreshness(config)
  return config
}

/** A record of known keys: those that are missing have their defaults, others are dropped. */
function filledIn(parts: PyDict, value: PyDict): PyDict {
  for (const [key, part] of [...parts]) {
    const item = value.get(key)
    if (item !== undefined)
      parts.set(key, part instanceof PyDict && item instanceof PyDict ? filledIn(part, item) : item)
  }
  return parts
}

/** A model's freshness is about when it is built; what sources say under the same key means nothing there. */
function settleFreshness(config: PyDict): void {
  const freshness = config.get('freshness')
  const after = freshness instanceof PyDict ? freshness.get('build_after') : undefined
  if (after === undefined) config.set('freshness', null)
  else if (after instanceof PyDict) {
    const parts = PyDict.of({ count: null, period: null, updates_on: 'any' })
    config.set('freshness', PyDict.of({ build_after: filledIn(parts, after) }))
  }
}

/** A hook is SQL, or a dict, or the JSON text of one, which `before_begin()` and `after_commit()` write. */
function hookDict(hook: Value): Value {
  const dict = hook instanceof PyDict ? hook : (jsonDict(hook) ?? PyDict.of({ sql: hook }))
  const result = PyDict.of({ sql: null, transaction: true, index: null })
  for (const [key, value] of dict) result.set(key, value)
  return result
}

function jsonDict(hook: Value): PyDict | undefined {
  if (typeof hook !== 'string' || !hook.trimStart().startsWith('{')) return undefined
  try {
    const data: unknown = JSON.parse(hook)
    if (typeof data !== 'object' || data === null) return undefined
    return PyDict.of(Object.entries(data))
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** `store_failures_as` decides; without it `store_failures` does. */
function settleStoreFailures(config: PyDict): void {
  const as = config.get('store_failures_as') ?? null
  const store = config.get('store_failures') ?? null
  if (as === null) config.set('store_failures_as', store === null ? null : store === true ? 'table' : 'ephemeral')
  else config.set('store_failures', as !== 'ephemeral')
}
