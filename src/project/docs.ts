/** Doc blocks (`{% docs name %}` in Markdown files), and descriptions that quote them with `doc('name')`. */
import type { SourceFile } from '../base/source-file.ts'
import { extractBlocks } from '../template/blocks.ts'
import type { FoundFile } from './found-file.ts'
import type { DocBlock } from './node.ts'
import { stripText } from './strip-text.ts'

/** @param render renders the block's text with no names at all */
export function readDocs(found: FoundFile, file: SourceFile, render: (text: string) => string): DocBlock[] {
  if (!file.text.includes('{%')) return []
  return extractBlocks(file, ['docs']).blocks.map(block => ({
    resourceType: 'doc',
    uniqueId: `doc.${found.owner.name}.${block.name ?? ''}`,
    name: block.name ?? '',
    packageName: found.owner.name,
    path: found.path,
    originalFilePath: found.originalFilePath,
    contents: stripText(render(block.contents)),
  }))
}

export class DocIndex {
  private readonly byName = new Map<string, Map<string, DocBlock>>()
  private readonly rootPackage: string

  constructor(docs: Iterable<DocBlock>, rootPackage: string) {
    this.rootPackage = rootPackage
    for (const doc of docs) {
      let ofName = this.byName.get(doc.name)
      if (!ofName) {
        ofName = new Map()
        this.byName.set(doc.name, ofName)
      }
      ofName.set(doc.packageName, doc)
    }
  }

  /** In the named package; else in the root project, the asking node's package, any package. */
  find(name: string, packageName: string | null, fromPackage: string): DocBlock | undefined {
    const ofName = this.byName.get(name)
    if (!ofName) return undefined
    if (packageName !== null) return ofName.get(packageName)
    return ofName.get(this.rootPackage) ?? ofName.get(fromPackage) ?? ofName.values().next().value
  }

  names(): Iterable<string> {
    return this.byName.keys()
  }
}
