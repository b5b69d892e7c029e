/** A materialization that is a macro: the built-in kinds that have no function here, and everything a project brings. */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { RelationInfo } from '../base/sql-value.ts'
import { Relation } from '../context/relation.ts'
import { AdapterResponse } from '../context/statement-results.ts'
import type { Node } from '../project/node.ts'
import { str } from '../template/repr.ts'
import { noKwargs, PyDict, PyObject, type Value } from '../template/value.ts'
import { type NodeWork, type Outcome, plainResponse, type Response } from './node-work.ts'

/** What is known of a macro `materialization_x_y`. */
export interface MaterializationMacro {
  readonly name: string
  readonly packageName: string
  readonly supportedLanguages: readonly string[] | null
}

export async function runMaterializationMacro(work: NodeWork, macro: MaterializationMacro): Promise<Outcome> {
  const { names, node } = work
  requireLanguage(node, macro)
  const packageName = macro.packageName === 'dbt_duckdb' ? 'dbt' : macro.packageName
  const callable = names.macros.lookupInPackage(packageName, macro.name)
  if (!(callable instanceof PyObject) || !callable.call) {
    throw materializationError(work, `The materialization "${macro.name}" cannot be called`)
  }
  const result = await callable.call([], noKwargs)
  const relations = createdRelations(work, result)
  return { ...mainResult(work), relations }
}

/** @throws `materializations/materialization-result` if the node is written in a language that the macro does not take */
export function requireLanguage({ language, uniqueId }: Node, macro: MaterializationMacro): void {
  const known = macro.supportedLanguages ?? ['sql']
  if (known.includes(language)) return
  throw new DiagnosticError({
    code: 'materializations/materialization-result',
    kind: 'Validation',
    message: `Materialization "${macro.name}" only supports languages [${known.map(one => `'${one}'`).join(', ')}]; got "${language}"`,
    node: uniqueId,
  })
}

/** @throws `materializations/materialization-result` unless it is a dict with a list of relations */
function createdRelations(work: NodeWork, result: Value): RelationInfo[] {
  const kind = str(work.config('materialized'))
  if (typeof result === 'string') {
    throw materializationError(
      work,
      `The materialization ("${kind}") did not explicitly return a list of relations to add to the cache.`,
    )
  }
  if (!(result instanceof PyDict)) {
    throw materializationError(
      work,
      `Invalid return value from materialization, expected a dict with key "relations", got: ${str(result)}`,
    )
  }
  const relations = result.get('relations')
  if (!Array.isArray(relations)) {
    const found =
      relations === undefined ? `not found, got keys: ${str([...result.keys()])}` : `not a list, got: ${str(relations)}`
    throw materializationError(work, `Invalid return value from materialization, "relations" ${found}`)
  }
  return relations.map(relation => {
    if (relation instanceof Relation) return { ...relation.name, kind: relation.fields.type ?? 'table' }
    throw materializationError(
      work,
      `Invalid return value from materialization, "relations" contains non-Relation: ${str(relation)}`,
    )
  })
}

function mainResult(work: NodeWork): Pick<Outcome, 'response' | 'main'> {
  const main = work.names.results.load('main')
  if (!(main instanceof PyDict)) return { response: plainResponse }
  return { response: responseOf(main.get('response') ?? null) }
}

function responseOf(value: Value): Response {
  if (!(value instanceof AdapterResponse)) return { message: str(value) }
  const { message, code, rowsAffected } = value
  return {
    message: str(message),
    ...(code === null ? {} : { code: str(code) }),
    ...(typeof rowsAffected === 'number' ? { rowsAffected } : {}),
  }
}

function materializationError(work: NodeWork, message: string): DiagnosticError {
  return new DiagnosticError({ code: 'materializations/materialization-result', message, node: work.node.uniqueId })
}
