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

/** @throws `context/index-config` for anything but a dict with a list of columns, in the words of dbt's JSON schema */
export function parseIndex(raw: Value, now: () => string): IndexConfig | null {
  if (raw === null) return null
  if (!(raw instanceof PyDict)) throw wrongType('', raw, 'object')
  const columns = raw.get('columns')
  const unique = raw.has('unique') ? (raw.get('unique') ?? null) : false
  if (columns !== undefined && !Array.isArray(columns)) throw wrongType("'columns'", columns, 'array')
  const names = (columns ?? []).map((column, index) => {
    if (typeof column !== 'string') throw wrongType(`'columns'][${index}`, column, 'string')
    return column
  })
  if (typeof unique !== 'boolean') throw wrongType("'unique'", unique, 'boolean')
  const others = Array.from(raw.keys(), str).filter(key => key !== 'columns' && key !== 'unique')
  if (others.length > 0) {
    const shown = others.sort().map(key => repr(key))
    const were = others.length === 1 ? 'was' : 'were'
    throw invalid('', `Additional properties are not allowed (${shown.join(', ')} ${were} unexpected)`)
  }
  if (columns === undefined) throw invalid('', "'columns' is a required property")
  return new IndexConfig(names, unique, now)
}

function wrongType(path: string, value: Value, type: string): Error {
  return invalid(path, `${repr(value)} is not of type '${type}'`)
}

function invalid(path: string, reason: string): Error {
  return contextError('context/index-config', `Could not parse index config: at path [${path}]: ${reason}`)
}
