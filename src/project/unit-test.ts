/** `unit_tests:` of properties files, their fixtures read in. Which model is tested is settled in unit-test-model.ts. */
import { sha256 } from '../base/fingerprint.ts'
import { dictIn, dictsIn, textIn } from '../template/dict-access.ts'
import { repr } from '../template/repr.ts'
import { PyDict, type Value } from '../template/value.ts'
import { csvDicts } from './csv-rows.ts'
import type { UnitTestFixture, UnitTestNode } from './node.ts'
import type { NodeMaker } from './node-maker.ts'
import type { PropertyEntry } from './property-entry.ts'

type Format = UnitTestFixture['format']

/** What fixtures are taken from. */
export interface FixtureSource {
  /** Text of a fixture file of the package by its name without extension. */
  fixture(name: string): { readonly text: string; readonly isCsv: boolean } | undefined
  /** Text of the seed that an input `ref('x')` means. @returns undefined when there is no such seed */
  seed(input: string): string | undefined
}

/** `undefined` when the entry is at fault; that is reported. */
export function readUnitTest(entry: PropertyEntry, maker: NodeMaker, source: FixtureSource): UnitTestNode | undefined {
  const { value, found, name } = entry
  const packageName = found.owner.name
  const model = textIn(value, 'model') ?? ''
  const fqn = [packageName, ...found.originalFilePath.split('/').slice(1, -1), model, name]
  const given: (UnitTestFixture & { readonly input: string })[] = []
  for (const [index, dict] of dictsIn(value, 'given').entries()) {
    const input = textIn(dict, 'input') ?? ''
    const fixture = readFixture(dict, { entry, maker, source, input, kind: 'input', path: ['given', index] })
    if (!fixture) return undefined
    given.push({ input, ...fixture })
  }
  const expect = readFixture(dictIn(value, 'expect'), {
    entry,
    maker,
    source,
    input: '',
    kind: 'expected',
    path: ['expect'],
  })
  if (!expect) return undefined
  const overrides = readOverrides(value.get('overrides'))
  const versions = readVersions(value.get('versions'))
  if (versions instanceof PyDict && hasItems(versions.get('include')) && hasItems(versions.get('exclude'))) {
    const message = 'Unit tests can not both include and exclude versions.'
    maker.report({ code: 'project/unit-test', kind: 'Parsing', message, at: entry.at('versions') })
    return undefined
  }
  const { config } = maker.config('unit_test', found.owner, fqn, dictIn(value, 'config'))
  return {
    resourceType: 'unit_test',
    uniqueId: `unit_test.${packageName}.${model}.${name}`,
    name,
    packageName,
    path: found.path,
    originalFilePath: found.originalFilePath,
    fqn,
    description: textIn(value, 'description') ?? '',
    meta: dictIn(config, 'meta'),
    tags: tagsOf(config),
    createdAtMs: maker.createdAtMs(),
    model,
    given,
    expect,
    overrides,
    version: null,
    versions,
    config,
    checksum: checksum(model, versions, given, expect, overrides),
    schema: null,
    testedNode: null,
    refs: [],
    at: entry.at(),
  }
}

function tagsOf(config: PyDict): string[] {
  const tags = config.get('tags')
  if (typeof tags === 'string') return [tags]
  return Array.isArray(tags) ? tags.filter(one => typeof one === 'string') : []
}

interface FixtureContext {
  readonly entry: PropertyEntry
  readonly maker: NodeMaker
  readonly source: FixtureSource
  readonly input: string
  readonly kind: 'input' | 'expected'
  readonly path: readonly (string | number)[]
}

function readFixture(dict: PyDict, context: FixtureContext): UnitTestFixture | undefined {
  const format = (textIn(dict, 'format') ?? 'dict') as Format
  const fixture = textIn(dict, 'fixture')
  const rows = rowsOf(dict.get('rows') ?? null, format, fixture, context)
  if (rows === undefined) return undefined
  if (format !== 'sql' && Array.isArray(rows)) promoteWholeRow(rows)
  return { rows, format, fixture }
}

