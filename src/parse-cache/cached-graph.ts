/**
 * A graph as sections of a file and back. What comes back answers like the graph that went in; nodes, macros and whatever
 * else costs time are made when somebody asks for them.
 */
import { type Diagnostic, Diagnostics } from '../base/diagnostic.ts'
import { lazy } from '../base/lazy.ts'
import type { Config } from '../config/config.ts'
import type { WrittenSelector } from '../config/selectors-file.ts'
import { internalPackages } from '../context/macro-namespace.ts'
import type { Graph } from '../graph/graph.ts'
import type { SemanticFacts } from '../graph/link-semantics.ts'
import { ReferenceLookup } from '../graph/reference-lookup.ts'
import type { Builtins } from '../project/builtins.ts'
import { loadMacros, macroFileKinds } from '../project/load-macros.ts'
import type { MacroCache } from '../project/macro-cache.ts'
import { macroNode, validatesArguments } from '../project/macro-node.ts'
import type { MacroRegistry } from '../project/macro-registry.ts'
import type { GraphMember, GroupNode, MacroNode, Node } from '../project/node.ts'
import { packageFiles } from '../project/parse-project.ts'
import type { MomentaryNode, Saying } from '../project/parse-witness.ts'
import type { Project } from '../project/project.ts'
import { RereadNodes } from '../project/reread-nodes.ts'
import type { CacheFile, CacheFileWriter, Section } from './cache-file.ts'
import { EdgeTable, type WrittenEdges, writtenEdges } from './edge-table.ts'
import { LazyMap } from './lazy-map.ts'
import { MemberTable, memberSections } from './member-table.ts'
import type { EditedFile } from './parse-inputs.ts'
import { RecordReader, RecordWriter } from './record-text.ts'
import { RowMap, type Rows } from './row-map.ts'

/** Members of a graph in the order of their rows; disabled ones come behind all others. */
const memberMaps = ['nodes', 'sources', 'exposures', 'semantics', 'unitTests'] as const
type MemberMapName = (typeof memberMaps)[number]

/** What is small, and wanted by nearly every command. */
interface Frame {
  /** How many rows each map has. */
  readonly sizes: Readonly<Record<MemberMapName, number>>
  /** Unique ids of the disabled members, and how many there are of each. */
  readonly disabled: readonly (readonly [id: string, count: number])[]
  readonly macroCount: number
  readonly selectors: readonly WrittenSelector[]
  readonly groups: ReadonlyMap<string, GroupNode>
  readonly semanticFacts: ReadonlyMap<string, SemanticFacts>
  readonly unlinkedTests: ReadonlyMap<string, readonly string[]>
  readonly told: Told
}

/** What parsing and linking had to say; no errors. */
export interface Told {
  /** By templates. */
  readonly said: readonly Saying[]
  readonly parsing: readonly Diagnostic[]
  readonly linking: readonly Diagnostic[]
}

/** The row of every member that is not disabled. */
export type MemberRows = ReadonlyMap<string, number>

export function memberRows({ project }: Graph): MemberRows {
  const rows = new Map<string, number>()
  for (const name of memberMaps) for (const id of project[name].keys()) rows.set(id, rows.size)
  return rows
}

/** @throws NotStorable */
export function* graphSections(graph: Graph, told: Told, rows: MemberRows, file: CacheFileWriter): Iterable<Section> {
  const { project } = graph
  const writer = new RecordWriter()
  yield* memberSections(allMembers(project), writer, file)
  yield json('edges', writtenEdges(rows.keys(), rows, graph.dependsOn))
  yield json(
    'order',
    graph.order().map(id => rows.get(id) ?? 0),
  )
  const frame: Frame = {
    sizes: Object.fromEntries(memberMaps.map(name => [name, project[name].size])) as Frame['sizes'],
    disabled: Array.from(project.disabled, ([id, all]) => [id, all.length] as const),
    macroCount: project.macros.size,
    selectors: project.selectors,
    groups: project.groups,
    semanticFacts: graph.semanticFacts,
    unlinkedTests: graph.unlinkedTests,
    told,
  }
  yield { name: 'frame', parts: [writer.text(frame)] }
  yield { name: 'docs', parts: [writer.text(project.docs)] }
  // Nothing can be said of the macros of the built-in packages: they are made anew.
  const own = [...project.macros.values()].filter(macro => !internalPackages.includes(macro.packageName))
  yield { name: 'macros', parts: [writer.text(new Map(own.map(macro => [macro.uniqueId, macro])))] }
  yield json('shared', { shared: writer.shared, models: writer.models })
}

