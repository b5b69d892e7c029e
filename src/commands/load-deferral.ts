/** `--defer`: where the other environment has the nodes, from its manifest. */
import type { DeferRelation, Deferral } from '../compile/deferral.ts'
import type { Config } from '../config/config.ts'
import { isObject, type JsonObject, objectIn } from '../graph/previous-state.ts'
import { readDeferManifest } from './previous-artifacts.ts'
import type { Session } from './session.ts'

const refable = new Set(['model', 'seed', 'snapshot'])

/** `null` without `--defer`; `clone` always needs the other environment. */
export function loadDeferral(session: Session, config: Config): Deferral | null {
  const { defer, favorState, which } = config.flags
  if (!defer && which !== 'clone') return null
  const manifest = readDeferManifest(session, config)
  const relations = new Map<string, DeferRelation>()
  for (const [id, node] of Object.entries(objectIn(manifest, 'nodes'))) {
    if (isObject(node) && refable.has(String(node.resource_type)) && !isEphemeral(node)) {
      relations.set(id, deferRelation(node))
    }
  }
  const functions = new Map<string, DeferRelation>()
  for (const [id, node] of Object.entries(objectIn(manifest, 'functions'))) {
    if (isObject(node)) functions.set(id, deferRelation(node))
  }
  return { relations, functions, active: defer, favorState }
}

function isEphemeral(node: JsonObject): boolean {
  return objectIn(node, 'config').materialized === 'ephemeral'
}

function deferRelation(node: JsonObject): DeferRelation {
  const text = (key: string): string => (typeof node[key] === 'string' ? node[key] : '')
  const textOrNull = (key: string): string | null => (typeof node[key] === 'string' ? node[key] : null)
  const tags = node.tags
  return {
    database: textOrNull('database'),
    schema: text('schema'),
    alias: text('alias') || text('name'),
    relationName: textOrNull('relation_name'),
    resourceType: text('resource_type'),
    name: text('name'),
    description: text('description'),
    compiledCode: textOrNull('compiled_code'),
    meta: objectIn(node, 'meta'),
    tags: Array.isArray(tags) ? tags.map(String) : [],
    config: objectIn(node, 'config'),
  }
}
