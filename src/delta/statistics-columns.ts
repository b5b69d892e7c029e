/** Which columns of a table have statistics in the log, as its properties say. */
import { type ColumnMapping, type DeltaField, physicalName } from './schema.ts'
import type { TableShape } from './table-shape.ts'

const usualCount = 32

/**
 * A test for physical paths of leaf columns, to be asked in the order of the schema: the columns that
 * `delta.dataSkippingStatsColumns` names, or the first ones, 32 unless `delta.dataSkippingNumIndexedCols` says another number
 * (-1 for all). Columns that the table is clustered by have statistics in any case.
 */
export function statisticsColumns(shape: TableShape): (path: readonly string[]) => boolean {
  const { configuration, clusteredBy } = shape
  const clustered = new Set(clusteredBy.map(keyOf))
  const named = configuration['delta.dataSkippingStatsColumns']
  if (named !== undefined) {
    const wanted = namesIn(named).map(path => keyOf(physicalPath(shape.schema.fields, path, shape.mapping)))
    return path => clustered.has(keyOf(path)) || wanted.some(one => isAtOrBelow(keyOf(path), one))
  }
  const configured = Number(configuration['delta.dataSkippingNumIndexedCols'] ?? usualCount)
  let left = configured < 0 ? Number.POSITIVE_INFINITY : configured
  return path => {
    left -= 1
    return left >= 0 || clustered.has(keyOf(path))
  }
}

function keyOf(path: readonly string[]): string {
  return path.map(name => JSON.stringify(name.toLowerCase())).join('.')
}

/** A struct stands for all of its fields. */
function isAtOrBelow(key: string, wanted: string): boolean {
  return key === wanted || key.startsWith(`${wanted}.`)
}

/** `a,b.c,`odd,name`` as paths. */
function namesIn(text: string): string[][] {
  const paths: string[][] = [[]]
  for (const [token, quoted] of text.matchAll(/`((?:[^`]|``)*)`|[^,.`\s][^,.`]*|[,]/g)) {
    if (token === ',') paths.push([])
    else paths.at(-1)?.push(quoted?.replaceAll('``', '`') ?? token.trim())
  }
  return paths.filter(path => path.length > 0)
}

function physicalPath(
  fields: readonly DeltaField[],
  [name = '', ...rest]: readonly string[],
  mapping: ColumnMapping,
): string[] {
  const field = fields.find(one => one.name.toLowerCase() === name.toLowerCase())
  if (field === undefined) return [name, ...rest]
  const inner = field.type.kind === 'struct' ? field.type.fields : []
  return [physicalName(field, mapping), ...(rest.length === 0 ? [] : physicalPath(inner, rest, mapping))]
}
