/** Which statements may be sent a second time after an error, and what their first try may have left. */
import { resolve } from 'node:path'
import { localStore } from '../storage/local-store.ts'
import type { ObjectStore } from '../storage/object-store.ts'
import { type SqlToken, sqlTokens } from './sql-tokens.ts'

/** Where a COPY writes files. */
export interface LeftoverTarget {
  isEmpty(): Promise<boolean>
  clear(): Promise<void>
}

export interface StagedTarget extends LeftoverTarget {
  readonly path: string
}

const plannable: ReadonlySet<string> = new Set([
  ...['select', 'with', 'from', 'values', 'insert', 'update', 'delete', 'merge', 'copy', 'describe', 'summarize'],
  ...['pivot', 'unpivot', '('],
])

/** A statement that reads when it is sent and not later: no macro, no prepared statement. */
export function isPlannable(sql: string): boolean {
  const [first, ...rest] = sqlTokens(sql)
    .slice(0, 6)
    .map(token => token.value.toLowerCase())
  if (first !== 'create') return first !== undefined && plannable.has(first)
  const what = rest.find(word => !['or', 'replace', 'temp', 'temporary'].includes(word))
  return what === 'table' || what === 'view'
}

/** The files that a COPY on this machine writes; undefined for one that writes one file, which the next try replaces. */
export function localTarget(sql: string, root: string): LeftoverTarget | undefined {
  const tokens = sqlTokens(sql)
  if (tokens[0]?.value !== 'copy') return undefined
  let depth = 0
  for (const [at, { kind, value }] of tokens.entries()) {
    if (kind === 'symbol') depth += value === '(' ? 1 : value === ')' ? -1 : 0
    const path = tokens[at + 1]
    if (depth > 0 || kind !== 'word' || value !== 'to' || path?.kind !== 'text') continue
    const folder = `${resolve(root, path.value).replace(/^\/+/, '')}/`
    return leftoverIn(localStore('/'), folder, ownNames(tokens))
  }
  return undefined
}

/** The beginning of the names of what a COPY adds to a folder, if no other one uses it: an id of its own is in it. */
function ownNames(tokens: readonly SqlToken[]): string {
  const pattern = tokens.find(token => token.kind === 'text' && token.value.includes('{uuid'))?.value ?? ''
  const lead = pattern.slice(0, pattern.indexOf('{uuid'))
  return tokens.some(token => token.value === 'append') && lead.length > 12 ? lead : ''
}

/** Objects whose keys begin so; below folders only those whose names begin with `names`. Hidden ones do not count. */
export function leftoverIn(store: ObjectStore, prefix: string, names = ''): LeftoverTarget {
  async function* found(): AsyncGenerator<string> {
    for await (const { key } of store.list(prefix)) {
      const name = key.slice(key.lastIndexOf('/') + 1)
      if (name.startsWith(names) && !name.startsWith('.')) yield key
    }
  }
  return {
    async isEmpty() {
      for await (const key of found()) return key === ''
      return true
    },
    async clear() {
      for await (const key of found()) await store.delete(key)
    },
  }
}
