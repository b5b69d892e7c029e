/** Nodes by the names that properties files and unit tests know them by. */
import type { Draft } from './draft.ts'
import type { NodeResourceType } from './node.ts'

type Named = Pick<Draft, 'name' | 'resourceType' | 'owner' | 'patch'>

export const referable: ReadonlySet<NodeResourceType> = new Set(['model', 'seed', 'snapshot'])

/** Several drafts of one name are possible: of several packages, and, among disabled ones, of one package. */
export class NameIndex<Item extends Named> {
  private readonly items = new Map<string, Item[]>()

  constructor(items: Iterable<Item>, keyOf: (item: Item) => string = item => item.name) {
    for (const item of items) this.add(keyOf(item), item)
  }

  add(key: string, item: Item): void {
    const known = this.items.get(key)
    if (known) known.push(item)
    else this.items.set(key, [item])
  }

  /** All of that name, of one package or of any. */
  all(name: string, packageName?: string): readonly Item[] {
    const items = this.items.get(name) ?? []
    return packageName === undefined ? items : items.filter(item => item.owner.name === packageName)
  }

  /** The one in the package, else the one in any package. */
  find(name: string, packageName: string): Item | undefined {
    const items = this.items.get(name)
    return items?.find(item => item.owner.name === packageName) ?? items?.[0]
  }

  names(): Iterable<string> {
    return this.items.keys()
  }
}
