/**
 * YAML text -> a tree of located nodes, with the meaning PyYAML's SafeLoader gives it. Ordinary files are read by
 * `yaml-block-reader.ts` in one quick pass; whatever that does not know goes through the `yaml` package here.
 * Both give the same tree.
 */
import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseAllDocuments,
  type Scalar,
  type YAMLMap,
  type YAMLParseError,
} from 'yaml'
import type { SourceFile } from './source-file.ts'
import { readBlockYaml } from './yaml-block-reader.ts'
import { dictEntries, type WrittenEntry } from './yaml-mapping.ts'
import type { DuplicateKey, YamlDocument, YamlEntry, YamlNode, YamlValue } from './yaml-node.ts'
import { dateOrTime, floatValue, intValue, plainScalar } from './yaml-scalar.ts'
import { yamlSyntaxError } from './yaml-syntax-error.ts'

const options = {
  version: '1.1',
  schema: 'failsafe',
  uniqueKeys: false,
  strict: false,
  prettyErrors: false,
  resolveKnownTags: false,
  logLevel: 'silent',
} as const

/** @throws DiagnosticError `base/yaml-syntax` with the place of the first fault */
export function parseYaml(file: SourceFile): YamlDocument {
  return readBlockYaml(file) ?? parseAnyYaml(file)
}

/** The slow way alone, for tests that compare the two. */
export function parseAnyYaml(file: SourceFile): YamlDocument {
  let documents = parseAllDocuments(file.text, options)
  for (let text: string | undefined = file.text; text !== undefined; ) {
    const first: YAMLParseError | undefined = 'empty' in documents ? undefined : documents[0]?.errors[0]
    text = first && withBracketDrawnUp(text, first)
    if (text !== undefined) documents = parseAllDocuments(text, options)
  }
  const [document, second] = 'empty' in documents ? [] : documents
  if (!document) return { file, root: { kind: 'scalar', value: null, start: 0, end: 0 }, duplicates: [] }
  const fault = document.errors[0]
  if (fault) throw yamlSyntaxError(file, fault.pos[0], plainMessage(fault.message))
  if (second) throw yamlSyntaxError(file, second.range[0], 'expected a single document, but found another one')
  return new TreeBuilder(file, document).document()
}

/**
 * PyYAML lets a closing bracket stand as far left as it likes; the library does not. The text with such a bracket drawn to the
 * line before it, at the same offset, or `undefined` when that is not what is wrong.
 */
function withBracketDrawnUp(text: string, fault: YAMLParseError): string | undefined {
  const at = fault.pos[0]
  if (fault.code !== 'BAD_INDENT' || !/[}\]]/.test(text[at] ?? '')) return undefined
  const lineStart = text.lastIndexOf('\n', at - 1)
  if (lineStart < 0 || text.slice(lineStart + 1, at).trim() !== '') return undefined
  const before = text.slice(0, lineStart)
  const line = before.slice(before.lastIndexOf('\n') + 1)
  const comment = /(?:^|\s)#[^'"]*$/.exec(line)
  const kept = before.length - (comment ? line.length - comment.index : 0)
  return `${before.slice(0, kept)}${' '.repeat(at - kept)}${text.slice(at)}`
}

function plainMessage(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1)
}

/** Holds what one document needs while its tree is made: nodes made already (anchors), nodes being made, repeated keys. */
class TreeBuilder {
  private readonly made = new Map<Node, YamlNode>()
  private readonly open = new Set<Node>()
  private readonly duplicates: DuplicateKey[] = []
  private readonly file: SourceFile
  private readonly source: Document.Parsed

  constructor(file: SourceFile, source: Document.Parsed) {
    this.file = file
    this.source = source
  }

  document(): YamlDocument {
    const root = this.node(this.source.contents, 0)
    return { file: this.file, root, duplicates: this.duplicates }
  }

  private node(node: Node | null, at: number): YamlNode {
    if (node === null) return { kind: 'scalar', value: null, start: at, end: at }
    if (isAlias(node)) return this.alias(node.resolve(this.source), node.source, node.range?.[0] ?? at)
    const known = this.made.get(node)
    if (known) return known
    if (this.open.has(node))
      throw yamlSyntaxError(this.file, node.range?.[0] ?? at, 'found a node that contains itself')
    this.open.add(node)
    const made = this.build(node, at)
    this.open.delete(node)
    this.made.set(node, made)
    return made
  }

  private alias(target: Node | undefined, name: string, at: number): YamlNode {
    if (!target) throw yamlSyntaxError(this.file, at, `found an alias "*${name}" with no anchor before it`)
    return this.node(target, at)
  }

