/** A small frozen record of Python's: attributes that are also items, and the repr of a dataclass. */
import { PyDict, PyObject, Undefined, type Value } from '../template/value.ts'

export class PythonRecord extends PyObject {
  readonly typeName: string
  private readonly entries: PyDict

  constructor(name: string, entries: Readonly<Record<string, Value>>) {
    super()
    this.typeName = name
    this.entries = PyDict.of(entries)
  }
  override get kind(): 'mapping' {
    return 'mapping'
  }
  override truthy(): boolean {
    return true
  }
  override attr(name: string): Value | undefined {
    return this.entries.get(name)
  }
  override item(key: Value): Value | undefined {
    return this.entries.get(key)
  }
  override contains(value: Value): boolean {
    return this.entries.has(value)
  }
  override repr(): string {
    const shown = Array.from(this.entries, ([name, value]) => `${String(name)}=${plainRepr(value)}`)
    return `${this.typeName}(${shown.join(', ')})`
  }
  override equals(other: Value): boolean {
    return other instanceof PythonRecord && other.repr() === this.repr()
  }
}

function plainRepr(value: Value): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'string') return `'${value}'`
  if (value instanceof Undefined) return 'Undefined'
  return value instanceof PyObject ? value.repr() : String(value)
}