function rowsOf(written: Value, format: Format, fixture: string | null, context: FixtureContext): Value | undefined {
  const { entry, source, kind } = context
  const mismatch = (what: string, tail: string): undefined =>
    report(context, `Unit test ${entry.name} has ${kind} ${what} which do not match format ${format}${tail}`)
  if (format === 'dict') {
    if (written === null && fixture === null) return seedRows(context)
    return Array.isArray(written) ? [...written] : mismatch('rows', '')
  }
  if (typeof written !== 'string' && fixture === null) return mismatch('rows or fixtures', '.  Expected string.')
  if (fixture !== null) {
    const file = source.fixture(fixture)
    if (!file) {
      const { originalFilePath } = entry.found
      return report(context, `File not found for fixture '${fixture}' in unit tests in ${originalFilePath}`)
    }
    if (format === 'sql') return file.text
    return csvDicts(file.text).map(emptyToNone)
  }
  return format === 'sql' ? written : csvDicts(String(written)).map(emptyToNone)
}

function seedRows(context: FixtureContext): Value | undefined {
  const text = context.source.seed(context.input)
  if (text !== undefined) return csvDicts(text)
  const { owner } = context.entry.found
  const name = /ref\(\s*['"]([^'"]*)['"]/.exec(context.input)?.[1] ?? context.input
  const folders = repr([...owner.projectFile.paths.seeds])
  return report(context, `Unable to find seed '${owner.name}.${name}' for unit tests in directories: ${folders}`)
}

function report(context: FixtureContext, message: string): undefined {
  const { entry, maker, path } = context
  maker.report({ code: 'project/unit-test', kind: 'Parsing', message, at: entry.at(...path) })
  return undefined
}

function emptyToNone(row: PyDict): PyDict {
  return PyDict.of(Array.from(row, ([key, value]) => [key, value === '' ? null : value] as const))
}

/** The first row without None changes places with the first row: types are taken from there. */
function promoteWholeRow(rows: Value[]): void {
  const whole = rows.findIndex(row => row instanceof PyDict && ![...row.values()].includes(null))
  const [first] = rows
  const found = rows[whole]
  if (whole <= 0 || first === undefined || found === undefined) return
  rows[0] = found
  rows[whole] = first
}

function readOverrides(value: Value | undefined): UnitTestNode['overrides'] {
  if (!(value instanceof PyDict)) return null
  return { macros: dictIn(value, 'macros'), vars: dictIn(value, 'vars'), envVars: dictIn(value, 'env_vars') }
}

function hasItems(value: Value | undefined): boolean {
  return Array.isArray(value) && value.length > 0
}

function readVersions(value: Value | undefined): Value {
  if (!(value instanceof PyDict)) return null
  return PyDict.of({ include: value.get('include') ?? null, exclude: value.get('exclude') ?? null })
}

/** sha256 over Python's print of dbt's records. */
function checksum(
  model: string,
  versions: Value,
  given: UnitTestNode['given'],
  expect: UnitTestFixture,
  overrides: UnitTestNode['overrides'],
): string {
  const format = (one: Format): string => `<UnitTestFormat.${formatNames[one]}: '${one}'>`
  const inputs = given.map(
    one =>
      `UnitTestInputFixture(input=${repr(one.input)}, rows=${repr(one.rows)}, format=${format(one.format)}, fixture=${repr(one.fixture)})`,
  )
  const output = `UnitTestOutputFixture(rows=${repr(expect.rows)}, format=${format(expect.format)}, fixture=${repr(expect.fixture)})`
  const shownOverrides = overrides
    ? `UnitTestOverrides(macros=${repr(overrides.macros)}, vars=${repr(overrides.vars)}, env_vars=${repr(overrides.envVars)})`
    : 'None'
  const shownVersions =
    versions instanceof PyDict
      ? `UnitTestNodeVersions(include=${repr(versions.get('include') ?? null)}, exclude=${repr(versions.get('exclude') ?? null)})`
      : 'None'
  let data = `${model}-${shownVersions}-[${inputs.join(', ')}]-${output}-${shownOverrides}`
  for (const one of given) if (one.fixture !== null) data += `-${printed(one.rows)}`
  return sha256(data)
}

const formatNames: Readonly<Record<Format, string>> = { csv: 'CSV', dict: 'Dict', sql: 'SQL' }

function printed(rows: Value): string {
  return typeof rows === 'string' ? rows : repr(rows)
}
