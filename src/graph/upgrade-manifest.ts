/** Manifests of earlier versions of dbt, read as one of today; those before version 4, and later ones than ours, cannot be. */
import { DiagnosticError } from '../base/diagnostic.ts'
import { isObject, type JsonObject, objectIn } from './previous-state.ts'

const address = (version: number): string => `https://schemas.getdbt.com/dbt/manifest/v${version}.json`
const current = 12
const oldest = 4
/** The last version that called the text of a node `raw_sql`. */
const lastWithRawSql = 6

/** @throws DiagnosticError `commands/state-missing` for what is no manifest, or one of a version that is not known */
export function upgradeManifest(manifest: JsonObject, path: string): JsonObject {
  const found = objectIn(manifest, 'metadata').dbt_schema_version
  const version = Number(/manifest\/v(\d+)\.json$/.exec(String(found))?.[1])
  if (version >= oldest && version <= current) {
    checkShape(manifest, path)
    return version === current ? manifest : { ...manifest, nodes: upgradedNodes(objectIn(manifest, 'nodes'), version) }
  }
  throw new DiagnosticError({
    code: 'commands/state-missing',
    kind: 'Runtime',
    message:
      found === undefined
        ? `The file "${path}" is no manifest: it has no schema version`
        : `Expected a schema version of "${address(current)}" in ${path}, but found "${found}". Are you running with a different version of dbt?`,
    hint:
      version > current
        ? 'a newer dbt wrote it: write it with dbt 1.8 to 1.11, or with eider parse'
        : 'write the manifest anew: eider parse',
  })
}

/** @throws DiagnosticError `commands/state-missing` where nodes are no dictionary by id */
function checkShape(manifest: JsonObject, path: string): void {
  const wrong = ['nodes', 'sources', 'exposures', 'metrics'].find(key => key in manifest && !isObject(manifest[key]))
  if (wrong === undefined) return
  throw new DiagnosticError({
    code: 'commands/state-missing',
    kind: 'Runtime',
    message: `The file "${path}" is no manifest: its "${wrong}" is not a dictionary`,
    hint: 'write the manifest anew: eider parse',
  })
}

function upgradedNodes(nodes: JsonObject, version: number): JsonObject {
  const upgraded = Object.entries(nodes).map(([id, node]) => [id, isObject(node) ? upgradedNode(node, version) : node])
  return Object.fromEntries(upgraded)
}

function upgradedNode(node: JsonObject, version: number): JsonObject {
  const text = version <= lastWithRawSql && 'raw_sql' in node ? { raw_code: node.raw_sql } : {}
  const access = node.resource_type === 'model' && !('access' in node) ? { access: 'protected' } : {}
  return { ...access, ...node, ...text }
}
