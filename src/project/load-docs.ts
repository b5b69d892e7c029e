/** The doc blocks of all packages, by unique id. */
import type { Diagnostics } from '../base/diagnostic.ts'
import type { Config } from '../config/config.ts'
import { scopeOf } from '../template/scope.ts'
import { renderText } from '../template/template.ts'
import type { Builtins } from './builtins.ts'
import { readDocs } from './docs.ts'
import { duplicateName } from './duplicate-names.ts'
import { readFound } from './found-file.ts'
import { guarded } from './load-drafts.ts'
import type { PackageFiles } from './load-macros.ts'
import type { DocBlock } from './node.ts'

export function loadDocs(
  files: PackageFiles,
  builtins: Builtins,
  config: Config,
  diagnostics: Diagnostics,
): ReadonlyMap<string, DocBlock> {
  const docs = new Map<string, DocBlock>()
  const add = (doc: DocBlock): void => {
    const first = docs.get(doc.uniqueId)
    if (first) diagnostics.add(duplicateName(first, doc))
    else docs.set(doc.uniqueId, doc)
  }
  const render = (text: string): string => {
    const rendered = renderText(text, scopeOf({}))
    return typeof rendered === 'string' ? rendered : text
  }
  for (const [owner, found] of files) {
    for (const one of found.get('docs') ?? []) {
      const file = readFound(one, config.files)
      if (!file) continue
      for (const doc of guarded(diagnostics, () => readDocs(one, file, render)) ?? []) add(doc)
    }
    if (owner.isRoot) for (const doc of builtins.docs) add({ resourceType: 'doc', ...doc })
  }
  return docs
}
