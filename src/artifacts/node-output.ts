/**
 * Compiled and executed SQL: written to the target folder in the moments when the database is at work, and remembered for
 * the manifest that is written at the end. To create a file takes longer than to render most nodes.
 */
import { posix } from 'node:path'
import type { CompiledStep } from '../compile/compiled-step.ts'
import type { RunOutput } from '../execution/run.ts'
import type { GraphMember } from '../project/node.ts'
import type { NodeFacts } from '../project/node-json.ts'
import type { FileSystem } from '../storage/file-system.ts'
import { compiledPath, fixturePath, hasCompiledFile, runPath } from './target-paths.ts'

/** What the run adds to a node's entry in the manifest. */
export type OutputFacts = Pick<NodeFacts, 'compiled' | 'buildPath' | 'foreignKeys' | 'calledMacros' | 'place'>

export interface NodeOutput extends RunOutput {
  /** Of the nodes that something was told of. */
  facts(): ReadonlyMap<string, OutputFacts>
}

export interface NodeOutputOptions {
  readonly files: FileSystem
  /** As in `Flags.targetPath`. */
  readonly targetPath: string
  /** Absolute path of the project folder. */
  readonly projectFolder: string
  /** False with `--no-write-json`: SQL files are written all the same, as dbt does. */
  readonly keepCode: boolean
  /** As `SpareTime.add`. */
  readonly later: (work: Generator<unknown, void, void>) => () => void
}

export function nodeOutput(options: NodeOutputOptions): NodeOutput {
  const compiled = new Map<string, OutputFacts>()
  const buildPaths = new Map<string, string>()
  const called = new Map<string, readonly string[]>()
  const places = new Map<string, number>()
  const unsettled = new Map<string, (() => void)[]>()
  const taken = new Set<string>()
  const write = (folder: string, path: string, text: string, { uniqueId }: GraphMember): void => {
    const at = inProject(options.projectFolder, posix.normalize(path))
    const finish = options.later(writing(options.files, at, text))
    // A folder that takes no files is found out before a node has run.
    if (!taken.has(folder)) finish()
    else unsettled.set(uniqueId, [...(unsettled.get(uniqueId) ?? []), finish])
    taken.add(folder)
  }
  const addCalled = ({ uniqueId }: GraphMember, macros: readonly string[]): void => {
    if (macros.length > 0) called.set(uniqueId, [...(called.get(uniqueId) ?? []), ...macros])
  }
  return {
    compiled: (step: CompiledStep, suffix?: string) => {
      const { node, compiledCode, extraCtes, macros, foreignKeys, fixtures = [] } = step
      const path = hasCompiledFile(node) && compiledCode !== '' ? compiledPath(options.targetPath, node, suffix) : null
      if (path !== null) write('compiled', path, compiledCode, node)
      for (const fixture of fixtures)
        write('compiled', fixturePath(options.targetPath, node, fixture), fixture.sql, node)
      if (options.keepCode && suffix === undefined) {
        const code = { code: compiledCode, path, extraCtes, extraCtesInjected: true }
        compiled.set(node.uniqueId, { compiled: code, ...(foreignKeys && { foreignKeys }) })
        addCalled(node, macros)
      }
    },
    ran: (node: GraphMember, sql: string, suffix?: string) => {
      const path = runPath(options.targetPath, node, suffix)
      write('run', path, sql, node)
      if (suffix === undefined) buildPaths.set(node.uniqueId, path)
    },
    settle({ uniqueId }: GraphMember) {
      const finishes = unsettled.get(uniqueId) ?? []
      unsettled.delete(uniqueId)
      for (const finish of finishes) finish()
    },
    called: addCalled,
    placed: (hook, place) => void places.set(hook.uniqueId, place),
    facts() {
      const facts = new Map(compiled)
      for (const [id, calledMacros] of called) facts.set(id, { ...facts.get(id), calledMacros })
      for (const [id, place] of places) facts.set(id, { ...facts.get(id), place })
      for (const [id, buildPath] of buildPaths) facts.set(id, { ...facts.get(id), buildPath })
      return facts
    },
  }
}

function* writing(files: FileSystem, at: string, text: string): Generator<unknown, void, void> {
  // To be told by an error that a file is missing takes longer than to ask.
  const before = files.exists(at) ? files.read(at) : undefined
  if (before === text) return
  yield
  // Taking the place of an existing file makes ext4 wait for the disk, thousands of times in a run.
  if (before !== undefined) files.remove(at)
  files.write(at, text)
}

/** A path of the target folder as the file system takes it: absolute ones stay, others start in the project folder. */
export function inProject(projectFolder: string, path: string): string {
  return path.startsWith('/') || /^[A-Za-z]:/.test(path) ? path : `${projectFolder}/${path}`
}
