/** A Python class as a value: called it constructs, its attributes are class methods and constants. */
import { typeError } from '../../template/template-error.ts'
import { type Kwargs, PyFloat, type PyFunction, PyObject, typeName, type Value } from '../../template/value.ts'

export class PythonClass extends PyObject {
  readonly typeName = 'type'
  readonly qualifiedName: string
  private readonly construct: PyFunction
  private readonly members: Readonly<Record<string, () => Value>>

  constructor(qualifiedName: string, construct: PyFunction, members: Readonly<Record<string, () => Value>> = {}) {
    super()
    this.qualifiedName = qualifiedName
    this.construct = construct
    this.members = members
  }
  override truthy(): boolean {
    return true
  }
  override call(args: readonly Value[], kwargs: Kwargs): Value | Promise<Value> {
    return this.construct.call(args, kwargs)
  }
  override attr(name: string): Value | undefined {
    return Object.hasOwn(this.members, name) ? this.members[name]?.() : undefined
  }
  override repr(): string {
    return `<class '${this.qualifiedName}'>`
  }
}

/** An int argument. @throws `template/type` with Python's wording */
export function intArgument(value: Value | undefined): number {
  if (typeof value === 'number') return value
  if (typeof value === 'boolean') return Number(value)
  if (typeof value === 'bigint') return Number(value)
  throw typeError(`'${typeName(value ?? null)}' object cannot be interpreted as an integer`)
}

/** An int or float argument as a JavaScript number. */
export function numberArgument(value: Value | undefined): number {
  if (value instanceof PyFloat) return value.value
  return intArgument(value)
}

export function textArgument(value: Value | undefined, what: string): string {
  if (typeof value === 'string') return value
  throw typeError(`${what} must be str, not ${typeName(value ?? null)}`)
}
