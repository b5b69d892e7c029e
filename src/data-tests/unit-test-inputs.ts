/** The inputs of a unit test as CTEs: rows written down stand for the models and sources that the tested model reads. */
import { DiagnosticError } from '../base/diagnostic.ts'
import { compileNode } from '../compile/compile-node.ts'
import type { FixtureQuery } from '../compile/compiled-step.ts'
import { cteText, type InjectedCte } from '../compile/inject-ctes.ts'
import { isNode, namesOfNode } from '../compile/node-providers.ts'
import { nodeRelation, sourceRelation } from '../compile/node-relation.ts'
import type { NodeSession } from '../compile/node-session.ts'
import { type Missing, missingText, nodeReferences, type References } from '../compile/references.ts'
import type { RefArguments } from '../context/node-providers.ts'
import { refArguments } from '../context/reference-functions.ts'
import { createRelation, ephemeralPrefix, type Relation } from '../context/relation.ts'
import { changedNode, type GraphMember, type ModelNode, type Node, type UnitTestNode } from '../project/node.ts'
import { str } from '../template/repr.ts'
import { scopeOf } from '../template/scope.ts'
import { renderNative, renderText } from '../template/template.ts'
import { fn, PyDict, PyObject, type Value } from '../template/value.ts'

interface UnitTestInput {
  /** Name of the CTE. */
  readonly name: string
  readonly cte: InjectedCte
  readonly query: FixtureQuery
}

/** By unique id of what they stand for. */
export type UnitTestInputs = ReadonlyMap<string, UnitTestInput>

export async function unitTestInputs(
  test: UnitTestNode,
  tested: ModelNode,
  session: NodeSession,
): Promise<UnitTestInputs> {
  const inputs = new Map<string, UnitTestInput>()
  for (const given of test.given) {
    const original = await inputMember(given.input, test, tested, session)
    const name = cteName(original)
    const sql = await fixtureSql(given, original, tested, session)
    inputs.set(original.uniqueId, {
      name,
      cte: { id: original.uniqueId, sql: cteText(name, sql) },
      query: { packageName: original.packageName, name: original.name, sql },
    })
  }
  return inputs
}

function cteName(member: GraphMember): string {
  if (member.resourceType === 'source') return `${ephemeralPrefix}${member.sourceName}__${member.name}`
  return `${ephemeralPrefix}${'alias' in member ? member.alias : member.name}`
}

/** `ref('x')`, `source('a', 'b')` or `this`. */
async function inputMember(
  input: string,
  test: UnitTestNode,
  tested: ModelNode,
  session: NodeSession,
): Promise<GraphMember> {
  if (input.trim() === 'this') return tested
  const { graph } = session.state
  let found: GraphMember | undefined
  const scope = scopeOf({
    ref: fn('ref', (args, kwargs) => {
      const { name, packageName, version } = refArguments(args, kwargs)
      found = graph.resolveRef({ name, package: packageName, version }, test.packageName)
      return ''
    }),
    source: fn('source', ([source = null, table = null]) => {
      found = graph.resolveSource(str(source), str(table), test.packageName)
      return ''
    }),
  })
  await renderNative(`{{ ${input} }}`, scope)
  if (found) return found
  throw new DiagnosticError({
    code: 'data-tests/unit-test-input',
    kind: 'Parsing',
    message: `Unit test '${test.name}' had an input (${input}) which was not found in the manifest.`,
    node: test.uniqueId,
  })
}

async function fixtureSql(
  given: UnitTestNode['given'][number],
  original: GraphMember,
  tested: ModelNode,
  session: NodeSession,
): Promise<string> {
  const node = standIn(original, tested)
  const names = namesOfNode({ session, node })
  if (given.format === 'sql') return renderText(str(given.rows), names)
  const macro = names.lookup('get_fixture_sql')
  if (!(macro instanceof PyObject) || !macro.call) throw new Error("the macro 'get_fixture_sql' is not there")
  return str(await macro.call([given.rows, await unbuiltTypes(original, session)], new Map()))
}

