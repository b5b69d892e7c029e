/** agate's rows, columns and sets of tables: sequences whose values also have names. */
import { sliceItems } from '../template/attribute.ts'
import { isEqual, isIn, sortedBy } from '../template/comparison.ts'
import { findIterable, truthy } from '../template/iteration.ts'
import { repr } from '../template/repr.ts'
import { typeError } from '../template/template-error.ts'
import { PyDict, PyObject, PySet, PyTuple, type Value } from '../template/value.ts'
import type { AgateType } from './agate-types.ts'
import { contextFunction } from './python-object.ts'

export type SequenceKind = 'Row' | 'Column' | 'MappedSequence'

export class MappedSequence extends PyObject {
  readonly typeName: SequenceKind
  readonly values: readonly Value[]
  /** Null where the values have no names. */
  readonly keys: readonly string[] | null
  private positions: Map<string, number> | undefined

  constructor(values: readonly Value[], keys: readonly string[] | null, kind: SequenceKind = 'MappedSequence') {
    super()
    this.values = values
    this.keys = keys
    this.typeName = kind
  }
  override get kind(): 'sequence' {
    return 'sequence'
  }
  override length(): number {
    return this.values.length
  }
  override iterate(): Iterator<Value> {
    return this.values[Symbol.iterator]()
  }
  override contains(value: Value): boolean {
    return isIn(value, new PyTuple(this.values))
  }
  override equals(other: Value): boolean {
    const items = Array.isArray(other) || other instanceof PyTuple || other instanceof MappedSequence
    const values = items ? [...(findIterable(other) ?? [])] : []
    return items && isEqual(new PyTuple(values), new PyTuple(this.values))
  }
  override setItem(): void {
    throw typeError('Rows and columns can not be modified directly. You probably need to compute a new column.')
  }
  override item(key: Value): Value | undefined {
    if (typeof key === 'number') return this.values.at(key)
    return typeof key === 'string' ? this.named(key) : undefined
  }
  override slice(from: number | null, to: number | null, step: number | null): Value {
    return new PyTuple(sliceItems(this.values, from, to, step))
  }
  override repr(): string {
    const sample = this.values.slice(0, 5).map(repr).join(', ')
    return `<agate.${this.typeName}: (${sample}${this.values.length > 5 ? ', ...' : ''})>`
  }
  override attr(name: string): Value | undefined {
    switch (name) {
      case 'values':
        return contextFunction(name, [], () => new PyTuple(this.values))
      case 'keys':
        return contextFunction(name, [], () => (this.keys ? new PyTuple(this.keys) : null))
      case 'items':
        return contextFunction(name, [], () => new PyTuple(this.pairs().map(pair => new PyTuple(pair))))
      case 'dict':
        return contextFunction(name, [], () => this.asDict())
      case 'get':
        return contextFunction(name, ['key', ['default', null]], ([key = null, fallback = null]) => {
          const found = typeof key === 'string' ? this.named(key) : undefined
          return found !== undefined ? found : truthy(fallback) ? fallback : null
        })
      default:
        return undefined
    }
  }

  /** The value of that name; names are compared exactly. */
  named(name: string): Value | undefined {
    this.positions ??= new Map(this.keys?.map((key, index) => [key, index] as const))
    const index = this.positions.get(name)
    return index === undefined ? undefined : this.values[index]
  }
  asDict(): PyDict {
    return PyDict.of(this.pairs())
  }
  private pairs(): (readonly [string, Value])[] {
    return (this.keys ?? []).map((key, index) => [key, this.values[index] ?? null] as const)
  }
}

export class AgateColumn extends MappedSequence {
  readonly name: string
  readonly index: number
  readonly type: AgateType

  constructor(name: string, index: number, type: AgateType, values: readonly Value[]) {
    super(values, null, 'Column')
    this.name = name
    this.index = index
    this.type = type
  }
  override attr(name: string): Value | undefined {
    switch (name) {
      case 'name':
        return this.name
      case 'index':
        return this.index
      case 'data_type':
        return this.type
      case 'values_distinct':
        return contextFunction(name, [], () => new PyTuple([...new PySet(this.values)]))
      case 'values_without_nulls':
        return contextFunction(name, [], () => new PyTuple(this.withoutNulls()))
      case 'values_sorted':
        return contextFunction(name, [], () => [...sortedBy(this.withoutNulls(), one => one, false), ...this.nulls()])
      case 'values_without_nulls_sorted':
        return contextFunction(name, [], () => sortedBy(this.withoutNulls(), one => one, false))
      default:
        return super.attr(name)
    }
  }
  private withoutNulls(): Value[] {
    return this.values.filter(value => value !== null)
  }
  private nulls(): Value[] {
    return this.values.filter(value => value === null)
  }
}

/** Tables by the value they were grouped by. */
export class TableSet extends MappedSequence {
  private readonly keyName: string
  constructor(tables: readonly Value[], keys: readonly string[], keyName: string) {
    super(tables, keys)
    this.keyName = keyName
  }
  override attr(name: string): Value | undefined {
    if (name === 'key_name') return this.keyName
    return super.attr(name)
  }
}
