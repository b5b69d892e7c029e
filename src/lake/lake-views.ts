/**
 * Views whose text asks for variables that the lake sets, by name: those of the database when it was opened, and those
 * made since. A view over such a view is one too. Names are compared without their schema: a view too many costs a look
 * at the bucket, one too few would be an error.
 */
import { type LakeVariable, variablesIn } from './lake-rewrite.ts'
import { sqlTokens } from './sql-tokens.ts'

interface KnownView {
  readonly own: readonly LakeVariable[]
  /** Names in its text, in lower case. */
  readonly names: ReadonlySet<string>
}

export class LakeViews {
  private readonly views = new Map<string, KnownView>()

  get isEmpty(): boolean {
    return this.views.size === 0
  }

  /** All views of a database, in any order. */
  load(all: readonly { readonly name: string; readonly sql: string }[]): void {
    if (!all.some(view => view.sql.includes("getvariable('eider "))) return
    const open = new Map(all.map(view => [view.name.toLowerCase(), knownView(view.sql)]))
    for (let found = true; found; ) {
      found = false
      for (const [name, view] of open) {
        if (view.own.length === 0 && !this.reads(view.names)) continue
        this.views.set(name, view)
        open.delete(name)
        found = true
      }
    }
  }

  /** A view was made or renamed by this statement. */
  made(name: string, sql: string): void {
    const view = knownView(sql)
    if (view.own.length > 0 || this.reads(view.names)) this.views.set(name, view)
  }

  /** What a statement with these names asks for, through views. */
  variablesFor(names: ReadonlySet<string>): LakeVariable[] {
    const found = new Map<string, LakeVariable>()
    const seen = new Set<string>()
    const open = [...names]
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      const view = this.views.get(name)
      if (view === undefined || seen.has(name)) continue
      seen.add(name)
      for (const variable of view.own) found.set(variable.name, bothOf(found.get(variable.name), variable))
      open.push(...view.names)
    }
    return [...found.values()]
  }

  private reads(names: ReadonlySet<string>): boolean {
    return [...names].some(name => this.views.has(name))
  }
}

/** Parquet only where everyone reads it so. */
function bothOf(first: LakeVariable | undefined, second: LakeVariable): LakeVariable {
  return first?.kind === 'files' && !first.isParquet ? first : second
}

function knownView(sql: string): KnownView {
  const named = sqlTokens(sql).filter(token => token.kind === 'word' || token.kind === 'name')
  return { own: variablesIn(sql), names: new Set(named.map(token => token.value.toLowerCase())) }
}
