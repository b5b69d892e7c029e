/** Entries of properties files -> patches on the drafts that they describe. */
import { nearName } from '../base/near-name.ts'
import type { Draft } from './draft.ts'
import { duplicatePatch } from './duplicate-names.ts'
import { type ModelVersions, readVersions, versionPatch } from './model-versions.ts'
import { NameIndex, referable } from './name-index.ts'
import type { NodeMaker } from './node-maker.ts'
import { type NodePatch, readNodePatch } from './node-patch.ts'
import type { PropertyEntry, Section } from './property-entry.ts'

const typesOf: Readonly<Partial<Record<Section, Draft['resourceType']>>> = {
  models: 'model',
  seeds: 'seed',
  snapshots: 'snapshot',
  analyses: 'analysis',
  functions: 'function',
  data_tests: 'test',
}

/** What an entry turned out to describe; tests hang on it. */
export interface Described {
  readonly entry: PropertyEntry
  /** Drafts by version; a single one under `null` when the model has no versions. Empty when there is none. */
  readonly drafts: ReadonlyMap<string | number | null, Draft>
  readonly versions: ModelVersions | undefined
}

export class PropertyApplier {
  private readonly maker: NodeMaker
  private readonly enabled: Readonly<Record<'referable' | 'analysis' | 'function' | 'test', NameIndex<Draft>>>
  private readonly disabled: NameIndex<Draft>

  constructor(drafts: readonly Draft[], maker: NodeMaker) {
    this.maker = maker
    const of = (wanted: (draft: Draft) => boolean): NameIndex<Draft> =>
      new NameIndex(drafts.filter(draft => draft.enabled && wanted(draft)))
    this.enabled = {
      referable: of(draft => referable.has(draft.resourceType)),
      analysis: of(draft => draft.resourceType === 'analysis'),
      function: of(draft => draft.resourceType === 'function'),
      test: of(draft => draft.resourceType === 'test' && !draft.generic),
    }
    this.disabled = new NameIndex(drafts.filter(draft => !draft.enabled))
  }

  apply(entry: PropertyEntry): Described {
    const versions = entry.section === 'models' ? readVersions(entry, this.maker) : undefined
    const patch = readNodePatch(entry, this.maker)
    const drafts = versions ? this.applyVersions(entry, patch, versions) : this.applyPlain(entry, patch)
    return { entry, drafts, versions }
  }

  private applyPlain(entry: PropertyEntry, patch: NodePatch): Described['drafts'] {
    const type = typesOf[entry.section]
    const found = this.findEnabled(entry, type)
    if (found) {
      // Tests still hang on a node that is described in the wrong section.
      if (found.resourceType === type) this.patch(found, patch)
      return new Map([[null, found]])
    }
    const disabled = this.disabled
      .all(entry.name, entry.section === 'data_tests' ? undefined : entry.found.owner.name)
      .filter(draft => draft.resourceType === type)
    const [first] = disabled
    if (!first) {
      this.reportNoNode(entry, entry.name)
      return new Map()
    }
    if (disabled.length > 1 && patch.config.get('enabled') === true) {
      this.reportAmbiguous(entry, first, disabled.length)
      return new Map()
    }
    for (const draft of disabled) draft.patch = patch
    return new Map([[null, first]])
  }

  private findEnabled(entry: PropertyEntry, type: Draft['resourceType'] | undefined): Draft | undefined {
    const { name, found } = entry
    switch (type) {
      case 'analysis':
      case 'function':
        return this.enabled[type].all(name)[0]
      case 'test':
        return this.enabled.test.all(name, found.owner.name)[0]
      default: {
        const { referable: named } = this.enabled
        const ofType = named.all(name, found.owner.name).find(one => one.resourceType === type)
        const draft = ofType ?? named.find(name, found.owner.name)
        if (!draft || draft.resourceType === type) return draft
        this.maker.report({
          code: 'project/wrong-section',
          severity: 'warning',
          kind: 'Parsing',
          message: `'${name}' is a ${draft.resourceType} node, but it is specified in the ${entry.section} section of ${found.originalFilePath}. To fix this error, place the \`${name}\` specification under the ${draft.resourceType}s key instead.`,
          at: entry.at(),
        })
        return draft
      }
    }
  }

  private patch(draft: Draft, patch: NodePatch): void {
    const before = draft.patch
    if (!before) {
      draft.patch = patch
      return
    }
    const what = `dbt found two schema.yml entries for the same resource named ${patch.entry.name}. Resources and their associated columns may only be described a single time.`
    this.maker.report(
      duplicatePatch(
        what,
        'resource',
        patch.entry.name,
        { path: before.entry.found.originalFilePath, at: before.entry.at() },
        { path: patch.entry.found.originalFilePath, at: patch.entry.at() },
      ),
    )
  }

  private applyVersions(entry: PropertyEntry, patch: NodePatch, versions: ModelVersions): Described['drafts'] {
    const drafts = new Map<string | number, Draft>()
    const packageName = entry.found.owner.name
    for (const one of versions.all) {
      const isLatest = one.version === versions.latest
      const draft =
        this.enabled.referable.all(one.fileName, packageName)[0] ??
        (isLatest ? this.enabled.referable.all(entry.name, packageName)[0] : undefined) ??
        this.disabled.all(one.fileName).find(item => item.resourceType === 'model')
      if (!draft) {
        this.reportNoNode(entry, one.fileName)
        continue
      }
      draft.uniqueId = `model.${packageName}.${entry.name}.v${one.version}`
      draft.fqn = [...draft.fqn.slice(0, -1), entry.name, `v${one.version}`]
      draft.name = entry.name
      this.patch(draft, versionPatch(patch, one, versions.latest, this.maker))
      drafts.set(one.version, draft)
    }
    return drafts
  }

  private reportNoNode(entry: PropertyEntry, name: string): void {
    const { section, found } = entry
    const type = typesOf[section]
    const index = type === 'analysis' || type === 'function' || type === 'test' ? type : 'referable'
    const near = nearName(name, this.enabled[index].names())
    this.maker.report({
      code: 'project/patch-without-node',
      severity: 'warning',
      kind: 'Parsing',
      message: `Did not find matching node for patch with name '${name}' in the '${section}' section of file '${found.originalFilePath}'`,
      at: entry.at('name'),
      ...(near !== undefined && { hint: `did you mean '${near}'?` }),
    })
  }

  private reportAmbiguous(entry: PropertyEntry, draft: Draft, count: number): void {
    this.maker.report({
      code: 'project/ambiguous-patch',
      kind: 'Parsing',
      message: `Found ${count} matching disabled nodes for ${draft.resourceType} '${entry.name}'. Multiple nodes for the same unique id cannot be enabled in the schema file. They must be enabled in \`dbt_project.yml\` or in the sql files.`,
      at: entry.at(),
    })
  }
}
