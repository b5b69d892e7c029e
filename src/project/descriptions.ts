/** Descriptions rendered, `doc('name')` put in, and which doc blocks they quote. */
import { DiagnosticError, type Diagnostics } from '../base/diagnostic.ts'
import { nearName } from '../base/near-name.ts'
import type { Place } from '../base/source-file.ts'
import { unmarked } from '../config/yaml-value.ts'
import { dictsIn, textIn } from '../template/dict-access.ts'
import { hasMarks } from '../template/template.ts'
import type { PyDict, Value } from '../template/value.ts'
import type { DocIndex } from './docs.ts'
import type { Column, ExposureNode, MacroNode, Node, SemanticNode, SourceNode } from './node.ts'
import type { ParseRenderer } from './parse-renderer.ts'

/** Where a description stands; looked for only when something is wrong with it. */
type FindPlace = () => Place | undefined

function placed(at: FindPlace): { readonly at?: Place } {
  const place = at()
  return place ? { at: place } : {}
}

interface Described {
  readonly uniqueId: string
  readonly packageName: string
}

interface Rendered {
  readonly text: string
  readonly docBlocks: readonly string[]
}

/** `{{ doc('name') }}` and `{{ doc('package', 'name') }}`: nearly all that descriptions hold. */
const quotation = /\{\{-?\s*doc\(\s*(['"])([^'"\\]*)\1\s*(?:,\s*(['"])([^'"\\]*)\3\s*)?\)\s*-?\}\}/g

export class Descriptions {
  private readonly docs: DocIndex
  private readonly renderer: ParseRenderer
  private readonly diagnostics: Diagnostics

  constructor(docs: DocIndex, renderer: ParseRenderer, diagnostics: Diagnostics) {
    this.docs = docs
    this.renderer = renderer
    this.diagnostics = diagnostics
  }

  node(node: Node, at: FindPlace): Node {
    if (node.description === '' && node.columns.size === 0) return node
    const { text, docBlocks } = this.render(node.description, node, at)
    const columns = this.columns(node.columns, node, at)
    if (text === node.description && columns === node.columns && docBlocks.length === 0) return node
    return { ...node, description: text, docBlocks, columns }
  }

  source(source: SourceNode): SourceNode {
    const { text, docBlocks } = this.render(source.description, source, () => source.at)
    const ofSource = this.render(source.sourceDescription, source, () => source.at)
    const columns = this.columns(source.columns, source, () => source.at)
    return { ...source, description: text, docBlocks, sourceDescription: ofSource.text, columns }
  }

  exposure(exposure: ExposureNode): ExposureNode {
    return { ...exposure, description: this.render(exposure.description, exposure, () => exposure.at).text }
  }

  macro(macro: MacroNode, at: FindPlace): Pick<MacroNode, 'description' | 'arguments'> {
    return {
      description: this.render(macro.description, macro, at).text,
      arguments: macro.arguments.map(one => ({ ...one, description: this.render(one.description, macro, at).text })),
    }
  }

  semantic(node: SemanticNode): SemanticNode {
    const json = node.json.copy()
    const put = (dict: PyDict): PyDict => {
      const written = textIn(dict, 'description')
      return written === null ? dict : dict.copy().set('description', this.render(written, node, () => node.at).text)
    }
    for (const key of ['dimensions', 'measures', 'entities']) {
      if (json.has(key)) json.set(key, dictsIn(json, key).map(put))
    }
    const description = textIn(json, 'description')
    if (description !== null) json.set('description', this.render(description, node, () => node.at).text)
    return { ...node, description: textIn(json, 'description') ?? '', json }
  }

  private columns(columns: ReadonlyMap<string, Column>, owner: Described, at: FindPlace): ReadonlyMap<string, Column> {
    let changed = false
    const rendered = new Map<string, Column>()
    for (const [name, column] of columns) {
      const { text, docBlocks } = this.render(column.description, owner, at)
      if (text === column.description && docBlocks.length === 0) rendered.set(name, column)
      else {
        changed = true
        rendered.set(name, { ...column, description: text, docBlocks })
      }
    }
    return changed ? rendered : columns
  }

  private render(text: string, owner: Described, at: FindPlace): Rendered {
    if (!hasMarks(text)) return { text, docBlocks: [] }
    const quoted: string[] = []
    const simple = text.replace(quotation, (_, __, first: string, ___, second: string | undefined) => {
      const doc = this.find(first, second, owner, at)
      if (doc) quoted.push(doc.uniqueId)
      return doc?.contents ?? ''
    })
    const rest = text.replace(quotation, '')
    if (!hasMarks(rest)) return { text: unmarked(simple), docBlocks: quoted }
    return this.renderTemplate(text, owner, at)
  }

  private renderTemplate(text: string, owner: Described, at: FindPlace): Rendered {
    const doc = (args: readonly Value[]): Value => {
      const [first = null, second] = args
      if (args.length !== 1 && args.length !== 2) {
        const message = `doc() takes at most two arguments (${args.length} given)`
        throw new DiagnosticError({ code: 'context/argument', message })
      }
      return this.find(String(first), second === undefined ? undefined : String(second), owner, at)?.contents ?? ''
    }
    try {
      return {
        text: this.renderer.description(text, doc, owner.packageName),
        docBlocks: this.plainlyQuoted(text, owner),
      }
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error
      this.diagnostics.add({ ...error.diagnostic, node: owner.uniqueId, ...placed(at) })
      return { text, docBlocks: [] }
    }
  }

  /** Blocks quoted by a `{{ doc(…) }}` of its own: dbt does not count those inside a larger expression. */
  private plainlyQuoted(text: string, { packageName }: Described): string[] {
    return [...text.matchAll(quotation)].flatMap(([, , first = '', , second]) => {
      const doc = this.docs.find(second ?? first, second === undefined ? null : first, packageName)
      return doc ? [doc.uniqueId] : []
    })
  }

  /** One argument is a name, two are a package and a name. */
  private find(
    first: string,
    second: string | undefined,
    owner: Described,
    at: FindPlace,
  ): ReturnType<DocIndex['find']> {
    const [packageName, name] = second === undefined ? [null, first] : [first, second]
    const doc = this.docs.find(name, packageName, owner.packageName)
    if (doc) return doc
    const near = nearName(name, this.docs.names())
    this.diagnostics.add({
      code: 'project/doc-not-found',
      message: `Documentation for '${owner.uniqueId}' depends on doc '${name}' ${packageName === null ? '' : `in package '${packageName}' `} which was not found`,
      node: owner.uniqueId,
      ...placed(at),
      ...(near !== undefined && { hint: `did you mean '${near}'?` }),
    })
    return undefined
  }
}
