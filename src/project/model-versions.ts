/** Versions of a model: which columns, tests, configuration and file each one has. */

import { deepMerged, dictIn, dictsIn, listIn, textIn } from '../template/dict-access.ts'
import { repr } from '../template/repr.ts'
import { PyDict, type Value } from '../template/value.ts'
import { readColumns } from './columns.ts'
import type { NodeMaker } from './node-maker.ts'
import { deprecationDate, type NodePatch, readConstraints } from './node-patch.ts'
import type { PropertyEntry } from './property-entry.ts'

export type Version = string | number

export interface ModelVersion {
  readonly version: Version
  /** Name of the file that holds it, without extension. */
  readonly fileName: string
  readonly columns: readonly PyDict[]
  readonly tests: readonly Value[]
  readonly value: PyDict
}

export interface ModelVersions {
  readonly all: readonly ModelVersion[]
  readonly latest: Version
}

/** `undefined` for a model without versions, and for one whose versions are at fault, which is reported. */
export function readVersions(entry: PropertyEntry, maker: NodeMaker): ModelVersions | undefined {
  const dicts = dictsIn(entry.value, 'versions')
  if (dicts.length === 0) return undefined
  const wrong = dicts.some(dict => selectionsOf(dict).some(one => !isSelection(one)))
  if (wrong) {
    const shown = repr(entry.value.get('versions') ?? null)
    const message = `Field "versions" of type Sequence[UnparsedVersion] in UnparsedModelUpdate has invalid value ${shown}`
    return fault(entry, maker, message)
  }
  const all = dicts.map(dict => readVersion(dict, entry))
  const seen = new Set<string>()
  for (const { version } of all) {
    if (seen.has(String(version))) {
      return fault(entry, maker, `Found duplicate version: '${version}' in versions list of model '${entry.name}'`)
    }
    seen.add(String(version))
  }
  const given = versionOf(entry.value.get('latest_version'))
  if (given !== undefined && !all.some(one => one.version === given)) {
    const known = all.map(one => (typeof one.version === 'string' ? `'${one.version}'` : String(one.version)))
    const message = `latest_version: ${given} is not one of model '${entry.name}' versions: [${known.join(', ')}] `
    return fault(entry, maker, message, 'latest_version')
  }
  const latest = given ?? all.map(one => one.version).reduce((a, b) => (isLower(a, b) ? b : a))
  return { all, latest }
}

function fault(entry: PropertyEntry, maker: NodeMaker, message: string, key = 'versions'): undefined {
  maker.report({ code: 'project/model-versions', kind: 'Parsing', message, at: entry.at(key) })
  return undefined
}

/** As numbers where both are numbers, else as text. */
export function isLower(a: Version, b: Version): boolean {
  const [x, y] = [Number(a), Number(b)]
  return Number.isNaN(x) || Number.isNaN(y) ? String(a) < String(b) : x < y
}

function versionOf(value: Value | undefined): Version | undefined {
  if (typeof value === 'string' || typeof value === 'number') return value
  return value !== null && typeof value === 'object' && 'value' in value && typeof value.value === 'number'
    ? value.value
    : undefined
}

function readVersion(dict: PyDict, entry: PropertyEntry): ModelVersion {
  const version = versionOf(dict.get('v')) ?? ''
  const own = dictsIn(dict, 'columns')
  const [selection] = selectionsOf(dict)
  const inherited = dictsIn(entry.value, 'columns').filter(column => includes(selection, textIn(column, 'name') ?? ''))
  return {
    version,
    fileName: textIn(dict, 'defined_in') ?? `${entry.name}_v${version}`,
    columns: [...inherited, ...own.filter(one => one !== selection)],
    tests: ownTests(dict) ?? testsOf(entry.value),
    value: dict,
  }
}

/** An empty list takes the model's tests away, but not under the old name: dbt does not look at that then. */
function ownTests(version: PyDict): readonly Value[] | undefined {
  const tests = version.get('data_tests')
  if (Array.isArray(tests)) return tests
  const formerly = listIn(version, 'tests')
  return formerly.length > 0 ? formerly : undefined
}

/** `data_tests`, or `tests` as they were called. */
export function testsOf(value: PyDict): readonly Value[] {
  return value.has('data_tests') ? listIn(value, 'data_tests') : listIn(value, 'tests')
}

/** Elements of a version's columns that say which of the model's columns it has. */
function selectionsOf(version: PyDict): PyDict[] {
  return dictsIn(version, 'columns').filter(one => one.has('include') || one.has('exclude'))
}

/** Only of all columns can some be left out. */
function isSelection(selection: PyDict): boolean {
  const include = selection.get('include')
  return include === 'all' || include === '*' || (Array.isArray(include) && listIn(selection, 'exclude').length === 0)
}

function includes(selection: PyDict | undefined, name: string): boolean {
  if (!selection) return true
  const include = selection.get('include')
  const inside = include === 'all' || include === '*' || (Array.isArray(include) && include.includes(name))
  return inside && !listIn(selection, 'exclude').includes(name)
}

/** The model's patch as this version has it. */
export function versionPatch(
  patch: NodePatch,
  { version, columns, value }: ModelVersion,
  latest: Version,
  maker: NodeMaker,
): NodePatch {
  const { entry } = patch
  const constraints = readConstraints(value.get('constraints'), entry, maker)
  const config = deepMerged(patch.config, dictIn(value, 'config'))
  return {
    ...patch,
    description: textIn(value, 'description') || patch.description,
    columns: readColumns(columns, entry, maker.diagnostics),
    config,
    writtenConfig: () => {
      const written = entry.written('versions', listIn(entry.value, 'versions').indexOf(value), 'config')
      return written instanceof PyDict ? deepMerged(config, written) : config
    },
    constraints: constraints.length > 0 ? constraints : patch.constraints,
    deprecationDate: deprecationDate(value.get('deprecation_date')),
    timeSpine: null,
    version,
    latestVersion: latest,
  }
}
