/** `groups:` of properties files. */
import type { Diagnostics } from '../base/diagnostic.ts'
import { dictIn, textIn } from '../template/dict-access.ts'
import { PyDict } from '../template/value.ts'
import { ownerDict } from './exposure.ts'
import { fqnPrefix } from './found-file.ts'
import type { GroupNode } from './node.ts'
import type { NodeMaker } from './node-maker.ts'
import type { PropertyEntry } from './property-entry.ts'

export function readGroup(entry: PropertyEntry, maker: NodeMaker, diagnostics: Diagnostics): GroupNode {
  const { value, found, name } = entry
  const owner = dictIn(value, 'owner')
  if (textIn(owner, 'name') === null && owner.get('email') == null) {
    diagnostics.add(
      maker.invalidEntry(entry, "at path []: Group owner must have at least one of 'name' or 'email'.", ['owner']),
    )
  }
  const fqn = [...fqnPrefix(found.owner.name, found.path), name]
  return {
    resourceType: 'group',
    uniqueId: `group.${found.owner.name}.${name}`,
    name,
    packageName: found.owner.name,
    path: found.path,
    originalFilePath: found.originalFilePath,
    description: textIn(value, 'description'),
    owner: ownerDict(owner),
    config: withoutHooks(maker.config('group', found.owner, fqn, dictIn(value, 'config')).config),
  }
}

/** dbt configures groups by the section of models, and loses the hooks on the way. */
function withoutHooks(config: PyDict): PyDict {
  return PyDict.of([...config].filter(([key]) => key !== 'pre-hook' && key !== 'post-hook'))
}
