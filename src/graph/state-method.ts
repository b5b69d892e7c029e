/** The method `state:`: what is new or modified against an earlier manifest. */
import { DiagnosticError, type Diagnostics } from '../base/diagnostic.ts'
import { memberJson } from '../project/member-json.ts'
import type { GraphMember } from '../project/node.ts'
import { plainJson } from '../project/plain-json.ts'
import {
  type CompareRules,
  isRunnable,
  sameBody,
  sameConfig,
  sameContents,
  sameDescriptions,
  sameRelation,
} from './compare-nodes.ts'
import { contractChange } from './contract-change.ts'
import { reachable } from './dag.ts'
import type { Graph } from './graph.ts'
import { isObject, type JsonObject, objectIn, sameJson } from './previous-state.ts'
import { badSelector } from './selector.ts'

const sections = [
  'nodes',
  'sources',
  'exposures',
  'metrics',
  'semantic_models',
  'unit_tests',
  'saved_queries',
  'functions',
]
const checks = [
  'new',
  'old',
  'modified',
  'unmodified',
  'modified.body',
  'modified.configs',
  'modified.persisted_descriptions',
  'modified.relation',
  'modified.macros',
  'modified.contract',
]

/** Compares each member once, however many criteria ask. */
export class StateComparison {
  private readonly graph: Graph
  private readonly manifest: JsonObject
  private readonly diagnostics: Diagnostics
  private readonly rules: CompareRules
  private readonly current = new Map<string, JsonObject>()
  private readonly toldContracts = new Set<string>()
  private changedMacros: ReadonlySet<string> | undefined

  constructor(graph: Graph, manifest: JsonObject, diagnostics: Diagnostics) {
    this.graph = graph
    this.manifest = manifest
    this.diagnostics = diagnostics
    const { behaviour } = graph.project.config.projectFile
    this.rules = { unrendered: behaviour.stateModifiedCompareMoreUnrenderedValues }
  }

  /** @throws DiagnosticError for an unknown check and for a broken contract of a versioned model */
  matching(check: string): string[] {
    if (!checks.includes(check)) {
      throw badSelector(
        `Got an invalid selector "${check}", expected one of "[${checks.map(one => `'${one}'`).join(', ')}]"`,
      )
    }
    const found: string[] = []
    for (const member of this.graph.members.values()) {
      if (this.fits(check, this.previous(member.uniqueId), member)) found.push(member.uniqueId)
    }
    if (check === 'modified' || check === 'unmodified' || check === 'modified.contract') this.checkRemoved()
    return found
  }

  private previous(uniqueId: string): JsonObject | undefined {
    for (const section of sections) {
      const node = objectIn(this.manifest, section)[uniqueId]
      if (isObject(node)) return node
    }
    return undefined
  }

  private fits(check: string, old: JsonObject | undefined, member: GraphMember): boolean {
    switch (check) {
      case 'new':
        return old === undefined
      case 'old':
        return old !== undefined
      case 'modified':
        return this.isModified(old, member)
      case 'unmodified':
        return !this.isModified(old, member)
      case 'modified.macros':
        return this.macrosChanged(member)
      default:
        return this.partChanged(check, old, member)
    }
  }

  private partChanged(check: string, old: JsonObject | undefined, member: GraphMember): boolean {
    const now = this.json(member)
    switch (check) {
      case 'modified.body':
        return isRunnable(now) && (!old || !this.bodySame(old, now))
      case 'modified.configs':
        return now.resource_type !== 'unit_test' && (!old || !sameConfig(old, now))
      case 'modified.persisted_descriptions':
        return isRunnable(now) && (!old || !sameDescriptions(old, now))
      case 'modified.relation':
        return (isRunnable(now) || now.resource_type === 'source') && (!old || !sameRelation(old, now, this.rules))
      default:
        return isRunnable(now) && (!old || this.contractChanged(old, now))
    }
  }

  private isModified(old: JsonObject | undefined, member: GraphMember): boolean {
    const now = this.json(member)
    if (!old) return isRunnable(now) || now.resource_type === 'unit_test' || this.macrosChanged(member)
    const contract = this.contractChanged(old, now)
    if (now.resource_type === 'seed') this.bodySame(old, now)
    return contract || !sameContents(old, now, this.rules) || this.macrosChanged(member)
  }

  private json(member: GraphMember): JsonObject {
    const known = this.current.get(member.uniqueId)
    if (known) return known
    const dependsOn = this.graph.dependsOn.get(member.uniqueId) ?? []
    const made = plainJson(memberJson(member, { dependsOn })) as JsonObject
    this.current.set(member.uniqueId, made)
    return made
  }

