/** `flags`: attributes by name, in capitals or not; one that there is none of is undefined. */
import { PyObject, type Value } from '../template/value.ts'
import { contextFunction } from './python-object.ts'

export class FlagsValue extends PyObject {
  readonly typeName = 'Namespace'
  private readonly flags: ReadonlyMap<string, Value>

  /** @param flags by their names in capitals: `FULL_REFRESH` */
  constructor(flags: Readonly<Record<string, Value>>) {
    super()
    this.flags = new Map(Object.entries(flags))
  }
  override truthy(): boolean {
    return true
  }
  override attr(name: string): Value | undefined {
    const found = this.flags.get(this.flags.has(name) ? name : name.toUpperCase())
    if (found !== undefined) return found
    if (name === 'get') {
      return contextFunction('get', ['key', ['default', null]], ([key, fallback = null]) => {
        const value = this.attr(String(key))
        return value === undefined ? fallback : value
      })
    }
    return undefined
  }
  override repr(): string {
    return 'Namespace()'
  }
}
