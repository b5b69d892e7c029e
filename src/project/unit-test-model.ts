/** Finds the model of every unit test; a test of a model with versions becomes one test per version. */
import { PyDict, type Value } from '../template/value.ts'
import type { ModelNode, UnitTestNode } from './node.ts'
import type { NodeMaker } from './node-maker.ts'

export interface ModelSource {
  /** Enabled models of one name, all versions, in order; of the package. */
  enabled(name: string, packageName: string): readonly ModelNode[]
  /** There is a disabled model of that name in the package. */
  hasDisabled(name: string, packageName: string): boolean
}

export interface SettledUnitTests {
  readonly enabled: readonly UnitTestNode[]
  readonly disabled: readonly UnitTestNode[]
}

const none: SettledUnitTests = { enabled: [], disabled: [] }

export function settleUnitTest(test: UnitTestNode, models: ModelSource, maker: NodeMaker): SettledUnitTests {
  const isEnabled = test.config.get('enabled') !== false
  if (!isEnabled) return { enabled: [], disabled: [test] }
  const [name = '', version] = test.model.split(/\s+/)
  const all = models.enabled(name, test.packageName)
  const latest = all.find(one => one.version === null || one.version === one.latestVersion) ?? all[0]
  const model = version === undefined ? latest : all.find(one => String(one.version) === version)
  if (!model) {
    if (models.hasDisabled(name, test.packageName)) return { enabled: [], disabled: [disabled(test)] }
    report(
      test,
      maker,
      `Unable to find model '${test.packageName}.${test.model}' for unit test '${test.name}' in ${test.originalFilePath}`,
    )
    return none
  }
  if (!checkIncremental(test, model, maker)) return none
  return model.version === null ? ofPlainModel(test, model, maker) : ofVersions(test, model, all, maker)
}

function disabled(test: UnitTestNode): UnitTestNode {
  return { ...test, config: test.config.copy().set('enabled', false) }
}

function report(test: UnitTestNode, maker: NodeMaker, message: string): void {
  maker.report({
    code: 'project/unit-test',
    kind: 'Parsing',
    message,
    node: test.uniqueId,
    ...(test.at && { at: test.at }),
  })
}

/** A test of a model that asks `is_incremental()` says which answer it gets, and what `this` holds then. */
function checkIncremental(test: UnitTestNode, model: ModelNode, maker: NodeMaker): boolean {
  if (!model.macros.includes('macro.dbt.is_incremental')) return true
  const override = test.overrides?.macros.get('is_incremental')
  if (typeof override !== 'boolean') {
    report(
      test,
      maker,
      `Boolean override for 'is_incremental' must be provided for unit test '${test.name}' in model '${model.name}'`,
    )
    return false
  }
  if (override && !test.given.some(one => one.input === 'this')) {
    report(test, maker, `Unit test '${test.name}' for incremental model '${model.name}' must have a 'this' input`)
    return false
  }
  return true
}

function ofPlainModel(test: UnitTestNode, model: ModelNode, maker: NodeMaker): SettledUnitTests {
  const { versions } = test
  if (versions instanceof PyDict && (isList(versions, 'include') || isList(versions, 'exclude'))) {
    report(
      test,
      maker,
      `Unit test '${test.name}' should not have a versions include or exclude when referencing non-versioned model '${model.name}'`,
    )
    return none
  }
  return { enabled: [withModel(test, model)], disabled: [] }
}

function ofVersions(
  test: UnitTestNode,
  model: ModelNode,
  all: readonly ModelNode[],
  maker: NodeMaker,
): SettledUnitTests {
  const chosen = all.filter(one => one.version !== null && isChosen(test.versions, one.version))
  if (chosen.length === 0) {
    report(test, maker, `Unit test '${test.name}' referenced a version of '${model.name}' which was not found.`)
    return none
  }
  const enabled = chosen.map(one => ({
    ...withModel(test, one),
    schema: model.schema,
    uniqueId: `${test.uniqueId}_v${one.version}`,
    version: one.version,
  }))
  return { enabled, disabled: [] }
}

function isChosen(versions: Value, version: string | number): boolean {
  if (!(versions instanceof PyDict)) return true
  const list = (key: string): readonly Value[] => {
    const value = versions.get(key)
    return Array.isArray(value) ? value : []
  }
  if (isList(versions, 'exclude')) return !list('exclude').includes(version)
  return isList(versions, 'include') && list('include').includes(version)
}

function isList(dict: PyDict, key: string): boolean {
  const value = dict.get(key)
  return Array.isArray(value) && value.length > 0
}

function withModel(test: UnitTestNode, model: ModelNode): UnitTestNode {
  return {
    ...test,
    schema: model.schema,
    testedNode: model.uniqueId,
    refs: [{ name: model.name, package: model.packageName, version: model.version }],
  }
}
