/** Which models are microbatch models, whether they are built in batches, and what they must be configured with. */
import type { Config } from '../config/config.ts'
import { internalPackages, type MacroNamespace } from '../context/macro-namespace.ts'
import { isoMoment, PyDateTime } from '../context/modules/python-datetime.ts'
import { typeName } from '../template/value.ts'
import type { ModelNode, Node } from './node.ts'

const sizes = ['hour', 'day', 'month', 'year']

/** By its configuration; `buildsInBatches` says whether the project takes it at its word. */
export function isMicrobatch({ config }: Pick<Node, 'config'>): boolean {
  return config.get('materialized') === 'incremental' && config.get('incremental_strategy') === 'microbatch'
}

/**
 * A strategy macro that is not dbt's own builds microbatch models all at once, as long as the project does not say
 * otherwise. One of `duckdb__` or `default__`, which dbt's own macro calls, makes no difference.
 */
export function buildsInBatches({ projectFile }: Pick<Config, 'projectFile'>, macros: MacroNamespace): boolean {
  if (projectFile.behaviour.requireBatchedExecutionForCustomMicrobatchStrategy) return true
  const macro = macros.anywhere('get_incremental_microbatch_sql')
  return macro === undefined || internalPackages.includes(macro.packageName)
}

/** The `begin` of a microbatch model: a moment, or the text of one as Python reads it. Undefined for anything else. */
export function beginOf({ config }: Pick<Node, 'config'>): PyDateTime | undefined {
  const begin = config.get('begin')
  if (begin instanceof PyDateTime) return begin
  return typeof begin === 'string' ? isoMoment(begin) : undefined
}

/** In dbt's words; undefined when nothing is wrong. */
export function microbatchProblem(model: ModelNode): string | undefined {
  if (!isMicrobatch(model)) return undefined
  const { name, config } = model
  const eventTime = config.get('event_time') ?? null
  if (eventTime === null) {
    return `Microbatch model '${name}' must provide an 'event_time' (string) config that indicates the name of the event time column.`
  }
  if (typeof eventTime !== 'string') {
    return `Microbatch model '${name}' must provide an 'event_time' config of type string, but got: <class '${typeName(eventTime)}'>.`
  }
  const begin = config.get('begin') ?? null
  if (begin === null) {
    return `Microbatch model '${name}' must provide a 'begin' (datetime) config that indicates the earliest timestamp the microbatch model should be built from.`
  }
  if (typeof begin === 'string' && !beginOf(model)) {
    return `Microbatch model '${name}' must provide a 'begin' config of valid datetime (ISO format), but got: ${begin}.`
  }
  if (!beginOf(model)) {
    return `Microbatch model '${name}' must provide a 'begin' config of type datetime, but got: <class '${typeName(begin)}'>.`
  }
  const size = config.get('batch_size') ?? null
  if (typeof size !== 'string' || !sizes.includes(size)) {
    return `Microbatch model '${name}' must provide a 'batch_size' config that is one of ['hour', 'day', 'month', 'year'], but got: ${size === null ? 'None' : String(size)}.`
  }
  const lookback = config.get('lookback') ?? null
  if (lookback !== null && typeof lookback !== 'number') {
    return `Microbatch model '${name}' must provide the optional 'lookback' config as type int, but got: <class '${typeName(lookback)}'>).`
  }
  const concurrent = config.get('concurrent_batches') ?? null
  if (concurrent !== null && typeof concurrent !== 'boolean') {
    return `Microbatch model '${name}' optional 'concurrent_batches' config must be of type \`bool\` if specified, but got: <class '${typeName(concurrent)}'>).`
  }
  return undefined
}
