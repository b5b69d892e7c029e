/** `flags`: attributes by their names in capitals; one that there is none of is undefined. */
import { repr } from '../template/repr.ts'
import { PyObject, type Value } from '../template/value.ts'

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
    return this.flags.get(name)
  }
  override repr(): string {
    return `Namespace(${Array.from(this.flags, ([name, value]) => `${name}=${repr(value)}`).join(', ')})`
  }
}
