/** One entry of a model's `indexes`: dbt-duckdb's DuckDBIndexConfig. */
import { md5 } from '../base/fingerprint.ts'
import { repr, str } from '../template/repr.ts'
import { PyDict, PyObject, type Value } from '../template/value.ts'
import { contextError, contextFunction } from './python-object.ts'
import { Relation } from './relation.ts'

export class IndexConfig extends PyObject {
  readonly typeName = 'DuckDBIndexConfig'
  private readonly columns: readonly string[]
  private readonly unique: boolean
  private readonly now: () => string

  /** @param now the time as Python's `isoformat` shows it: index names are never the same twice */
  constructor(columns: readonly string[], unique: boolean, now: () => string) {
    super()
    this.columns = columns
    this.unique = unique
    this.now = now
  }
  override truthy(): boolean {
    return true
  }
  override attr(name: string): Value | undefined {
    switch (name) {
      case 'columns':
        return [...this.columns]
      case 'unique':
        return this.unique
      case 'render':
        return contextFunction('render', ['relation'], ([relation = null]) => this.render(relation))
      default:
        return undefined
    }
  }
  override repr(): string {
    return `DuckDBIndexConfig(columns=${repr([...this.columns])}, unique=${repr(this.unique)})`
  }

  private render(relation: Value): string {
    const name = relation instanceof Relation ? relation.render() : str(relation)
    return md5([...this.columns, name, repr(this.unique), this.now()].join('_'))
  }
}

/** @throws `context/index-config` for anything but a dict with a list of columns */
export function parseIndex(raw: Value, now: () => string): IndexConfig | null {
  if (raw === null) return null
  if (!(raw instanceof PyDict)) {
    throw contextError(
      'context/index-config',
      `Invalid index config:\n  Got: ${str(raw)}\n  Expected a dictionary with at minimum a "columns" key`,
    )
  }
  const columns = raw.get('columns')
  const unique = raw.get('unique') ?? false
  for (const key of raw.keys())
    if (key !== 'columns' && key !== 'unique')
      throw invalid(`Additional properties are not allowed ('${str(key)}' was unexpected)`)
  if (columns === undefined) throw invalid("'columns' is a required property")
  if (!Array.isArray(columns) || !columns.every(column => typeof column === 'string')) {
    throw invalid(`${repr(columns)} is not a list of names`)
  }
  if (typeof unique !== 'boolean') throw invalid(`${repr(unique)} is not of type 'boolean'`)
  return new IndexConfig(columns, unique, now)
}

function invalid(reason: string): Error {
  return contextError('context/index-config', `Could not parse index config: ${reason}`)
}
