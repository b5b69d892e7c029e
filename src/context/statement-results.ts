/** Results of `statement` blocks by name: `store_result`, `store_raw_result`, `load_result`. One set a rendering. */
import { PyDict, PyObject, type Value } from '../template/value.ts'
import { AgateTable } from './agate-table.ts'
import { contextError } from './python-object.ts'

/** dbt's AdapterResponse: what a statement says about itself. Prints as its message. */
export class AdapterResponse extends PyObject {
  readonly typeName = 'AdapterResponse'
  readonly message: Value
  readonly code: Value
  readonly rowsAffected: Value

  constructor(message: Value = 'OK', code: Value = null, rowsAffected: Value = null) {
    super()
    this.message = message
    this.code = code
    this.rowsAffected = rowsAffected
  }
  override truthy(): boolean {
    return true
  }
  override attr(name: string): Value | undefined {
    switch (name) {
      case '_message':
      case 'message':
        return this.message
      case 'code':
        return this.code
      case 'rows_affected':
        return this.rowsAffected
      case 'query_id':
        return null
      default:
        return undefined
    }
  }
  override str(): string {
    return String(this.message)
  }
  override repr(): string {
    const shown = (value: Value): string =>
      typeof value === 'string' ? `'${value}'` : value === null ? 'None' : String(value)
    return `AdapterResponse(_message=${shown(this.message)}, code=${shown(this.code)}, rows_affected=${shown(this.rowsAffected)}, query_id=None)`
  }
}

export class StatementResults {
  private readonly results = new Map<string, PyDict | null>()

  store(name: string, response: Value, table: Value): string {
    const stored = table instanceof AgateTable ? table : AgateTable.empty()
    this.results.set(name, PyDict.of({ response, data: stored.matrix(), table: stored }))
    return ''
  }

  /**
   * What was stored, once; `main` as often as wanted. None if nothing was.
   * @throws `context/result-loaded`
   */
  load(name: string): Value {
    const result = this.results.get(name)
    if (result === undefined) return null
    if (result === null) {
      throw contextError(
        'context/result-loaded',
        `The 'statement' result named '${name}' has already been loaded into a variable`,
      )
    }
    if (name !== 'main') this.results.set(name, null)
    return result
  }

  /** Does not use the result up. */
  peek(name: string): PyDict | undefined {
    return this.results.get(name) ?? undefined
  }
}
