/**
 * A scope over a table of names, each made from the state of one rendering when it is first asked for. The table is
 * shared by all renderings; only what was used costs anything.
 */
import { updateDict } from '../template/dict-methods.ts'
import { toArray } from '../template/iteration.ts'
import { repr, str } from '../template/repr.ts'
import type { Scope } from '../template/scope.ts'
import { lookupError } from '../template/template-error.ts'
import { fn, PyDict, PyObject, PyTuple, type Value } from '../template/value.ts'
import { contextFunction } from './python-object.ts'

/** `undefined` says that the name does not exist in this state. */
export type NameTable<State> = Readonly<Record<string, (state: State) => Value | undefined>>

export class NameScope<State> implements Scope {
  private readonly made = new Map<string, Value | undefined>()
  private readonly table: NameTable<State>
  private readonly state: State

  constructor(table: NameTable<State>, state: State) {
    this.table = table
    this.state = state
  }

  lookup(name: string): Value | undefined {
    const known = this.made.get(name)
    if (known !== undefined) return known
    if (!Object.hasOwn(this.table, name)) return undefined
    const value = this.table[name]?.(this.state)
    this.made.set(name, value)
    return value
  }

  names(): Iterable<string> {
    return Object.keys(this.table)
  }
}

/** Another scope, under what templates have written with `context.update` and its like. */
export class WrittenScope implements Scope {
  private readonly under: Scope
  /** `undefined` says that the name was taken out. */
  private readonly written = new Map<string, Value | undefined>()

  constructor(under: Scope) {
    this.under = under
  }
  lookup(name: string): Value | undefined {
    return this.written.has(name) ? this.written.get(name) : this.under.lookup(name)
  }
  names(): Iterable<string> {
    return [...(this.under.names?.() ?? []), ...this.written.keys()]
  }
  write(name: string, value: Value | undefined): void {
    this.written.set(name, value)
  }
}

/** A scope as a dict: `context` and `builtins`. */
export class ScopeDict extends PyObject {
  readonly typeName = 'dict'
  private readonly scope: WrittenScope

  constructor(scope: Scope) {
    super()
    this.scope = scope instanceof WrittenScope ? scope : new WrittenScope(scope)
  }
  override get kind(): 'mapping' {
    return 'mapping'
  }
  override truthy(): boolean {
    return true
  }
  override length(): number {
    return this.keys().length
  }
  override item(key: Value): Value | undefined {
    return typeof key === 'string' ? this.scope.lookup(key) : undefined
  }
  override attr(name: string): Value | undefined {
    switch (name) {
      case 'get':
        return contextFunction(name, ['key', ['default', null], '/'], ([key = null, fallback = null]) => {
          const value = this.item(key)
          return value === undefined ? fallback : value
        })
      case 'keys':
        return contextFunction(name, [], () => this.keys())
      case 'values':
        return contextFunction(name, [], () => Array.from(this.copy().values()))
      case 'items':
        return contextFunction(name, [], () => Array.from(this.copy(), pair => new PyTuple(pair)))
      case 'copy':
        return contextFunction(name, [], () => this.copy())
      case 'update':
        return fn(name, (args, kwargs) => this.update(args, kwargs))
      case 'setdefault':
        return contextFunction(name, ['key', ['default', null], '/'], ([key = null, fallback = null]) => {
          const value = this.item(key)
          if (value === undefined) this.scope.write(str(key), fallback)
          return value ?? fallback
        })
      case 'pop':
        return contextFunction(name, ['key', '*fallbacks'], ([key = null, fallbacks = null]) =>
          this.pop(key, toArray(fallbacks)[0]),
        )
      default:
        return undefined
    }
  }
  override contains(value: Value): boolean {
    return this.item(value) !== undefined
  }
  override iterate(): Iterator<Value> {
    return this.keys()[Symbol.iterator]()
  }
  override repr(): string {
    return `{${this.keys()
      .map(key => `'${key}': …`)
      .join(', ')}}`
  }

  private update(args: readonly Value[], kwargs: ReadonlyMap<string, Value>): null {
    const given = new PyDict()
    updateDict(given, args, kwargs)
    for (const [key, value] of given.entries()) this.scope.write(str(key), value)
    return null
  }
  private pop(key: Value, fallback: Value | undefined): Value {
    const value = this.item(key) ?? fallback
    if (value === undefined) throw lookupError(repr(key))
    this.scope.write(str(key), undefined)
    return value
  }
  private keys(): string[] {
    const names = new Set(this.scope.names())
    return [...names].filter(name => this.scope.lookup(name) !== undefined)
  }
  private copy(): PyDict {
    return PyDict.of(this.keys().map(key => [key, this.scope.lookup(key) ?? null] as const))
  }
}
