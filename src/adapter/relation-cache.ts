/**
 * Which relations exist, known from one catalogue query and kept up to date by what the run does. Names are filed
 * without regard to case, as DuckDB finds them, but compared with it, as dbt does: see `find`.
 * A database named as a lake is never listed: each of its relations is asked for once, when it is wanted.
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import { quoteIdentifier, quoteString } from '../base/sql-text.ts'
import type { RelationInfo, RelationKind, RelationName, SqlValue } from '../base/sql-value.ts'

/** Runs a query and gives its rows. */
export type AskRows = (sql: string) => Promise<readonly (readonly SqlValue[])[]>

export interface SchemaName {
  readonly database: string
  readonly schema: string
}

/** Which parts of a name are quoted; an unquoted part is looked for in lower case. */
export interface PartQuoting {
  readonly database: boolean
  readonly schema: boolean
  readonly identifier: boolean
}

export class RelationCache {
  private readonly lakes: ReadonlySet<string>
  private readonly quoting: PartQuoting
  /** By schema key, then by identifier in lower case. */
  private readonly schemas = new Map<string, Map<string, RelationInfo>>()
  private readonly loading = new Map<string, Promise<void>>()
  /** Relations of lakes that were asked for. */
  private readonly asked = new Set<string>()

  constructor(options: { lakes?: Iterable<string>; quoting?: PartQuoting } = {}) {
    this.lakes = new Set(Array.from(options.lakes ?? [], name => name.toLowerCase()))
    this.quoting = options.quoting ?? { database: true, schema: true, identifier: true }
  }

  /** Lists the schemas that are not known yet, all in one query. */
  async load(schemas: Iterable<SchemaName>, ask: AskRows): Promise<void> {
    const wanted = new Map<string, SchemaName>()
    for (const schema of schemas) {
      const key = schemaKey(schema)
      if (!this.isLake(schema.database) && !this.schemas.has(key) && !this.loading.has(key)) wanted.set(key, schema)
    }
    if (wanted.size > 0) {
      const work = this.list(wanted, ask)
      for (const key of wanted.keys()) this.loading.set(key, work)
      try {
        await work
      } finally {
        for (const key of wanted.keys()) this.loading.delete(key)
      }
    }
    await Promise.all(Array.from(schemas, schema => this.loading.get(schemaKey(schema))))
  }

  /**
   * The relation of that name, its schema listed first if it is not known.
   * @throws `adapter/approximate-match` if one exists whose name differs in case alone
   */
  async find(name: RelationName, ask: AskRows): Promise<RelationInfo | undefined> {
    if (this.isLake(name.database)) await this.askForOne(name, ask)
    else await this.load([name], ask)
    return this.known(name)
  }

  /** As `find`, from memory alone. */
  known(name: RelationName): RelationInfo | undefined {
    const found = this.schemas.get(schemaKey(name))?.get(name.identifier.toLowerCase())
    if (found) this.refuseApproximate(name, found)
    return found
  }

  /** Every relation of a schema that is known, in order of arrival. */
  relationsOf(schema: SchemaName): readonly RelationInfo[] {
    return [...(this.schemas.get(schemaKey(schema))?.values() ?? [])]
  }

  added(relation: RelationName & { readonly kind?: RelationKind }): void {
    const { database, schema, identifier, kind = 'table' } = relation
    this.schemaOf(relation).set(identifier.toLowerCase(), { database, schema, identifier, kind })
    this.asked.add(relationKey(relation))
  }

  dropped(relation: RelationName): void {
    this.schemas.get(schemaKey(relation))?.delete(relation.identifier.toLowerCase())
    this.asked.add(relationKey(relation))
  }

  renamed(from: RelationName, to: RelationName): void {
    const known = this.schemas.get(schemaKey(from))?.get(from.identifier.toLowerCase())
    this.dropped(from)
    this.added({ ...to, kind: known?.kind ?? 'table' })
  }

  /** A schema that was just made holds nothing. */
  schemaCreated(schema: SchemaName): void {
    if (!this.isLake(schema.database)) this.schemaOf(schema)
  }

  schemaDropped(schema: SchemaName): void {
    this.schemas.set(schemaKey(schema), new Map())
  }

  private isLake(database: string): boolean {
    return this.lakes.has(database.toLowerCase())
  }

  private schemaOf(schema: SchemaName): Map<string, RelationInfo> {
    const key = schemaKey(schema)
    let relations = this.schemas.get(key)
    if (!relations) {
      relations = new Map()
      this.schemas.set(key, relations)
    }
    return relations
  }

  private async list(wanted: ReadonlyMap<string, SchemaName>, ask: AskRows): Promise<void> {
    const names = Array.from(wanted.values(), one => `(${lowerString(one.database)}, ${lowerString(one.schema)})`)
    const rows = await ask(listRelationsSql(`(lower(database_name), lower(schema_name)) in (${names.join(', ')})`))
    for (const schema of wanted.values()) this.schemaOf(schema)
    for (const relation of rows.map(relationOf)) {
      const relations = this.schemaOf(relation)
      const key = relation.identifier.toLowerCase()
      if (!relations.has(key)) relations.set(key, relation)
    }
  }

  private async askForOne(name: RelationName, ask: AskRows): Promise<void> {
    const key = relationKey(name)
    if (this.asked.has(key)) return
    const condition = `lower(database_name) = ${lowerString(name.database)} and lower(schema_name) = ${lowerString(name.schema)}`
    const rows = await ask(listRelationsSql(`${condition} and lower(name) = ${lowerString(name.identifier)}`))
    this.asked.add(key)
    for (const relation of rows.map(relationOf)) this.added(relation)
  }

  private refuseApproximate(name: RelationName, found: RelationInfo): void {
    const exact = (['database', 'schema', 'identifier'] as const).every(part => {
      const wanted = this.quoting[part] ? name[part] : name[part].toLowerCase()
      return wanted === found[part]
    })
    if (exact) return
    throw new DiagnosticError({
      code: 'adapter/approximate-match',
      message: `When searching for a relation, dbt found an approximate match: searched for ${renderName(name)}, found ${renderName(found)}`,
      hint: `drop or rename ${renderName(found)}, or spell the name as it is`,
    })
  }
}

/** Text that creates a schema; the database is named so that attached ones work too. */
export function createSchemaSql(schema: SchemaName): string {
  return `create schema if not exists ${quoteIdentifier(schema.database)}.${quoteIdentifier(schema.schema)}`
}

function listRelationsSql(condition: string): string {
  return `select database_name, schema_name, name, kind from (
  select database_name, schema_name, table_name as name, 'table' as kind from duckdb_tables()
  union all
  select database_name, schema_name, view_name, 'view' from duckdb_views() where not internal
) where ${condition}`
}

function relationOf(row: readonly SqlValue[]): RelationInfo {
  const [database, schema, identifier, kind] = row.map(String) as [string, string, string, string]
  return { database, schema, identifier, kind: kind === 'view' ? 'view' : 'table' }
}

function schemaKey({ database, schema }: SchemaName): string {
  return JSON.stringify([database.toLowerCase(), schema.toLowerCase()])
}

function relationKey(name: RelationName): string {
  return `${schemaKey(name)}${name.identifier.toLowerCase()}`
}

function lowerString(text: string): string {
  return quoteString(text.toLowerCase())
}

function renderName({ database, schema, identifier }: RelationName): string {
  return [database, schema, identifier].map(quoteIdentifier).join('.')
}
