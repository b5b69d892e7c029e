/** Columns and constraints of a properties entry. */
import type { Diagnostics } from '../base/diagnostic.ts'
import { PyDict, type Value } from '../template/value.ts'
import type { Column, Constraint } from './node.ts'
import type { PropertyEntry } from './property-entry.ts'
import { boolOf, dictOf, dictsOf, listOf, mergedDicts, textOf, textsOf, unique } from './value-access.ts'

const knownKeys = new Set([
  'name',
  'description',
  'meta',
  'data_type',
  'constraints',
  'docs',
  'config',
  'quote',
  'tags',
  'granularity',
  'data_tests',
  'tests',
])

export const constraintTypes = ['check', 'not_null', 'unique', 'primary_key', 'foreign_key', 'custom'] as const

/** Columns by name, descriptions not yet rendered. A later column of one name replaces an earlier one. */
export function readColumns(
  dicts: readonly PyDict[],
  entry: PropertyEntry,
  diagnostics: Diagnostics,
): ReadonlyMap<string, Column> {
  const columns = new Map<string, Column>()
  for (const dict of dicts) {
    const column = readColumn(dict, entry, diagnostics)
    columns.set(column.name, column)
  }
  return columns
}

function readColumn(dict: PyDict, entry: PropertyEntry, diagnostics: Diagnostics): Column {
  const name = textOf(dict, 'name') ?? ''
  const config = dictOf(dict, 'config')
  const meta = mergedDicts(dictOf(dict, 'meta'), dictOf(config, 'meta'))
  const tags = unique([...textsOf(dict, 'tags'), ...textsOf(config, 'tags')])
  const constraints = dictsOf(dict, 'constraints')
  if (!constraints.every(hasKnownType)) {
    diagnostics.add({
      code: 'project/invalid-constraint',
      kind: 'Parsing',
      message: `Invalid constraint type on column ${name}`,
      hint: `a constraint has a "type": one of ${constraintTypes.join(', ')}`,
      at: entry.at('columns'),
    })
  }
  return {
    name,
    description: textOf(dict, 'description') ?? '',
    dataType: textOf(dict, 'data_type'),
    meta,
    tags,
    quote: boolOf(dict, 'quote'),
    constraints: constraints.filter(hasKnownType).map(readConstraint),
    config: PyDict.of({ meta, tags }),
    granularity: textOf(dict, 'granularity'),
    docBlocks: [],
    extra: PyDict.of([...dict].filter(([key]) => !knownKeys.has(String(key)))),
  }
}

export function hasKnownType(constraint: PyDict): boolean {
  return (constraintTypes as readonly Value[]).includes(constraint.get('type') ?? null)
}

export function readConstraint(dict: PyDict): Constraint {
  return {
    type: dict.get('type') as Constraint['type'],
    name: textOf(dict, 'name'),
    expression: textOf(dict, 'expression'),
    columns: listOf(dict, 'columns').map(String),
    to: textOf(dict, 'to'),
    toColumns: listOf(dict, 'to_columns').map(String),
    warnUnenforced: boolOf(dict, 'warn_unenforced') ?? true,
    warnUnsupported: boolOf(dict, 'warn_unsupported') ?? true,
  }
}
