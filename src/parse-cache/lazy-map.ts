/** A map whose size is known before it is made. */
export class LazyMap<Value> implements ReadonlyMap<string, Value> {
  readonly size: number
  private readonly make: () => ReadonlyMap<string, Value>

  /** @param make gives the same map each time */
  constructor(size: number, make: () => ReadonlyMap<string, Value>) {
    this.size = size
    this.make = make
  }

  get(key: string): Value | undefined {
    return this.make().get(key)
  }
  has(key: string): boolean {
    return this.make().has(key)
  }
  keys(): MapIterator<string> {
    return this.make().keys()
  }
  values(): MapIterator<Value> {
    return this.make().values()
  }
  entries(): MapIterator<[string, Value]> {
    return this.make().entries()
  }
  [Symbol.iterator](): MapIterator<[string, Value]> {
    return this.make().entries()
  }
  forEach(action: (value: Value, key: string, map: ReadonlyMap<string, Value>) => void): void {
    for (const [key, value] of this.make()) action(value, key, this)
  }
}
