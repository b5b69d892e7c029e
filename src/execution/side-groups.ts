/**
 * Which steps may run beside others of their kind although the target has one thread. What makes it safe is in
 * `side-step.ts`; what is decided here only saves attempts that would come to nothing.
 */
import { modelsWithForeignKeys } from '../compile/foreign-keys.ts'
import { isNode } from '../compile/node-providers.ts'
import { isEphemeral } from '../compile/node-relation.ts'
import type { RunState } from '../compile/run-state.ts'
import type { Config } from '../config/config.ts'
import { isPlainTest } from '../data-tests/run-data-test.ts'
import { canReplace } from '../materializations/replace-relation.ts'
import { seedMacros } from '../materializations/seed.ts'
import type { Plan, PlannedStep } from '../plan/plan.ts'
import type { GraphMember, ModelNode, SeedNode } from '../project/node.ts'
import { truthy } from '../template/iteration.ts'
import { PyDict } from '../template/value.ts'

/** Seeds fill a table each; queries are tests, views and tables. */
export type SideGroup = 'seeds' | 'queries'

/** By unique id; none where there are more threads, or where one step at a time is asked for. */
export function sideGroups({ steps, graph }: Plan, state: RunState): ReadonlyMap<string, SideGroup> {
  const groups = new Map<string, SideGroup>()
  if (!hasOneThread(state.config)) return groups
  const linked = modelsWithForeignKeys(graph)
  for (const { node } of steps) {
    const group = linked.has(node.uniqueId) ? undefined : sideGroupOf(node, state)
    if (group) groups.set(node.uniqueId, group)
  }
  return groups
}

/** A step may run beside one that makes a relation which it might read. */
export function relationsAreMadeAbreast({ steps }: Plan, groups: ReadonlyMap<string, SideGroup>): boolean {
  const makes = ({ node }: PlannedStep): boolean => node.resourceType === 'model' && !isEphemeral(node)
  return groups.size > 1 && steps.some(step => groups.has(step.node.uniqueId) && makes(step))
}

function hasOneThread({ flags, target }: Config): boolean {
  return target.threads === 1 && flags.threads === null && !flags.singleThreaded && !flags.failFast
}

function sideGroupOf(node: GraphMember, state: RunState): SideGroup | undefined {
  switch (node.resourceType) {
    case 'test':
      return isPlainTest(node, state) ? 'queries' : undefined
    case 'unit_test':
      return state.macros.areBuiltIn(['materialization_unit_default', 'materialization_unit_duckdb'])
        ? 'queries'
        : undefined
    case 'model':
      return isEphemeral(node) || isPlainModel(node, state) ? 'queries' : undefined
    case 'seed':
      return isPlainSeed(node, state) ? 'seeds' : undefined
    default:
      return undefined
  }
}

/** One statement makes it, under a name that is one word. */
function isPlainModel(node: ModelNode, state: RunState): boolean {
  const kind = node.config.get('materialized') ?? 'view'
  if (kind !== 'view' && kind !== 'table') return false
  // What attached databases hold may take long to be listed.
  if (!isInOwnDatabase(node, state) || state.config.target.duckdb.attach.length > 0) return false
  if (hasHooks(node) || node.contract.enforced || !/^\w+$/.test(node.alias)) return false
  if (['indexes', 'sql_header'].some(key => truthy(node.config.get(key) ?? null))) return false
  const docs = node.config.get('persist_docs')
  if (docs instanceof PyDict && [...docs.values()].some(truthy)) return false
  const materializations = [`materialization_${kind}_default`, `materialization_${kind}_duckdb`]
  return state.macros.areBuiltIn([...materializations, 'persist_docs', 'run_hooks']) && canReplace(node, state, kind)
}

function isPlainSeed(node: SeedNode, state: RunState): boolean {
  if (!isInOwnDatabase(node, state) || hasHooks(node)) return false
  const materializations = ['materialization_seed_default', 'materialization_seed_duckdb']
  return state.macros.areBuiltIn([...seedMacros, ...materializations, 'run_hooks'])
}

function isInOwnDatabase(node: GraphMember, { adapterFacts }: RunState): boolean {
  const { database, isMotherduck, ducklakeDatabases } = adapterFacts
  return isNode(node) && !isMotherduck && !ducklakeDatabases.has(database) && (node.database ?? database) === database
}

function hasHooks({ config }: ModelNode | SeedNode): boolean {
  return ['pre-hook', 'post-hook'].some(key => truthy(config.get(key) ?? null))
}
