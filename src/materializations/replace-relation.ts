/**
 * Views and tables the short way. dbt builds under a scratch name and swaps by two renames; DuckDB's CREATE OR REPLACE has
 * the same effect in one statement: readers see the old relation or the new one, and a failed build leaves the old one.
 * Hooks still see dbt's order, and what they see of the node's own relation is the same before and after it is built.
 *
 * It also keeps clear of the catalogue's list of indexes, which fails while another connection renames a table.
 *
 * dbt's long way is taken (by the macro) when the project overrides a macro on it, and for grants, partitions, DuckLake,
 * and tables that foreign keys hold on to.
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { RelationInfo } from '../base/sql-value.ts'
import type { RunState } from '../compile/run-state.ts'
import type { Relation } from '../context/relation.ts'
import { foreignKeys } from '../project/foreign-keys.ts'
import type { Node } from '../project/node.ts'
import { truthy } from '../template/iteration.ts'
import { str } from '../template/repr.ts'
import { type NodeWork, type Outcome, plainResponse } from './node-work.ts'

export type ReplaceableKind = 'view' | 'table'

/** dbt builds under the name with this, then renames. */
const scratchSuffix = '__dbt_tmp'

const macrosOnTheWay: Readonly<Record<ReplaceableKind, readonly string[]>> = {
  view: ['get_create_view_as_sql', 'create_view_as'],
  table: [
    'get_create_table_as_sql',
    'create_table_as',
    'drop_indexes_on_relation',
    'create_indexes',
    'has_foreign_key_constraints',
    'may_be_foreign_key_target',
    'restore_foreign_key_dependents',
    'enforced_constraint_types',
    'existing_constraint_types',
    'get_column_names',
  ],
}

const macrosOfBoth = [
  'statement',
  'load_cached_relation',
  'make_intermediate_relation',
  'make_backup_relation',
  'drop_relation_if_exists',
  'drop_relation',
  'rename_relation',
  'apply_grants',
  'should_revoke',
]

/** True where one statement does what dbt's macro does. */
export function canReplace(node: Node, { macros, adapterFacts }: RunState, kind: ReplaceableKind): boolean {
  const partitions = ['partitioned_by', 'partition_by', 'sorted_by', 'sort_by']
  if ([...partitions, 'grants'].some(key => truthy(node.config.get(key) ?? null)) || node.language !== 'sql')
    return false
  const inLake = adapterFacts.ducklakeDatabases.has(node.database ?? adapterFacts.database)
  if (adapterFacts.isMotherduck || inLake || hasForeignKey(node)) return false
  return macros.areBuiltIn([...macrosOfBoth, ...macrosOnTheWay[kind]])
}

function hasForeignKey(node: Node): boolean {
  return node.resourceType === 'model' && node.contract.enforced && foreignKeys(node).length > 0
}

/** `undefined` when the old table cannot be replaced because others refer to it: then dbt's way is needed. */
export async function replaceRelation(work: NodeWork, kind: ReplaceableKind): Promise<Outcome | undefined> {
  const existing = await work.existing()
  await dropLeftovers(work)
  await work.runHooks('pre-hook', false)
  const relation = work.relation(kind)
  const swapsKind = existing !== undefined && existing.kind !== kind
  const hasIndexes = kind === 'table' && truthy(work.config('indexes'))
  const severalStatements = swapsKind || hasIndexes || work.persistsDocs || work.node.contract.enforced
  const transaction = severalStatements || work.hasHooksInside
  const isLast = !transaction && !work.hasHooks('post-hook', false)
  await work.runHooks('pre-hook', true)
  const textOf = await buildText(work, kind)
  work.write(textOf(`create ${kind}`, scratchName(relation)))
  const sql = textOf(`create or replace ${kind}`, relation.render())
  try {
    if (swapsKind) await work.send(`drop ${existing.kind} if exists ${relation.render()} cascade`, { begin: true })
    await work.send(sql, { begin: transaction, isLast })
  } catch (error) {
    if (isHeldByForeignKey(error) && !work.hasHooksInside && !work.hasHooks('pre-hook', false)) return undefined
    throw error
  }
  work.session.cacheAdded({ ...relation.name, kind })
  if (hasIndexes) await work.macro('create_indexes', [relation])
  if (kind === 'table') {
    await work.runHooks('post-hook', true)
    await work.persistDocs(relation)
  } else {
    await work.persistDocs(relation)
    await work.runHooks('post-hook', true)
  }
  await work.commit()
  await work.runHooks('post-hook', false)
  return { response: plainResponse, relations: [{ ...relation.name, kind }] }
}

/**
 * The text of the statement for a verb and a name: one is sent, and dbt's under the scratch name is what `target/run`
 * shows. Laid out as dbt's own text is, so that DuckDB names the same lines in its errors. A contract is checked first;
 * its columns and constraints come from the project's macros.
 */
async function buildText(work: NodeWork, kind: ReplaceableKind): Promise<(verb: string, name: string) => string> {
  const query = work.compiled.compiledCode
  const { enforced } = work.node.contract
  if (enforced) await work.macro('get_assert_columns_equivalent', [query])
  const header = work.config('sql_header')
  const lead = header === null ? '\n' : `\n${str(header)}\n`
  if (kind === 'view') return (verb, name) => `${lead}  \n  ${verb} ${name} as (\n    ${query}\n  );\n`
  if (!enforced) {
    return (verb, name) =>
      `${lead}    \n\n    ${verb}\n      ${name}\n  \n    \n    as (\n      ${query}\n    );\n    \n  `
  }
  const columns = str(await work.macro('get_table_columns_and_constraints', []))
  const names = str(await work.macro('get_column_names', []))
  const rows = str(await work.macro('get_select_subquery', [query]))
  return (verb, name) =>
    `${lead}    ${verb} ${name}\n${columns};\n    insert into ${name} ${names} (\n${rows}\n    );\n`
}

function isHeldByForeignKey(error: unknown): boolean {
  return (
    error instanceof DiagnosticError &&
    /main key table|foreign key|entries that depend on it/i.test(error.diagnostic.message)
  )
}

function scratchName(relation: Relation): string {
  const { path } = relation.fields
  return relation.with({ path: { ...path, identifier: `${path.identifier}${scratchSuffix}` } }).render()
}

/** Scratch relations of runs by dbt that were killed. */
async function dropLeftovers(work: NodeWork): Promise<void> {
  const { session, node } = work
  for (const suffix of [scratchSuffix, '__dbt_backup']) {
    const leftover = await session.getRelation(node.database, node.schema, `${node.alias}${suffix}`)
    if (leftover) await dropRelation(work, leftover)
  }
}

async function dropRelation(work: NodeWork, relation: RelationInfo): Promise<void> {
  const { database, schema, identifier, kind } = relation
  await work.send(`drop ${kind} if exists "${database}"."${schema}"."${identifier}" cascade`, { begin: false })
  work.session.cacheDropped(relation)
}
