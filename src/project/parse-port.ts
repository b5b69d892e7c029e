/** The adapter that templates see while the project is parsed: it knows the target and answers no question. */
import { DiagnosticError } from '../base/diagnostic.ts'
import { lazy } from '../base/lazy.ts'
import type { Config } from '../config/config.ts'
import type { AdapterFacts, AdapterPort } from '../context/adapter-port.ts'
import { runtimeConfig } from './runtime-config.ts'

/** What the target says about the database, for templates. */
function adapterFacts(config: Config, duckdbVersion: string): AdapterFacts {
  const { target, projectFile } = config
  const { quoting } = projectFile
  return {
    projectName: projectFile.name,
    quoting: {
      database: quoting.database ?? true,
      schema: quoting.schema ?? true,
      identifier: quoting.identifier ?? true,
    },
    database: target.database,
    schema: target.schema,
    externalRoot: target.duckdb.externalRoot,
    disableTransactions: target.duckdb.disableTransactions,
    isMotherduck: /^(?:md|motherduck):/.test(target.duckdb.path),
    ducklakeDatabases: new Set(target.ducklakeDatabases),
    duckdbVersion,
  }
}

export function parsePort(config: Config): AdapterPort {
  const refuse = (what: string) => (): never => {
    throw new DiagnosticError({
      code: 'project/query-while-parsing',
      message: `${what} cannot be done while the project is parsed`,
      hint: 'put it inside {% if execute %}',
    })
  }
  return {
    facts: adapterFacts(config, '1.5.6'),
    config: lazy(() => runtimeConfig(config)),
    execute: refuse('A query'),
    ensureTransaction: refuse('A transaction'),
    commit: refuse('A transaction'),
    callMacro: refuse('adapter.execute_macro()'),
    getRelation: refuse('adapter.get_relation()'),
    cacheAdded: () => {},
    cacheDropped: () => {},
    cacheRenamed: () => {},
    cacheSchemaDropped: () => {},
    now: () => config.clock.now(),
    warnOnce: () => {},
    temporaryId: identifier => identifier,
    seedFilePath: refuse('Finding the file of a seed'),
  }
}
