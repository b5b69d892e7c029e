/** Which statements may be sent a second time after an error, and what their first try may have left. */
import { resolve } from 'node:path'
import { localStore } from '../storage/local-store.ts'
import type { ObjectStore } from '../storage/object-store.ts'
import { sqlTokens } from './sql-tokens.ts'

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
    return leftoverIn(localStore('/'), `${resolve(root, path.value).replace(/^\/+/, '')}/`)
  }
  return undefined
}

/** Objects whose keys begin so. */
export function leftoverIn(store: ObjectStore, prefix: string): LeftoverTarget {
  return {
    async isEmpty() {
      for await (const info of store.list(prefix)) return info.key === ''
      return true
    },
    async clear() {
      for await (const info of store.list(prefix)) await store.delete(info.key)
    },
  }
}
