/** What an entry of `models:`, `seeds:`, `snapshots:`, `analyses:`, `functions:` or `data_tests:` says about a node. */

import { deepMerged, dictIn, dictsIn, textIn } from '../template/dict-access.ts'
import { repr } from '../template/repr.ts'
import { PyDict, type Value } from '../template/value.ts'
import { constraintTypes, hasKnownType, readColumns, readConstraint } from './columns.ts'
import type { Column, Constraint, FunctionNode } from './node.ts'
import type { NodeMaker } from './node-maker.ts'
import type { PropertyEntry } from './property-entry.ts'

export interface NodePatch {
  readonly entry: PropertyEntry
  /** `package://path/of/the.yml`. */
  readonly path: string
  /** Not rendered yet. */
  readonly description: string
  readonly columns: ReadonlyMap<string, Column>
  readonly config: PyDict
  /** `config`, with what stands under `config:` as written, templates in it not rendered. */
  readonly writtenConfig: () => PyDict
  readonly constraints: readonly Constraint[]
  readonly deprecationDate: string | null
  readonly timeSpine: PyDict | null
  readonly version: string | number | null
  readonly latestVersion: string | number | null
  readonly arguments: FunctionNode['arguments']
  readonly returns: FunctionNode['returns']
}

/** Keys that may stand at the top of an entry or under `config`, but not in both. */
const movedKeys = ['meta', 'docs', 'group', 'contract', 'access'] as const

export function readNodePatch(entry: PropertyEntry, maker: NodeMaker): NodePatch {
  const { value, found } = entry
  const config = patchConfig(entry, maker)
  return {
    entry,
    path: `${found.owner.name}://${found.originalFilePath}`,
    description: textIn(value, 'description') ?? '',
    columns: readColumns(dictsIn(value, 'columns'), entry, maker.diagnostics),
    config,
    writtenConfig: () => {
      const written = entry.written('config')
      return written instanceof PyDict ? deepMerged(config, written) : config
    },
    constraints: readConstraints(value.get('constraints'), entry, maker),
    deprecationDate: deprecationDate(value.get('deprecation_date')),
    timeSpine: timeSpine(entry, maker),
    version: null,
    latestVersion: null,
    arguments: dictsIn(value, 'arguments').map(one => ({
      name: textIn(one, 'name') ?? '',
      dataType: textIn(one, 'data_type') ?? '',
      description: textIn(one, 'description'),
      default: one.get('default_value') ?? null,
    })),
    returns: {
      dataType: textIn(dictIn(value, 'returns'), 'data_type') ?? '',
      description: textIn(dictIn(value, 'returns'), 'description'),
    },
  }
}

function patchConfig(entry: PropertyEntry, maker: NodeMaker): PyDict {
  const { value, found } = entry
  const config = dictIn(value, 'config').copy()
  if (entry.section === 'data_tests') return config
  for (const key of movedKeys) {
    const moved = value.get(key)
    if (moved === undefined) continue
    if (config.has(key)) {
      maker.report({
        code: 'project/key-in-two-places',
        kind: 'Parsing',
        message: `In ${found.originalFilePath}: found ${key} dictionary in 'config' dictionary and as top-level key.\n                    Remove the top-level key and define it under 'config' dictionary only.`,
        at: entry.at(key),
      })
    } else config.set(key, moved)
  }
  return config
}

export function readConstraints(
  value: Value | undefined,
  entry: PropertyEntry,
  maker: NodeMaker,
): readonly Constraint[] {
  if (!Array.isArray(value)) return []
  const dicts = value.filter(one => one instanceof PyDict)
  if (!dicts.every(hasKnownType)) {
    maker.report({
      code: 'project/invalid-constraint',
      kind: 'Parsing',
      message: `Invalid constraint type on model ${entry.name}: Type must be one of [${constraintTypes.map(one => `'${one}'`).join(', ')}]`,
      at: entry.at('constraints'),
    })
  }
  return dicts.filter(hasKnownType).map(readConstraint)
}

/** ISO text with the zone of this machine where the date has none. */
export function deprecationDate(value: Value | undefined): string | null {
  if (typeof value !== 'string') return null
  const match = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[-+]\d\d:?\d\d)?)?$/.exec(value)
  if (!match) return value
  const [, day = '', time = '00:00:00', zone] = match
  const whole = time.length === 5 ? `${time}:00` : time
  if (zone !== undefined) return `${day}T${whole}${zone === 'Z' ? '+00:00' : zone}`
  const minutes = -new Date(`${day}T${whole}`).getTimezoneOffset()
  const size = Math.abs(minutes)
  const two = (part: number): string => String(part).padStart(2, '0')
  return `${day}T${whole}${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
}

function timeSpine(entry: PropertyEntry, maker: NodeMaker): PyDict | null {
  const value = entry.value.get('time_spine')
  if (!(value instanceof PyDict)) return null
  const custom = dictsIn(value, 'custom_granularities').map(one => ({
    name: textIn(one, 'name'),
    column_name: textIn(one, 'column_name'),
  }))
  const primary = textIn(value, 'standard_granularity_column')
  const problem = timeSpineProblem(
    entry,
    primary ?? '',
    custom.map(one => one.column_name ?? one.name ?? ''),
  )
  if (problem !== undefined) {
    maker.report({ code: 'project/time-spine', kind: 'Parsing', message: problem, at: entry.at('time_spine') })
  }
  return PyDict.of({ standard_granularity_column: primary, custom_granularities: custom.map(one => PyDict.of(one)) })
}

/** dbt looks among the columns of the entry itself, those of its versions aside. */
function timeSpineProblem(entry: PropertyEntry, primary: string, custom: readonly string[]): string | undefined {
  const columns = new Map(dictsIn(entry.value, 'columns').map(one => [textIn(one, 'name') ?? '', one]))
  const names = repr([...columns.keys()])
  const column = columns.get(primary)
  if (!column) {
    return `Time spine standard granularity column must be defined on the model. Got invalid column name '${primary}' for model '${entry.name}'. Valid names: ${names}.`
  }
  if (!textIn(column, 'granularity')) {
    return `Time spine standard granularity column must have a granularity defined. Please add one for column '${primary}' in model '${entry.name}'.`
  }
  const lost = custom.filter(one => !columns.has(one))
  if (lost.length === 0) return undefined
  return `Time spine custom granularity columns do not exist in the model. Columns not found: ${repr(lost)}; Available columns: ${names}`
}