  private build(node: Node, at: number): YamlNode {
    const [start, end] = node.range ?? [at, at]
    if (isSeq(node)) {
      this.checkTag(node.tag, 'seq', start)
      const items = node.items.map(item => this.node(item as Node | null, start))
      for (const item of node.items) this.checkMeaning(item as Node)
      return { kind: 'list', items, start, end: node.flow ? end : (items.at(-1)?.end ?? end) }
    }
    if (isMap(node)) {
      this.checkTag(node.tag, 'map', start)
      const entries = this.entries(node, start)
      return { kind: 'map', entries, start, end: node.flow ? end : (entries.at(-1)?.value.end ?? end) }
    }
    if (isScalar(node)) {
      const value = this.scalar(node as Scalar.Parsed, start)
      return value === null && start === end
        ? { kind: 'scalar', value, start: at, end: at }
        : { kind: 'scalar', value, start, end }
    }
    throw yamlSyntaxError(this.file, start, 'found a node of an unknown kind')
  }

  private entries(map: YAMLMap, at: number): readonly YamlEntry[] {
    const flow = map.flow === true
    const written = (map.items as Pair<Node, Node | null>[]).map((pair): WrittenEntry => {
      const key = this.node(pair.key, at)
      if (key.kind !== 'scalar') {
        throw yamlSyntaxError(
          this.file,
          key.start,
          'found a mapping or list as a key; a value that begins with "{{" needs quotes',
        )
      }
      const keyStart = pair.key.range?.[0] ?? at
      if (!flow && key.value === null && this.file.text[keyStart] === ':') {
        throw yamlSyntaxError(this.file, keyStart, 'expected a key before the colon')
      }
      const merge = isScalar(pair.key) && pair.key.type === 'PLAIN' && key.value === '<<'
      const value = this.node(pair.value, key.end)
      if (!merge) this.checkMeaning(pair.key)
      if (pair.value) this.checkMeaning(pair.value)
      return merge ? { key, value, merge } : { key, value }
    })
    return dictEntries(this.file, written, this.duplicates)
  }

  /** `<<` and `=` have a meaning of their own in YAML 1.1, and PyYAML builds no value from them. */
  private checkMeaning(node: Node): void {
    if (!isScalar(node) || node.type !== 'PLAIN' || node.tag !== undefined) return
    if (node.value === '=' || node.value === '<<') {
      throw yamlSyntaxError(this.file, node.range?.[0] ?? 0, `the text ${node.value} needs quotes`)
    }
  }

  private scalar(node: Scalar.Parsed, at: number): YamlValue {
    const text = String(node.value)
    if (node.tag !== undefined) return this.tagged(node.tag, text, at)
    if (node.type === 'BLOCK_FOLDED' || node.type === 'BLOCK_LITERAL') return this.blockText(text, node.range[1])
    if (node.type !== 'PLAIN') return text
    return this.guarded(at, () => plainScalar(text))
  }

  /** PyYAML adds no line end that the file lacks. */
  private blockText(text: string, end: number): string {
    const cut = end >= this.file.text.length && !this.file.text.endsWith('\n') && text.endsWith('\n')
    return cut ? text.slice(0, -1) : text
  }

  private tagged(tag: string, text: string, at: number): YamlValue {
    switch (tag.replace('tag:yaml.org,2002:', '!!')) {
      case '!':
      case '!!str':
        return text
      case '!!null':
        return null
      case '!!bool': {
        const value = plainScalar(text)
        if (typeof value === 'boolean') return value
        throw yamlSyntaxError(this.file, at, `"${text}" is not a bool`)
      }
      case '!!int':
        return this.guarded(at, () => intValue(text))
      case '!!float':
        return { kind: 'float', value: floatValue(text) }
      case '!!timestamp':
        return this.guarded(at, () => dateOrTime(text)) ?? text
      case '!!binary':
        return { kind: 'bytes', bytes: new Uint8Array(Buffer.from(text, 'base64')) }
      default:
        throw yamlSyntaxError(this.file, at, `the tag "${tag}" is not known`)
    }
  }

  private checkTag(tag: string | undefined, kind: 'seq' | 'map', at: number): void {
    if (tag === undefined || tag === '!' || tag === `tag:yaml.org,2002:${kind}`) return
    throw yamlSyntaxError(this.file, at, `the tag "${tag}" is not known for a ${kind === 'seq' ? 'list' : 'mapping'}`)
  }

  private guarded<T>(at: number, read: () => T): T {
    try {
      return read()
    } catch (error) {
      if (error instanceof RangeError || error instanceof SyntaxError)
        throw yamlSyntaxError(this.file, at, error.message)
      throw error
    }
  }
}
