/** A properties file -> its entries. A pure function of the text and the names that its templates see. */
import { DiagnosticError, type Diagnostics } from '../base/diagnostic.ts'
import { parseYaml } from '../base/located-yaml.ts'
import { nearName } from '../base/near-name.ts'
import type { SourceFile } from '../base/source-file.ts'
import {
  type YamlDocument,
  type YamlEntry,
  type YamlMap,
  type YamlNode,
  yamlAt,
  yamlEntry,
  yamlPlace,
} from '../base/yaml-node.ts'
import { tellDuplicateKeys } from '../config/duplicate-keys.ts'
import { notRendered } from '../config/render-yaml.ts'
import { hasMarks, type RenderText, unmarked, yamlValue } from '../config/yaml-value.ts'
import { stripEnd } from '../template/text.ts'
import { PyDict, type Value } from '../template/value.ts'
import { isDeferred } from './deferred-keys.ts'
import type { FoundFile } from './found-file.ts'
import { type PropertyEntry, placeIn, type Section, sections } from './property-entry.ts'

/** Renders one text natively; throws what rendering throws. */
export type RenderNative = (text: string) => Value

export interface PropertiesFile {
  readonly found: FoundFile
  readonly entries: ReadonlyMap<Section, readonly PropertyEntry[]>
}

const otherTopKeys = new Set(['version', 'anchors', 'tests'])
/** `groups` and `unit_tests` are checked less strictly by dbt: an element needs no name to be looked at. */
const namedSections = new Set<Section>(sections.filter(one => one !== 'data_tests' && one !== 'unit_tests'))

export function readProperties(
  found: FoundFile,
  file: SourceFile,
  render: RenderNative,
  diagnostics: Diagnostics,
): PropertiesFile | undefined {
  const document = parsed(found, file, diagnostics)
  if (!document) return undefined
  tellDuplicateKeys(document, found.originalFilePath, diagnostics)
  const { root } = document
  if (root.kind === 'scalar' && root.value === null) return undefined
  if (root.kind !== 'map') {
    diagnostics.add({
      code: 'project/properties-not-a-mapping',
      kind: 'Parsing',
      message: readingFailed(found, `Contents of file '${found.originalFilePath}' are not valid. Dictionary expected`),
      at: yamlPlace(document, root),
    })
    return undefined
  }
  const entries = new Map<Section, PropertyEntry[]>()
  const tree = new PropertiesTree(document)
  for (const entry of root.entries) {
    const section = sections.find(one => one === entry.key.value)
    if (section) entries.set(section, readSection(section, entry, found, tree, render, diagnostics))
    else warnUnknownTopKey(entry, document, diagnostics)
  }
  // What stands in the entries of sources is looked at again, as it was written.
  if (!entries.has('sources')) tree.letGo()
  return { found, entries }
}

/**
 * The tree of a file, let go as soon as its entries are read: the trees of a large project are larger than everything
 * that is made of them. It is made again for the few entries whose places are asked for.
 */
class PropertiesTree {
  readonly file: SourceFile
  private known: YamlDocument | undefined

  constructor(document: YamlDocument) {
    this.file = document.file
    this.known = document
  }

  letGo(): void {
    this.known = undefined
  }

  get document(): YamlDocument {
    this.known ??= parseYaml(this.file)
    return this.known
  }

  entry(section: Section, index: number): YamlNode {
    const { root } = this.document
    return yamlAt(root, section, index) ?? root
  }
}

function parsed(found: FoundFile, file: SourceFile, diagnostics: Diagnostics): YamlDocument | undefined {
  try {
    // dbt strips the file's text, which tells on a block text at its end.
    return parseYaml({ ...file, text: stripEnd(file.text, null) })
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error
    const { diagnostic } = error
    diagnostics.add({ ...diagnostic, kind: 'Parsing', message: readingFailed(found, diagnostic.message) })
    return undefined
  }
}

/** dbt's words for a file that cannot be read as YAML. */
function readingFailed({ owner, path }: FoundFile, reason: string): string {
  return `Error reading ${owner.name}: ${path} - Runtime Error\n  ${reason}`
}

function warnUnknownTopKey(entry: YamlEntry, document: YamlDocument, diagnostics: Diagnostics): void {
  const key = String(entry.key.value)
  const near = otherTopKeys.has(key) ? undefined : nearName(key, sections)
  if (near === undefined) return
  diagnostics.add({
    code: 'project/unknown-key',
    severity: 'warning',
    kind: 'Parsing',
    message: `The key "${key}" is not known and its content is ignored`,
    hint: `did you mean "${near}"?`,
    at: yamlPlace(document, entry.key),
  })
}

function readSection(
  section: Section,
  { value }: YamlEntry,
  found: FoundFile,
  tree: PropertiesTree,
  render: RenderNative,
  diagnostics: Diagnostics,
): PropertyEntry[] {
  const invalid = (node: YamlNode, because: string): void =>
    diagnostics.add({
      code: 'project/invalid-properties',
      kind: 'Parsing',
      message: `The schema file at ${found.originalFilePath} is invalid because ${because}`,
      at: yamlPlace(tree.document, node),
    })
  if (value.kind !== 'list') {
    invalid(value, `the value of '${section}' is not a list`)
    return []
  }
  const read: PropertyEntry[] = []
  for (const [index, item] of value.items.entries()) {
    if (item.kind !== 'map') invalid(item, `a list element for '${section}' is not a dictionary`)
    else if (namedSections.has(section) && !yamlEntry(item, 'name')) {
      invalid(item, `a list element for '${section}' does not have a name attribute.`)
    } else {
      const entry = readEntry({ section, index, found, tree }, item, render, diagnostics)
      if (entry) read.push(entry)
    }
  }
  return read
}

interface EntryPlace {
  readonly section: Section
  /** Of the element in its section. */
  readonly index: number
  readonly found: FoundFile
  readonly tree: PropertiesTree
}

function readEntry(
  { section, index, found, tree }: EntryPlace,
  node: YamlMap,
  render: RenderNative,
  diagnostics: Diagnostics,
): PropertyEntry | undefined {
  let failed = false
  const renderText: RenderText = (text, path, scalar) => {
    if (isDeferred(section, path)) return text
    if (!hasMarks(text)) return unmarked(text)
    try {
      return render(text)
    } catch (error) {
      if (!(error instanceof DiagnosticError)) throw error
      failed = true
      const { diagnostic } = error
      const { kind, message } = diagnostic
      const where = `${found.originalFilePath} from project ${found.owner.name}`
      diagnostics.add({
        ...diagnostic,
        message: notRendered(diagnostic, text) ?? `Failed to render ${where}: ${kind} Error\n  ${message}`,
        at: yamlPlace(tree.document, scalar),
      })
      return text
    }
  }
  const value = yamlValue(node, renderText)
  if (failed || !(value instanceof PyDict)) return undefined
  const name = value.get('name')
  return {
    section,
    found,
    file: tree.file,
    name: typeof name === 'string' ? name : '',
    value,
    written: (...path) => {
      const at = yamlAt(tree.entry(section, index), ...path)
      return at && yamlValue(at)
    },
    at: (...path) => placeIn(tree.document, tree.entry(section, index), path),
  }
}
