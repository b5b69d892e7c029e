/** Columns and constraints of a properties entry. */
import type { Diagnostics } from '../base/diagnostic.ts'
import { boolIn, dictIn, dictsIn, listIn, mergedDicts, textIn, textsIn } from '../template/dict-access.ts'
import { PyDict, type Value } from '../template/value.ts'
import type { Column, Constraint } from './node.ts'
import type { PropertyEntry } from './property-entry.ts'

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
  const name = textIn(dict, 'name') ?? ''
  const config = dictIn(dict, 'config')
  const meta = mergedDicts(dictIn(dict, 'meta'), dictIn(config, 'meta'))
  const tags = [...new Set([...textsIn(dict, 'tags'), ...textsIn(config, 'tags')])]
  const constraints = dictsIn(dict, 'constraints')
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
    description: textIn(dict, 'description') ?? '',
    dataType: textIn(dict, 'data_type'),
    meta,
    tags,
    quote: boolIn(dict, 'quote'),
    constraints: constraints.filter(hasKnownType).map(readConstraint),
    config: PyDict.of({ meta, tags }),
    granularity: textIn(dict, 'granularity'),
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
    name: textIn(dict, 'name'),
    expression: textIn(dict, 'expression'),
    columns: listIn(dict, 'columns').map(String),
    to: textIn(dict, 'to'),
    toColumns: listIn(dict, 'to_columns').map(String),
    warnUnenforced: boolIn(dict, 'warn_unenforced') ?? true,
    warnUnsupported: boolIn(dict, 'warn_unsupported') ?? true,
  }
}