/** Disabled ones come last: their ids may be those of others. */
function* allMembers(project: Project): Iterable<GraphMember> {
  for (const name of memberMaps) yield* project[name].values()
  for (const all of project.disabled.values()) yield* all
}

function json(name: string, value: unknown): Section {
  return { name, parts: [JSON.stringify(value)] }
}

export const graphSectionNames: readonly string[] = [
  ...MemberTable.sections,
  ...['edges', 'order', 'frame', 'docs', 'macros', 'shared'],
]

export interface GraphSurroundings {
  readonly config: Config
  readonly builtins: () => Builtins
  readonly macros: MacroCache
}

export interface CachedGraph {
  readonly graph: Graph
  readonly told: Told
  readonly rowOf: Rows['rowOf']
  /** Nodes that have another text than they had when the graph was kept. */
  readonly edited: readonly Node[]
}

/** What has to be looked at although nothing else has changed. */
interface Again {
  readonly edited: readonly EditedFile[]
  readonly momentary: readonly MomentaryNode[]
}

/** @returns undefined when more may be different than the texts of files */
export function cachedGraph(file: CacheFile, surroundings: GraphSurroundings, again: Again): CachedGraph | undefined {
  const { config } = surroundings
  const kept = JSON.parse(file.text('shared')) as Pick<RecordWriter, 'shared' | 'models'>
  const reader = new RecordReader(kept, path => config.files.read(path))
  const table = new MemberTable(file, reader)
  const frame = reader.value(file.text('frame')) as Frame
  const memberCount = memberMaps.reduce((sum, name) => sum + frame.sizes[name], 0)
  const rows = rowsOf(table.ids.slice(0, memberCount))
  const edges = lazy(() => new EdgeTable(rows.ids, JSON.parse(file.text('edges')) as WrittenEdges))
  const left = new Set(Array.from(frame.unlinkedTests.keys(), id => rows.rowOf(id) ?? -1))
  const over = <Value>(make: (row: number) => Value): ReadonlyMap<string, Value> =>
    new RowMap(rows, [0, memberCount], make, left)
  const project = cachedProject({ file, reader, table, frame, rows }, surroundings)
  const lookup = lazy(() => new ReferenceLookup(project))
  const order = lazy(() => (JSON.parse(file.text('order')) as number[]).map(row => rows.ids[row] ?? ''))
  const graph: Graph = {
    project,
    members: over(row => table.member(row)),
    parents: over(row => [...edges().parents(row)].sort()),
    children: over(row => edges().children(row)),
    dependsOn: over(row => edges().parents(row)),
    unlinkedTests: frame.unlinkedTests,
    semanticFacts: frame.semanticFacts,
    order,
    resolveRef(ref, fromPackage) {
      const found = lookup().ref(ref, fromPackage)
      return found.kind === 'found' ? found.member : undefined
    },
    resolveSource(source, name, fromPackage) {
      const found = lookup().source(source, name, fromPackage)
      return found.kind === 'found' ? found.member : undefined
    },
  }
  const edited = readAgain(again, { table, project, frame, memberCount })
  return edited && { graph, told: frame.told, rowOf: rows.rowOf, edited }
}

interface Editable {
  readonly table: MemberTable
  readonly project: Project
  readonly frame: Frame
  readonly memberCount: number
}

