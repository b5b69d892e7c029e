/** `target` of commands that run without a profile. */
import { PyDict, type Value } from '../template/value.ts'

/** Whatever is asked of it is an empty text, as in dbt. */
export class UnsetTarget extends PyDict {
  override get(_key: Value): Value {
    return ''
  }
}
