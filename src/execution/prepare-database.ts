/**
 * What has to be there before the first node: schemas, created once, and the list of relations that exist, read in one
 * query for all of them.
 */
import { createSchemaSql, type SchemaName } from '../adapter/relation-cache.ts'
import { quoteString } from '../base/sql-text.ts'
import { isNode } from '../compile/node-providers.ts'
import { isEphemeral } from '../compile/node-relation.ts'
import type { NodeSession } from '../compile/node-session.ts'
import { createRelation } from '../context/relation.ts'
import type { GraphMember } from '../project/node.ts'
import { truthy } from '../template/iteration.ts'

/** Creates the schemas that the members need and lists what the project's schemas hold. */
export async function prepareDatabase(session: NodeSession, members: readonly GraphMember[]): Promise<void> {
  const { state } = session
  const needed = schemasOf(members, state.config.flags.storeFailures)
  if (needed.length > 0) await createSchemas(session, needed)
  const { populateCache, cacheSelectedOnly, storeFailures } = state.config.flags
  if (!populateCache) return
  const everyone = cacheSelectedOnly ? members : [...state.graph.members.values()]
  const deferred = [...(state.deferral?.relations.values() ?? [])].map(({ database, schema }) => ({
    database: database ?? state.adapterFacts.database,
    schema,
  }))
  const wanted = [...needed, ...schemasOf(everyone, storeFailures), ...deferred]
  const known = wanted.filter(one => isReachable(one.database))
  await state.relations.load(known, sql => session.ask(sql))

  function isReachable(database: string): boolean {
    return database !== ''
  }
}

/** Places of members that make relations, each once. */
function schemasOf(members: readonly GraphMember[], storesFailures: boolean): SchemaName[] {
  const found = new Map<string, SchemaName>()
  for (const member of members) {
    if (!isNode(member) || !makesRelation(member, storesFailures) || isEphemeral(member)) continue
    const { database, schema } = member
    if (database !== null) found.set(`${database}\0${schema}`.toLowerCase(), { database, schema })
  }
  return [...found.values()]
}

function makesRelation(member: GraphMember, storesFailures: boolean): boolean {
  switch (member.resourceType) {
    case 'model':
    case 'seed':
    case 'snapshot':
    case 'function':
      return true
    case 'test': {
      const stored = member.config.get('store_failures_as') ?? null
      if (stored !== null) return stored !== 'ephemeral'
      return truthy(member.config.get('store_failures') ?? storesFailures)
    }
    default:
      return false
  }
}

async function createSchemas(session: NodeSession, needed: readonly SchemaName[]): Promise<void> {
  const databases = [...new Set(needed.map(one => one.database.toLowerCase()))].map(quoteString)
  const rows = await session.ask(
    `select lower(database_name), lower(schema_name) from duckdb_schemas() where lower(database_name) in (${databases.join(', ')})`,
  )
  const existing = new Set(rows.map(([database, schema]) => `${String(database)}\0${String(schema)}`))
  for (const schema of needed) {
    if (existing.has(`${schema.database}\0${schema.schema}`.toLowerCase())) continue
    await createSchema(session, schema)
    session.state.relations.schemaCreated(schema)
  }
}

/** By the macro where the project has one of its own, or where the database is not DuckDB's. */
async function createSchema(session: NodeSession, schema: SchemaName): Promise<void> {
  const { macros, adapterFacts, config } = session.state
  const isPlain = schema.database === adapterFacts.database || config.target.duckdb.attach.length === 0
  if (isPlain && macros.areBuiltIn(['create_schema', 'statement'])) {
    await session.send(createSchemaSql(schema), { begin: false })
    return
  }
  const relation = createRelation(
    { database: schema.database, schema: schema.schema },
    { quoting: adapterFacts.quoting },
  )
  await session.callMacro('create_schema', new Map([['relation', relation.withoutIdentifier()]]))
  await session.commit()
}
