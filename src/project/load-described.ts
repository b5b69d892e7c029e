/** Everything that lives in properties files alone: exposures, groups, unit tests, metrics and their like. */
import type { DiagnosticFields } from '../base/diagnostic.ts'
import type { Config } from '../config/config.ts'
import { CapturedCalls } from './captured-calls.ts'
import type { Draft } from './draft.ts'
import { duplicateName } from './duplicate-names.ts'
import { readExposure } from './exposure.ts'
import { type FoundFile, stem } from './found-file.ts'
import { readGroup } from './group.ts'
import type { PackageFiles } from './load-macros.ts'
import type { LoadedProperties } from './load-properties.ts'
import { readMetric } from './metric.ts'
import { NameIndex } from './name-index.ts'
import type { ExposureNode, GroupNode, SemanticNode, UnitTestNode } from './node.ts'
import type { NodeMaker } from './node-maker.ts'
import { readSavedQuery } from './saved-query.ts'
import { readSemanticModel } from './semantic-model.ts'
import { readCallText } from './static-calls.ts'
import { stripText } from './strip-text.ts'
import { type FixtureSource, readUnitTest } from './unit-test.ts'

export interface LoadedDescribed {
  readonly exposures: readonly ExposureNode[]
  readonly groups: readonly GroupNode[]
  readonly semantics: readonly SemanticNode[]
  readonly unitTests: readonly UnitTestNode[]
}

interface DescribedInput {
  readonly files: PackageFiles
  readonly config: Config
  readonly maker: NodeMaker
  readonly drafts: readonly Draft[]
}

export function loadDescribed(properties: LoadedProperties, input: DescribedInput): LoadedDescribed {
  const { maker } = input
  const known = new Map<string, ExposureNode | GroupNode | SemanticNode | UnitTestNode>()
  const once = <T extends ExposureNode | GroupNode | SemanticNode | UnitTestNode>(nodes: readonly T[]): T[] =>
    nodes.filter(node => {
      const first = known.get(node.uniqueId)
      if (first) maker.report(duplicateName(first, node))
      else known.set(node.uniqueId, node)
      return !first
    })
  const entries = [...properties.entries('metrics')]
  const models = Array.from(properties.entries('semantic_models'), entry => readSemanticModel(entry, maker))
  const metrics = entries.map(entry => readMetric({ entry, name: entry.name, value: entry.value }, maker))
  const queries = Array.from(properties.entries('saved_queries'), entry => readSavedQuery(entry, maker))
  return {
    exposures: once(
      Array.from(properties.entries('exposures'), entry => readExposure(entry, maker, maker.diagnostics)),
    ),
    groups: once(Array.from(properties.entries('groups'), entry => readGroup(entry, maker, maker.diagnostics))),
    semantics: once([...metrics, ...models.flatMap(one => one.metrics), ...models.map(one => one.model), ...queries]),
    unitTests: once(unitTests(properties, input)),
  }
}

function unitTests(properties: LoadedProperties, input: DescribedInput): UnitTestNode[] {
  const sources = new Map<string, FixtureSource>()
  const tests: UnitTestNode[] = []
  for (const entry of properties.entries('unit_tests')) {
    const packageName = entry.found.owner.name
    let source = sources.get(packageName)
    if (!source) {
      source = fixtureSource(packageName, input)
      sources.set(packageName, source)
    }
    const test = readUnitTest(entry, input.maker, source)
    if (test) tests.push(test)
  }
  return tests
}

function duplicateFixture(first: FoundFile, second: FoundFile): DiagnosticFields {
  const named = (found: FoundFile) => ({
    resourceType: 'fixture' as const,
    uniqueId: `fixture.${found.owner.name}.${stem(found.path)}`,
    name: stem(found.path),
    originalFilePath: found.originalFilePath,
  })
  return duplicateName(named(first), named(second))
}

function fixtureSource(packageName: string, { files, config, drafts, maker }: DescribedInput): FixtureSource {
  const owner = [...files.keys()].find(one => one.name === packageName)
  const fixtures = new Map<string, FoundFile>()
  for (const found of (owner && files.get(owner)?.get('fixture')) ?? []) {
    const first = fixtures.get(stem(found.path))
    if (first) maker.report(duplicateFixture(first, found))
    else fixtures.set(stem(found.path), found)
  }
  const seeds = new NameIndex(drafts.filter(one => one.resourceType === 'seed' && one.enabled))
  return {
    fixture(name) {
      const found = fixtures.get(name)
      const text = found && config.files.read(found.absolutePath)
      return text === undefined ? undefined : { text: stripText(text), isCsv: found?.path.endsWith('.csv') ?? false }
    },
    seed(input) {
      const calls = new CapturedCalls()
      const [ref] = readCallText(input, calls) ? calls.refs : []
      if (!ref) return undefined
      const [seed] = seeds.all(ref.name, ref.package ?? packageName)
      return seed && config.files.read(`${seed.owner.folder}/${seed.originalFilePath}`)
    },
  }
}