  /** Seeds that are too large to be hashed are compared by their path, which deserves a word. */
  private bodySame(old: JsonObject, now: JsonObject): boolean {
    const same = sameBody(old, now)
    if (now.resource_type === 'seed' && objectIn(now, 'checksum').name === 'path') {
      const name = `${String(now.package_name)}.${String(now.name)}`
      const before = objectIn(old, 'checksum').name
      const rest =
        before !== 'path'
          ? `. The previous file had a checksum type of ${before}, so it has changed`
          : same
            ? ' at the same path, dbt cannot tell if it has changed: assuming they are the same'
            : '. The previous file was in a different location, assuming it has changed'
      this.diagnostics.add({
        code: 'graph/large-seed',
        severity: 'warning',
        message: `Found a seed (${name}) >1MB in size${rest}`,
        node: String(now.unique_id),
      })
    }
    return same
  }

  private contractChanged(old: JsonObject, now: JsonObject): boolean {
    if (now.resource_type !== 'model' || old.resource_type !== 'model') return false
    const change = contractChange(old, now)
    if (change.kind === 'breaking') this.reportBroken(now, change.reasons)
    return change.kind !== 'same'
  }

  /** A warning for an unversioned model; a versioned one stops. */
  private reportBroken(node: JsonObject, reasons: readonly string[]): void {
    const id = String(node.unique_id)
    const list = reasons.join('\n  - ')
    if (node.version !== null && node.version !== undefined) {
      throw new DiagnosticError({
        code: 'graph/contract-broken',
        kind: 'Breaking change to contract',
        message:
          'While comparing to previous project state, dbt detected a breaking change to an enforced contract.' +
          `\n  - ${list}\nConsider making an additive (non-breaking) change instead, if possible.\n` +
          'Otherwise, create a new model version',
        node: id,
      })
    }
    if (this.toldContracts.has(id)) return
    this.toldContracts.add(id)
    this.diagnostics.add({
      code: 'graph/contract-broken',
      severity: 'warning',
      message:
        `Breaking change to contracted, unversioned model ${String(node.name)} (${String(node.original_file_path)})` +
        '\nWhile comparing to previous project state, dbt detected a breaking change to an unversioned model.' +
        `\n  - ${list}`,
      node: id,
    })
  }

  /** Models that are gone, or disabled now, break their contract too. They are never selected. */
  private checkRemoved(): void {
    const { project } = this.graph
    for (const [id, old] of Object.entries(objectIn(this.manifest, 'nodes'))) {
      if (!isObject(old) || old.resource_type !== 'model' || project.nodes.has(id)) continue
      const disabled = project.disabled.get(id)?.[0]
      const node = disabled ? this.json(disabled) : old
      if (objectIn(node, 'contract').enforced !== true || this.isPastDeprecation(node)) continue
      const how = disabled ? 'disabled' : 'deleted or renamed'
      this.reportBroken(node, [`Contracted model '${id}' was ${how}.`])
    }
  }

  private isPastDeprecation(node: JsonObject): boolean {
    const date = node.deprecation_date
    return typeof date === 'string' && Date.parse(date) < this.graph.project.config.startedAtMs
  }

  /** @throws DiagnosticError when a generic test is gone that is still referred to: nothing can be said of it then */
  private refuseLostTest(member: GraphMember): void {
    if (member.resourceType !== 'test' || member.generic === null) return
    const suffix = `.test_${member.generic.name}`
    if (member.macros.some(id => id.endsWith(suffix))) return
    throw new DiagnosticError({
      code: 'graph/state-lost-test',
      message:
        `Node '${member.name}' (in ${member.originalFilePath}) depends on a macro or test that does not exist. ` +
        `This can happen when a macro or generic test is removed but is still referenced`,
      node: member.uniqueId,
      hint: "check for typos, and install packages with 'eider deps'",
    })
  }

  private macrosChanged(member: GraphMember): boolean {
    this.refuseLostTest(member)
    if (!('macros' in member) || member.macros.length === 0) return false
    this.changedMacros ??= this.findChangedMacros()
    const changed = this.changedMacros
    if (changed.size === 0) return false
    return member.macros.some(id => changed.has(id))
  }

  /**
   * Macros that changed themselves or call one that did. The built-in packages do not count: their text is ours and
   * changes with this program only, and a state that dbt wrote has dbt's.
   */
  private findChangedMacros(): Set<string> {
    const old = objectIn(this.manifest, 'macros')
    const changed = new Set(Object.keys(old).filter(id => !isBuiltin(id)))
    const callers = new Map<string, string[]>()
    for (const macro of this.graph.project.macros.values()) {
      for (const called of macro.macros) callers.set(called, [...(callers.get(called) ?? []), macro.uniqueId])
      if (isBuiltin(macro.uniqueId)) continue
      const before = old[macro.uniqueId]
      if (isObject(before) && sameJson(before.macro_sql, macro.macroSql)) changed.delete(macro.uniqueId)
      else changed.add(macro.uniqueId)
    }
    return new Set([...changed, ...reachable(changed, callers)])
  }
}

function isBuiltin(uniqueId: string): boolean {
  return uniqueId.startsWith('macro.dbt.') || uniqueId.startsWith('macro.dbt_duckdb.')
}
