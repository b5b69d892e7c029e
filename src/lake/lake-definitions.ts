/**
 * Views and macros whose text asks for variables that the lake sets, by name: those of the database, and those made since.
 * One over such a one is one too. Names are compared without their schema, and those that share one count as one: a
 * definition too many costs a look at the bucket, one too few would be an error.
 */
import { type LakeVariable, variablesIn } from './lake-rewrite.ts'
import { sqlTokens } from './sql-tokens.ts'

export interface Defined {
  readonly name: string
  /** What stands after its name, or all of its CREATE statement. */
  readonly sql: string
}

interface Definition {
  readonly own: readonly LakeVariable[]
  /** Names in its text, in lower case. */
  readonly names: ReadonlySet<string>
}

export class LakeDefinitions {
  /** Those that ask for variables, themselves or through others. */
  private readonly definitions = new Map<string, Definition>()
  /** All of the database, in any order. */
  private readonly all: Defined[] = []

  get isEmpty(): boolean {
    return this.definitions.size === 0
  }

  /** More of what the database has: each may be over any other. */
  load(more: readonly Defined[]): void {
    this.all.push(...more)
    if (!this.all.some(({ sql }) => sql.includes("getvariable('eider "))) return
    const open = new Set(this.all.map(({ name, sql }) => ({ name, definition: definitionOf(sql) })))
    for (let found = true; found; ) {
      found = false
      for (const one of open) {
        if (!this.isOfLake(one.definition)) continue
        this.add(one.name, one.definition)
        open.delete(one)
        found = true
      }
    }
  }

  /** A view or macro was made or renamed by this statement. */
  made(name: string, sql: string): void {
    const definition = definitionOf(sql)
    if (this.isOfLake(definition)) this.add(name, definition)
  }

  /** What a statement with these names asks for, through what they stand for. */
  variablesFor(names: ReadonlySet<string>): LakeVariable[] {
    const found = new Map<string, LakeVariable>()
    const seen = new Set<string>()
    const open = [...names]
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      const definition = this.definitions.get(name)
      if (definition === undefined || seen.has(name)) continue
      seen.add(name)
      for (const variable of definition.own) found.set(variable.name, bothOf(found.get(variable.name), variable))
      open.push(...definition.names)
    }
    return [...found.values()]
  }

  private isOfLake({ own, names }: Definition): boolean {
    return own.length > 0 || [...names].some(name => this.definitions.has(name))
  }

  private add(name: string, { own, names }: Definition): void {
    const key = name.toLowerCase()
    const others = this.definitions.get(key)
    this.definitions.set(key, {
      own: [...(others?.own ?? []), ...own],
      names: new Set([...(others?.names ?? []), ...names]),
    })
  }
}

/** Parquet only where everyone reads it so. */
function bothOf(first: LakeVariable | undefined, second: LakeVariable): LakeVariable {
  return first?.kind === 'files' && !first.isParquet ? first : second
}

function definitionOf(sql: string): Definition {
  const named = sqlTokens(sql).filter(token => token.kind === 'word' || token.kind === 'name')
  return { own: variablesIn(sql), names: new Set(named.map(token => token.value.toLowerCase())) }
}
