/** How one node will be done, and why: taken once here, only read by execution. */
import type { RelationKind } from '../base/sql-value.ts'
import { isDeltaNode, isIncrementalDelta, isParquetNode } from '../project/file-format.ts'
import type { GraphMember, Node } from '../project/node.ts'
import { partitionColumns } from '../project/partition-columns.ts'
import type { Value } from '../template/value.ts'
import type { StepMode } from './plan.ts'

export interface ModeFacts {
  /** dbt's name of the command. */
  readonly command: string
  /** `undefined`: the target has no such relation. `null`: it was not asked. */
  readonly existing: RelationKind | null | undefined
  /** `--full-refresh` */
  readonly fullRefresh: boolean
}

export interface ModeChoice {
  readonly mode: StepMode
  readonly reason: string
}

const building: readonly string[] = ['run', 'build', 'seed', 'snapshot', 'clone', 'retry']

export function chooseMode(member: GraphMember, facts: ModeFacts): ModeChoice {
  switch (member.resourceType) {
    case 'exposure':
    case 'metric':
    case 'semantic_model':
    case 'saved_query':
      return { mode: { kind: 'no-op' }, reason: `${member.resourceType.replace('_', ' ')}: nothing to run` }
    case 'source':
      return { mode: { kind: 'check' }, reason: 'freshness is asked for' }
    case 'unit_test':
      return { mode: { kind: 'check' }, reason: 'unit test' }
    case 'test':
      return { mode: { kind: 'check' }, reason: 'data test' }
    case 'operation':
    case 'sql_operation':
    case 'analysis':
      return { mode: { kind: 'check' }, reason: member.resourceType === 'operation' ? 'hook' : 'is compiled' }
    default:
      return chooseForNode(member, facts)
  }
}

function chooseForNode(node: Node, facts: ModeFacts): ModeChoice {
  const materialized = node.config.get('materialized')
  if (materialized === 'ephemeral') {
    return { mode: { kind: 'no-op' }, reason: 'ephemeral: becomes part of the models that use it' }
  }
  if (!building.includes(facts.command)) return { mode: { kind: 'check' }, reason: 'is compiled' }
  if (facts.existing === undefined) return { mode: { kind: 'create' }, reason: 'relation does not exist' }
  const forced = fullRefreshReason(node.config.get('full_refresh'), facts.fullRefresh)
  if (node.resourceType === 'snapshot') return stepwise(String(node.config.get('strategy') ?? 'snapshot'))
  if (forced !== undefined) return { mode: { kind: 'full refresh' }, reason: forced }
  if (node.resourceType === 'seed') return { mode: { kind: 'full refresh' }, reason: 'the file is loaded again' }
  if (isDeltaNode(node) || isParquetNode(node)) return fileMode(node)
  if (materialized === 'incremental') return incremental(node, facts.existing)
  const partitions = materialized === 'external' ? replacedPartitions(node) : []
  if (partitions.length > 0) {
    return { mode: { kind: 'replace partitions', partitionBy: partitions }, reason: 'only partitions with new rows' }
  }
  return { mode: { kind: 'full refresh' }, reason: `${String(materialized)}: is made again as a whole` }
}

/** The node's own config beats the flag. */
function fullRefreshReason(configured: Value | undefined, flag: boolean): string | undefined {
  if (configured === true) return 'full_refresh: true'
  return flag && configured !== false ? '--full-refresh' : undefined
}

function incremental(node: Node, existing: RelationKind | null): ModeChoice {
  if (existing !== null && existing !== 'table') {
    return { mode: { kind: 'full refresh' }, reason: `a ${existing} stands in its place` }
  }
  return stepwise(String(node.config.get('incremental_strategy') ?? 'delete+insert'))
}

/** Its rows are in files, under a view. */
function fileMode(node: Node): ModeChoice {
  if (isIncrementalDelta(node) || isParquetNode(node))
    return stepwise(String(node.config.get('incremental_strategy') ?? 'delete+insert'))
  return { mode: { kind: 'full refresh' }, reason: 'Delta table: is made again as a whole' }
}

function stepwise(strategy: string): ModeChoice {
  return { mode: { kind: 'incremental', strategy }, reason: 'relation exists' }
}

/** The partition columns of an external model that replaces partitions. */
function replacedPartitions(node: Node): readonly string[] {
  return node.config.get('incremental_strategy') === 'insert_overwrite' ? partitionColumns(node.config) : []
}
