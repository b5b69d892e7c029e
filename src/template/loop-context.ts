/** The variable `loop`. It asks for the next item early only when something needs to know whether there is one. */

import { isEqual } from './comparison.ts'
import { drive, type Running } from './drive.ts'
import type { Evaluation } from './evaluation.ts'
import { findLength, iterate } from './iteration.ts'
import { typeError } from './template-error.ts'
import { type Kwargs, noKwargs, PyFunction, PyObject, PyTuple, type Value } from './value.ts'

type Recurse = (items: Value, depth: number) => Running<Value>

export class LoopContext extends PyObject {
  readonly typeName = 'LoopContext'
  private readonly env: Evaluation
  private readonly recurse: Recurse | null
  private readonly depth: number
  private readonly items: Value
  private iterator: Iterator<Value>
  private known: number | undefined
  private index0 = -1
  private before: Value | undefined
  private current: Value | undefined
  private after: Value | undefined
  private lastChanged: Value | undefined

  constructor(env: Evaluation, items: Value, recurse: Recurse | null, depth: number) {
    super()
    this.env = env
    this.recurse = recurse
    this.depth = depth
    this.items = items
    this.iterator = iterate(items)[Symbol.iterator]()
  }

  /** The next item; `undefined` at the end. */
  advance(): Value | undefined {
    const item = this.peek()
    this.after = undefined
    if (item === undefined) return undefined
    this.index0++
    this.before = this.current
    this.current = item
    return item
  }

  private peek(): Value | undefined {
    if (this.after === undefined) {
      const next = this.iterator.next()
      if (!next.done) this.after = next.value
    }
    return this.after
  }

  /** A list is asked for its length once, when it is first needed, not when the loop begins. */
  private count(): number {
    this.known ??= findLength(this.items)
    if (this.known === undefined) {
      const rest: Value[] = []
      for (let next = this.iterator.next(); !next.done; next = this.iterator.next()) rest.push(next.value)
      this.iterator = rest[Symbol.iterator]()
      this.known = rest.length + this.index0 + 1 + (this.after === undefined ? 0 : 1)
    }
    return this.known
  }

  override attr(name: string): Value | undefined {
    switch (name) {
      case 'index':
        return this.index0 + 1
      case 'index0':
        return this.index0
      case 'revindex':
        return this.count() - this.index0
      case 'revindex0':
        return this.count() - this.index0 - 1
      case 'first':
        return this.index0 === 0
      case 'last':
        return this.peek() === undefined
      case 'length':
        return this.count()
      case 'depth':
        return this.depth + 1
      case 'depth0':
        return this.depth
      case 'previtem':
        return this.index0 === 0 ? this.env.missing({ message: 'there is no previous item' }) : this.before
      case 'nextitem':
        return this.following()
      case 'cycle':
        return new PyFunction('cycle', args => this.cycle(args))
      case 'changed':
        return new PyFunction('changed', args => this.changed(args))
      default:
        return undefined
    }
  }

  private following(): Value {
    const next = this.peek()
    return next === undefined ? this.env.missing({ message: 'there is no next item' }) : next
  }

  private cycle(args: readonly Value[]): Value {
    if (args.length === 0) throw typeError('no items for cycling given')
    return args[this.index0 % args.length]!
  }

  private changed(args: readonly Value[]): boolean {
    const value = new PyTuple(args)
    if (this.lastChanged !== undefined && isEqual(this.lastChanged, value)) return false
    this.lastChanged = value
    return true
  }

  override call(args: readonly Value[], kwargs: Kwargs = noKwargs): Value | Promise<Value> {
    const [items] = args
    if (items === undefined || args.length > 1 || kwargs.size > 0) {
      throw typeError('loop() takes exactly one argument: what to loop over')
    }
    if (!this.recurse) {
      throw typeError("The loop must have the 'recursive' marker to be called recursively.")
    }
    return drive(this.recurse(items, this.depth + 1))
  }

  override length(): number {
    return this.count()
  }

  override iterate(): Iterator<Value> {
    return {
      next: () => {
        const value = this.advance()
        return value === undefined ? { done: true, value: null } : { done: false, value: new PyTuple([value, this]) }
      },
    }
  }

  override repr(): string {
    return `<LoopContext ${this.index0 + 1}/${this.count()}>`
  }
}
