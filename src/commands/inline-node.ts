/** The text of `--inline` as a node: it may refer to anything and is no part of the project. */
import { sha256 } from '../base/fingerprint.ts'
import type { Config } from '../config/config.ts'
import { defaultConfig } from '../config/config-defaults.ts'
import type { SqlOperationNode } from '../project/node.ts'
import { PyDict } from '../template/value.ts'

const name = 'inline_query'
const path = 'from remote system.sql'

export function inlineNode(text: string, config: Config): SqlOperationNode {
  const { target, projectFile, clock } = config
  const rawCode = text.trim()
  return {
    resourceType: 'sql_operation',
    uniqueId: `sql_operation.${projectFile.name}.${name}`,
    name,
    packageName: projectFile.name,
    path: `sql/${name}`,
    originalFilePath: path,
    fqn: [projectFile.name, 'sql', name],
    description: '',
    meta: new PyDict(),
    tags: [],
    createdAtMs: clock.now(),
    file: { path, text: rawCode },
    database: target.database,
    schema: target.schema,
    alias: name,
    checksum: { name: 'sha256', checksum: sha256(rawCode) },
    config: defaultConfig('sql_operation'),
    unrenderedConfig: new PyDict(),
    columns: new Map(),
    docs: { show: true, nodeColor: null },
    group: null,
    patchPath: null,
    language: 'sql',
    rawCode,
    codeOffset: 0,
    refs: [],
    sources: [],
    metrics: [],
    functions: [],
    macros: [],
    docBlocks: [],
    contract: { enforced: false, aliasTypes: true, checksum: null },
    relationName: null,
  }
}