/** The input as dbt's macros see it: a model of that name and place. */
function standIn(original: GraphMember, tested: ModelNode): Node {
  const place = isNode(original)
    ? { database: original.database, schema: original.schema, alias: original.alias }
    : original.resourceType === 'source'
      ? { database: original.database, schema: original.schema, alias: original.identifier }
      : {}
  const { uniqueId, name, packageName } = original
  return changedNode(tested, {
    ...place,
    uniqueId,
    name,
    packageName,
    config: PyDict.of({ materialized: 'ephemeral' }),
  })
}

/**
 * Types of the columns of a parent that the database does not have yet, from its own compiled query; None where it is
 * there, because the macro asks the database then.
 */
async function unbuiltTypes(original: GraphMember, session: NodeSession): Promise<Value> {
  if (await isBuilt(original, session)) return null
  const query = await unbuiltQuery(original, session)
  if (query === undefined) return null
  const rows = await session.ask(`describe (\n${query}\n)`)
  return PyDict.of(rows.map(([name, type]) => [String(name).toLowerCase(), String(type)] as const))
}

async function isBuilt(member: GraphMember, session: NodeSession): Promise<boolean> {
  const { database, facts } = { database: 'database' in member ? member.database : null, facts: session.facts }
  if (member.resourceType === 'source') {
    if (sourceRelation(member).fields.external !== null) return false
    return (await session.getRelation(database ?? facts.database, member.schema, member.identifier)) !== undefined
  }
  if (!isNode(member)) return true
  if (session.state.deferral?.relations.has(member.uniqueId)) return true
  return (await session.getRelation(member.database, member.schema, member.alias)) !== undefined
}

/** The query of a parent, its own unbuilt parents inside it. */
async function unbuiltQuery(member: GraphMember, session: NodeSession): Promise<string | undefined> {
  if (member.resourceType === 'source') {
    const relation = sourceRelation(member)
    return relation.fields.external === null ? undefined : `select * from ${relation.str()}`
  }
  if (!isNode(member) || (member.resourceType !== 'model' && member.resourceType !== 'snapshot')) return undefined
  const plain = nodeReferences(session, { reader: member, batch: null, ephemeral: () => {} })
  const references: References = {
    ...plain,
    async ref(args: RefArguments) {
      const { name, packageName, version } = args
      const target = session.state.graph.resolveRef({ name, package: packageName, version }, member.packageName)
      if (!target || (await isBuilt(target, session))) return plain.ref(args)
      const query = await unbuiltQuery(target, session)
      return query === undefined ? plain.ref(args) : inline(target, query, session)
    },
  }
  const { compiledCode } = await compileNode(member, session, { references })
  return compiledCode
}

function inline(target: GraphMember, query: string, session: NodeSession): Relation {
  const relation = isNode(target) ? nodeRelation(target, session.state.adapterFacts.quoting) : createRelation({})
  return relation.with({ external: `(\n${query}\n)` })
}

/** What the tested model's `ref` and `source` mean: the inputs, and nothing else. */
export function inputReferences(
  test: UnitTestNode,
  tested: ModelNode,
  session: NodeSession,
  inputs: UnitTestInputs,
  noted: (uniqueId: string) => void,
): References {
  const { graph } = session.state
  const plain = nodeReferences(session, { reader: tested, batch: null, ephemeral: noted })
  const cte = (member: GraphMember | undefined, asked: Missing): Relation => {
    const identifier = member && inputs.get(member.uniqueId)?.name
    if (!member || identifier === undefined) {
      throw new DiagnosticError({
        code: 'compile/reference-not-found',
        message: `Unit_Test '${test.uniqueId}' (${test.originalFilePath}) depends on ${missingText(asked)}`,
        hint: 'give rows for it under "given"',
        node: test.uniqueId,
      })
    }
    noted(member.uniqueId)
    return createRelation({ identifier }, { type: 'cte', quoting: { identifier: false } })
  }
  return {
    ...plain,
    ref({ name, packageName, version }) {
      const found = graph.resolveRef({ name, package: packageName, version }, tested.packageName)
      return cte(found, { kind: 'node', name, version, packageName })
    },
    source(sourceName, tableName) {
      const found = graph.resolveSource(sourceName, tableName, tested.packageName)
      return cte(found, { kind: 'source', name: `${sourceName}.${tableName}` })
    },
  }
}
