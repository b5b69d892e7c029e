/** `exposures:` of properties files. */
import type { Diagnostics } from '../base/diagnostic.ts'
import { dictIn, mergedDicts, textIn, textsIn } from '../template/dict-access.ts'
import { sortedTexts } from '../template/text.ts'
import { PyDict } from '../template/value.ts'
import { fqnPrefix } from './found-file.ts'
import type { ExposureNode } from './node.ts'
import type { NodeMaker } from './node-maker.ts'
import type { PropertyEntry } from './property-entry.ts'

/** Descriptions are not rendered yet. */
export function readExposure(entry: PropertyEntry, maker: NodeMaker, diagnostics: Diagnostics): ExposureNode {
  const { value, found, name } = entry
  const owner = dictIn(value, 'owner')
  if (textIn(owner, 'name') === null && owner.get('email') == null) {
    diagnostics.add(
      maker.invalidEntry(entry, "at path []: Exposure owner must have at least one of 'name' or 'email'.", ['owner']),
    )
  }
  if (!/^[\p{L}\p{N}_]+$/u.test(name)) {
    maker.report({
      code: 'project/exposure-name',
      severity: 'warning',
      kind: 'Parsing',
      message: `Starting in v1.3, the 'name' of an exposure should contain only letters, numbers, and underscores. Exposures support a new property, 'label', which may contain spaces, capital letters, and special characters. ${name} does not follow this pattern. Please update the 'name', and use the 'label' property for a human-friendly title. This will raise an error in a future version of dbt-core.`,
      at: entry.at('name'),
      facts: { exposure: name },
    })
  }
  const fqn = [...fqnPrefix(found.owner.name, found.path), name]
  const merged = maker.config('exposure', found.owner, fqn, dictIn(value, 'config'))
  const tree = found.owner.projectFile.trees.exposures
  const tags = sortedTexts(
    new Set([...textsIn(tree, 'tags'), ...textsIn(value, 'tags'), ...textsIn(merged.config, 'tags')]),
  )
  const meta = mergedDicts(dictIn(tree, 'meta'), dictIn(value, 'meta'), dictIn(merged.config, 'meta'))
  const config = merged.config.copy().set('tags', tags).set('meta', meta)
  const calls = maker.readDependencies(entry, textsIn(value, 'depends_on'))
  return {
    resourceType: 'exposure',
    uniqueId: `exposure.${found.owner.name}.${name}`,
    name,
    packageName: found.owner.name,
    path: found.path,
    originalFilePath: found.originalFilePath,
    fqn,
    description: textIn(value, 'description') ?? '',
    meta,
    tags,
    createdAtMs: maker.createdAtMs(),
    type: textIn(value, 'type') ?? '',
    owner: ownerDict(owner),
    label: textIn(value, 'label'),
    maturity: textIn(value, 'maturity'),
    url: textIn(value, 'url'),
    config,
    unrenderedConfig: merged.unrendered,
    refs: calls.refs,
    sources: calls.sources,
    metrics: calls.metrics,
    at: entry.at(),
  }
}

/** dbt's record of an owner: email and name first, then whatever else was written. */
export function ownerDict(owner: PyDict): PyDict {
  const dict = PyDict.of({ email: owner.get('email') ?? null, name: textIn(owner, 'name') })
  for (const [key, value] of owner) if (!dict.has(key)) dict.set(key, value)
  return dict
}
