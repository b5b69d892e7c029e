/**
 * Where an external model's files are and how they are read, by its configuration and the project's macros
 * (`external_location`, `render_write_options`). Used by the model itself and by those that read it unbuilt.
 */
import { DiagnosticError } from '../base/diagnostic.ts'
import { quoteString } from '../base/sql-text.ts'
import { ConfigValue } from '../context/config-value.ts'
import { externalWriteOptions } from '../context/external-options.ts'
import type { NodeNames } from '../context/node-names.ts'
import { isDeltaNode } from '../project/file-format.ts'
import type { Node } from '../project/node.ts'
import { optionsWithPartitions } from '../project/partition-columns.ts'
import { str } from '../template/repr.ts'
import { PyDict, PyObject, type Value } from '../template/value.ts'
import { deltaPlace, deltaReader } from './delta-place.ts'
import { type ExternalTarget, externalTarget, readPath } from './external-target.ts'
import type { NodeAccess } from './node-access.ts'
import { nodeConfig } from './node-config.ts'
import { nodeRelation } from './node-relation.ts'

export interface ExternalFiles {
  readonly target: ExternalTarget
  /** Arguments of the reader beside the path, by name; values as they stand in SQL. */
  readonly readOptions: ReadonlyMap<string, string>
}

/** @param names the names to call macros with: those of the node's own rendering, or of a macro's */
export async function externalFiles(session: NodeAccess, node: Node, names: NodeNames): Promise<ExternalFiles> {
  const options = optionsWithPartitions(node.config)
  const config = nodeConfig(node, options && new Map([['options', options]]))
  const configValue = new ConfigValue(config, node.uniqueId)
  const relation = nodeRelation(node, session.state.adapterFacts.quoting)
  const configured = config.get('location') ?? null
  const template = configured ?? (await callMacro(names, 'external_location', [relation, configValue], node))
  const location = str(await session.runFacts.render(str(template), names)).trim()
  const written = await callMacro(names, 'render_write_options', [configValue], node)
  const rendered = written instanceof PyDict ? written.copy() : new PyDict()
  externalWriteOptions(location, rendered)
  const texts = new Map(Array.from(rendered, ([name, value]) => [str(name), str(value)] as const))
  const format = config.get('format') ?? null
  const target = externalTarget(location, texts, format === null || format === '' ? null : str(format))
  return { target, readOptions: readOptions(target, config.get(`${target.format}_read_options`)) }
}

async function callMacro(names: NodeNames, name: string, args: readonly Value[], node: Node): Promise<Value> {
  const macro = names.lookup(name)
  if (macro instanceof PyObject && macro.call) return macro.call(args, new Map())
  throw new DiagnosticError({
    code: 'compile/macro-not-found',
    kind: 'Runtime',
    message: `dbt could not find a macro with the name '${name}' in any package`,
    node: node.uniqueId,
  })
}

function readOptions(target: ExternalTarget, configured: Value | undefined): ReadonlyMap<string, string> {
  const usual = target.format === 'parquet' ? { union_by_name: false } : { auto_detect: true }
  const dict = configured instanceof PyDict ? configured : PyDict.of(usual)
  const texts = new Map(Array.from(dict, ([name, value]) => [str(name), sqlValue(value)] as const))
  const compression = target.copyOptions.get('compression')
  if (compression !== undefined && target.format !== 'parquet' && !texts.has('compression')) {
    texts.set('compression', quoteString(compression.replace(/^'|'$/g, '')))
  }
  return texts
}

function sqlValue(value: Value): string {
  return typeof value === 'string' ? quoteString(value) : str(value)
}

/** The reader's call, as it stands after FROM; `path` is SQL for what to read, all files if not given. */
export function readerText(
  target: ExternalTarget,
  options: ReadonlyMap<string, string>,
  more: ReadonlyMap<string, string> = new Map(),
  path: string = quoteString(readPath(target)),
): string {
  const all = new Map([...more, ...options])
  const args = [path, ...Array.from(all, ([name, value]) => `${name}=${value}`)]
  return `read_${target.format}(${args.join(', ')})`
}

/** An external model that the database has no view of, read from its files. */
export async function upstreamFiles(session: NodeAccess, node: Node): Promise<string> {
  if (isDeltaNode(node)) return deltaReader(await deltaPlace(session, node))
  const { target, readOptions: options } = await externalFiles(session, node, session.macroNames())
  return readerText(target, options)
}
