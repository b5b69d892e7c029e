/** `sources:` of all properties files -> source nodes and the tests on them. */

import { dictsIn, textIn, textsIn } from '../template/dict-access.ts'
import type { PyDict, Value } from '../template/value.ts'
import type { Draft } from './draft.ts'
import { duplicateName, duplicatePatch } from './duplicate-names.ts'
import { configOf } from './finish-node.ts'
import { expandTest, type TestHolder, type TestReader } from './generic-test.ts'
import type { LoadedProperties } from './load-properties.ts'
import { type TestTools, testReader } from './load-tests.ts'
import { testsOf } from './model-versions.ts'
import type { SourceNode } from './node.ts'
import type { NodeMaker } from './node-maker.ts'
import type { PropertyEntry } from './property-entry.ts'
import { quotesColumns, readSource, type SourceTable, sourceTables } from './source-definition.ts'

export interface LoadedSources {
  readonly sources: readonly SourceNode[]
  readonly tests: readonly Draft[]
}

export function loadSources(properties: LoadedProperties, tools: TestTools): LoadedSources {
  const { maker } = tools
  const entries = [...properties.entries('sources')]
  const overrides = overridesOf(entries, maker)
  const reader = testReader(tools)
  const sources = new Map<string, SourceNode>()
  const tests: Draft[] = []
  const used = new Set<PropertyEntry>()
  for (const entry of entries) {
    if (entry.value.has('overrides')) continue
    const override = overrides.get(overrideKey(entry.found.owner.name, entry.name))
    if (override) used.add(override)
    for (const table of sourceTables(entry, override)) {
      for (const draft of testsOfTable(table, reader)) {
        draft.enabled = configOf(draft, maker).config.get('enabled') !== false
        tests.push(draft)
      }
      const source = readSource(table, maker)
      const first = sources.get(source.uniqueId)
      if (first) maker.report(duplicateName(first, source))
      else sources.set(source.uniqueId, source)
    }
  }
  warnUnused(
    [...overrides.values()].filter(one => !used.has(one)),
    maker,
  )
  return { sources: [...sources.values()], tests }
}

function overrideKey(packageName: string, name: string): string {
  return `${packageName}\0${name}`
}

function overridesOf(entries: readonly PropertyEntry[], maker: NodeMaker): Map<string, PropertyEntry> {
  const overrides = new Map<string, PropertyEntry>()
  for (const entry of entries) {
    const overridden = textIn(entry.value, 'overrides')
    if (overridden === null) continue
    const key = overrideKey(overridden, entry.name)
    const first = overrides.get(key)
    if (!first) overrides.set(key, entry)
    else {
      const what = `dbt found two schema.yml entries for the same source named ${entry.name} in package ${overridden}. Sources may only be overridden a single time.`
      const place = (one: PropertyEntry): { path: string; at: ReturnType<PropertyEntry['at']> } => ({
        path: one.found.originalFilePath,
        at: one.at(),
      })
      maker.report(duplicatePatch(what, 'sources', `${overridden}.${entry.name}`, place(first), place(entry)))
    }
  }
  return overrides
}

function warnUnused(unused: readonly PropertyEntry[], maker: NodeMaker): void {
  for (const entry of unused) {
    const overridden = `${textIn(entry.value, 'overrides')}.${entry.name}`
    maker.report({
      code: 'project/unused-override',
      severity: 'warning',
      kind: 'Parsing',
      message: `During parsing, dbt encountered source overrides that had no target:\n  - Source ${overridden} (in ${entry.found.originalFilePath})`,
      at: entry.at('overrides'),
      facts: { unused_tables: [`  - Source ${overridden} (in ${entry.found.originalFilePath})`] },
    })
  }
}

function* testsOfTable(table: SourceTable, reader: TestReader): Generator<Draft> {
  const holder = holderOf(table)
  const path = ['tables', table.tableIndex] as const
  const expand = (test: Value, column: PyDict | null, ...rest: readonly (string | number)[]): Draft | undefined =>
    expandTest(test, column, holder, () => table.entry.at(...path, ...rest), reader)
  const key = table.table.has('data_tests') ? 'data_tests' : 'tests'
  for (const [position, test] of testsOf(table.table).entries()) {
    const draft = expand(test, null, key, position)
    if (draft) yield draft
  }
  for (const [index, column] of dictsIn(table.table, 'columns').entries()) {
    for (const [position, test] of testsOf(column).entries()) {
      const draft = expand(test, column, 'columns', index, column.has('data_tests') ? 'data_tests' : 'tests', position)
      if (draft) yield draft
    }
  }
}

function holderOf(table: SourceTable): TestHolder {
  const { entry, sourceName, name } = table
  return {
    entry,
    owner: entry.found.owner,
    nameInTest: `${sourceName}_${name}`,
    expression: `source('${sourceName}', '${name}')`,
    isSource: true,
    shownName: `${sourceName}_${name}`,
    fileKeyName: `sources.${sourceName}`,
    attachedNode: null,
    attachedGroup: null,
    dependency: { source: { source: sourceName, table: name } },
    tags: [...textsIn(table.source, 'tags'), ...textsIn(table.table, 'tags')],
    quoteColumns: quotesColumns(table),
  }
}
