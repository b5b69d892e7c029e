/** The names of a rendering that belongs to no node: macros that are run by themselves, hooks' helpers, comments. */
import { DiagnosticError } from '../base/diagnostic.ts'
import { type NodeNames, nodeNames } from '../context/node-names.ts'
import type { NodeProviders } from '../context/node-providers.ts'
import type { Value } from '../template/value.ts'
import type { NodeAccess } from './node-access.ts'
import { noNodeConfig } from './node-config.ts'
import { operationReferences } from './references.ts'

/** dbt's macro context: the root project's macros, the profile's database and schema, no `this`. */
export function macroScope(session: NodeAccess, extra?: ReadonlyMap<string, Value>, packageName?: string): NodeNames {
  const { state } = session
  const root = packageName ?? state.config.projectFile.name
  const { target } = state.config
  const providers: NodeProviders = {
    node: { uniqueId: 'macro', packageName: root, name: 'macro', resourceType: 'macro', language: 'sql' },
    execute: true,
    config: noNodeConfig,
    vars: state.varsOf(root),
    adapter: session,
    ...operationReferences(session, root),
    database: target.database,
    schema: target.schema,
    this: () => undefined,
    model: () => null,
    graph: () => state.graphValue(),
    preHooks: () => null,
    postHooks: () => null,
    compiledCode: () => undefined,
    selectedResources: () => [...state.selected],
    deferRelation: () => undefined,
    write: () => {},
    loadAgateTable() {
      throw new DiagnosticError({
        code: 'compile/not-a-seed',
        message: 'can only load_agate_table for seeds (got a macro)',
      })
    },
    ...(extra && { extra }),
  }
  return nodeNames({ facts: session.runFacts, macros: state.macros, providers })
}