/** Puts nodes with the files' texts into the table. @returns undefined when a text may change more than itself */
function readAgain({ edited, momentary }: Again, editable: Editable): readonly Node[] | undefined {
  if (edited.length === 0 && momentary.length === 0) return []
  const { config, macroRegistry } = editable.project
  const nodes = new RereadNodes(config, macroRegistry)
  return momentary.every(one => callsTheSame(one, nodes, editable)) ? editNodes(edited, nodes, editable) : undefined
}

function callsTheSame(one: MomentaryNode, nodes: RereadNodes, { table, memberCount }: Editable): boolean {
  const [row = memberCount, ...more] = table.rowsOfFile(one.packageName, one.originalFilePath)
  return row < memberCount && more.length === 0 && nodes.callsNow(table.member(row)) === one.calls
}

function editNodes(
  files: readonly EditedFile[],
  nodes: RereadNodes,
  { table, project, frame, memberCount }: Editable,
): readonly Node[] | undefined {
  const { config, macroRegistry } = project
  const macroFiles = new Set(Array.from(macroRegistry.macros.values(), macro => macro.file.path))
  const edited: Node[] = []
  for (const { path, text } of files) {
    const [row = memberCount, ...more] = table.rowsOfFile(config.projectFile.name, path)
    if (row >= memberCount || more.length > 0 || macroFiles.has(path)) return undefined
    const before = table.member(row)
    const node = isToldOf(before, frame.told) ? undefined : nodes.edited(before, text)
    if (node === undefined) return undefined
    table.replace(row, node)
    edited.push(node)
  }
  return edited
}

/** What was told of a node may depend on its text. */
function isToldOf({ uniqueId, originalFilePath }: GraphMember, { parsing, linking }: Told): boolean {
  return [...parsing, ...linking].some(({ node, at }) => node === uniqueId || at?.file.path === originalFilePath)
}

function rowsOf(ids: readonly string[]): Rows {
  const index = lazy(() => new Map(ids.map((id, row) => [id, row])))
  return { ids, rowOf: id => index().get(id) }
}

interface Parts {
  readonly file: CacheFile
  readonly reader: RecordReader
  readonly table: MemberTable
  readonly frame: Frame
  readonly rows: Rows
}

function cachedProject({ file, reader, table, frame, rows }: Parts, surroundings: GraphSurroundings): Project {
  const { config, builtins } = surroundings
  let start = 0
  const next = <Member>(name: MemberMapName): ReadonlyMap<string, Member> => {
    const range = [start, start + frame.sizes[name]] as const
    start = range[1]
    return new RowMap(rows, range, row => table.member(row) as Member)
  }
  const registry = lazy(() =>
    loadMacros(config, builtins(), packageFiles(config, macroFileKinds), new Diagnostics(), surroundings.macros),
  )
  const macros = lazy(() => {
    const own = reader.value(file.text('macros')) as Project['macros']
    return allMacros(registry(), own, config)
  })
  const docs = lazy(() => reader.value(file.text('docs')) as Project['docs'])
  const disabled = lazy(() => disabledMembers(table, frame, rows.ids.length))
  return {
    config,
    nodes: next('nodes'),
    sources: next('sources'),
    exposures: next('exposures'),
    semantics: next('semantics'),
    unitTests: next('unitTests'),
    groups: frame.groups,
    macros: new LazyMap(frame.macroCount, macros),
    selectors: frame.selectors,
    get docs() {
      return docs()
    },
    get macroRegistry() {
      return registry()
    },
    get disabled() {
      return disabled()
    },
  }
}

function allMacros(registry: MacroRegistry, own: Project['macros'], { projectFile }: Config): Project['macros'] {
  const macros = new Map<string, MacroNode>()
  for (const [id, source] of registry.macros) {
    macros.set(id, own.get(id) ?? macroNode(source, registry, validatesArguments(source, projectFile)))
  }
  return macros
}

function disabledMembers(table: MemberTable, frame: Frame, firstRow: number): Project['disabled'] {
  const disabled = new Map<string, readonly GraphMember[]>()
  let row = firstRow
  for (const [id, count] of frame.disabled) {
    disabled.set(
      id,
      Array.from({ length: count }, (_, index) => table.member(row + index)),
    )
    row += count
  }
  return disabled
}
