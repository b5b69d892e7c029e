/** A small frozen record of Python's: attributes that are also items, `to_dict()`, and the repr of a dataclass. */

import { repr } from '../template/repr.ts'
import { noKwargs, PyDict, PyObject, type Value } from '../template/value.ts'
import { contextFunction } from './python-object.ts'

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
    const found = this.entries.get(name)
    if (found !== undefined || name !== 'to_dict') return found
    return contextFunction('to_dict', [['omit_none', true]], ([omitNone]) => this.toDict(omitNone !== false))
  }
  /** Records inside become dicts, times their text in UTC. */
  private toDict(omitNone: boolean): PyDict {
    const entries = Array.from(this.entries).filter(([, value]) => !omitNone || value !== null)
    return PyDict.of(entries.map(([key, value]) => [key, plainValue(value, omitNone)] as const))
  }
  override item(key: Value): Value | undefined {
    return this.entries.get(key)
  }
  override contains(value: Value): boolean {
    return this.entries.has(value)
  }
  override repr(): string {
    const shown = Array.from(this.entries, ([name, value]) => `${String(name)}=${repr(value)}`)
    return `${this.typeName}(${shown.join(', ')})`
  }
  override equals(other: Value): boolean {
    return other instanceof PythonRecord && other.repr() === this.repr()
  }
}

function plainValue(value: Value, omitNone: boolean): Value {
  if (Array.isArray(value)) return value.map(item => plainValue(item, omitNone))
  if (!(value instanceof PyObject)) return value
  const method = value.attr('to_dict') ?? value.attr('isoformat')
  const plain = method instanceof PyObject ? method.call?.([], noKwargs) : undefined
  if (plain === undefined || plain instanceof Promise) return value
  return typeof plain === 'string' ? plain.replace(/\+00:00$/, 'Z') : plain
}
