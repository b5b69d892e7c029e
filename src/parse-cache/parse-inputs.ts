/**
 * What a parse depended on, as plain data, and whether all of it still is so: the settings, what templates asked for,
 * and every file that was read or looked for.
 *
 * A file counts as unchanged when size, times and inode are what they were, unless it was touched so shortly before the
 * parse that another change could have left the same times; otherwise its content decides.
 */
import { sha256 } from '../base/fingerprint.ts'
import { lazy } from '../base/lazy.ts'
import type { Config } from '../config/config.ts'
import { dictVars } from '../config/config-names.ts'
import { packageVars } from '../config/package-vars.ts'
import { WarningPolicy } from '../config/warning-policy.ts'
import { commandLine } from '../project/load-selectors.ts'
import { parsePort } from '../project/parse-port.ts'
import { parseFacts } from '../project/parse-project.ts'
import { answerTo, type MomentaryNode, type ParseWitness, type Question } from '../project/parse-witness.ts'
import { runtimeConfig } from '../project/runtime-config.ts'
import type { FileStat, FileSystem } from '../storage/file-system.ts'
import { askFile, type FileQuestion, type WatchedFiles } from '../storage/watched-files.ts'
import { RecordWriter } from './record-text.ts'

/** Times of files that are so close to the start of a parse prove nothing. */
const doubtfulMs = 2000

/** So many may be read each time before it is worth while to write down their new times. */
const fewFiles = 50

/** With more edited files it is worth while to parse everything and keep it. */
const mostEdited = 20

export type SettingsPart = 'project' | 'profile' | 'command'

export interface ParseInputs {
  /** Hashes of the settings that the parser reads. */
  readonly settings: Readonly<Record<SettingsPart, string>>
  readonly answers: readonly (readonly [question: string, answer: string])[]
  /** Dates that the parse compared with its own time. */
  readonly dates: readonly string[]
  readonly startedAtMs: number
  /** Whether the parse depends on texts of nodes in ways that do not show in the nodes. */
  readonly sawCode: boolean
  /** Nodes to look at again each time. */
  readonly momentary: readonly MomentaryNode[]
  readonly files: readonly FileInput[]
}

/** Files that are compared by their times have these, too. */
type FileInput = readonly [
  question: FileQuestion,
  path: string,
  answer: string,
  sizeBytes?: number,
  modifiedMs?: number,
  changedMs?: number,
  inode?: number,
]

export interface ParseRecord {
  readonly config: Config
  readonly watched: WatchedFiles
  readonly witness: ParseWitness
  readonly dates: readonly string[]
  readonly startedAtMs: number
}

/** @returns undefined for a parse that cannot be repeated @throws NotStorable */
export function parseInputs({ config, watched, witness, dates, startedAtMs }: ParseRecord): ParseInputs | undefined {
  if (witness.unrepeatable !== undefined) return undefined
  const files: FileInput[] = []
  for (const [question, answers] of Object.entries(watched.answers) as [FileQuestion, Map<string, string>][]) {
    for (const [path, answer] of answers) {
      files.push(fileInput(config.files, question, shortened(path, config), answer, startedAtMs))
    }
  }
  const { answers, sawCode, momentary } = witness
  return { settings: settingsOf(config), answers: [...answers], dates, startedAtMs, sawCode, momentary, files }
}

function shortened(path: string, { projectFolder }: Config): string {
  return path.startsWith(`${projectFolder}/`) ? path.slice(projectFolder.length + 1) : path
}

function fileInput(
  files: FileSystem,
  question: FileQuestion,
  path: string,
  answer: string,
  startedAtMs: number,
): FileInput {
  const stat = question === 'text' || question === 'bytes' ? files.stat(path) : undefined
  if (stat === undefined || isDoubtful(stat, startedAtMs)) return [question, path, answer]
  return [question, path, answer, stat.sizeBytes, stat.modifiedMs, stat.changedMs, stat.inode]
}

function isDoubtful({ modifiedMs, changedMs }: FileStat, startedAtMs: number): boolean {
  return Math.max(modifiedMs, changedMs) > startedAtMs - doubtfulMs
}

/** A file with another text than it had; the path is that of the inputs. */
export interface EditedFile {
  readonly path: string
  readonly text: string
}

export interface AskedAgain {
  /** With new times of files where many were read. */
  readonly inputs: ParseInputs
  /** Few, and SQL. */
  readonly edited: readonly EditedFile[]
}

/**
 * Asks everything again.
 * @returns undefined when more is different than texts of a few files
 */
export function askedAgain(inputs: ParseInputs, config: Config): AskedAgain | undefined {
  if (changedSettings(inputs, config).size > 0 || changedAnswers(inputs, config).length > 0) return undefined
  const now = config.clock.now()
  if (inputs.dates.some(date => Date.parse(date) < now !== Date.parse(date) < inputs.startedAtMs)) return undefined
  if (!config.flags.partialParseFileDiff) return { inputs, edited: [] }
  const files: FileInput[] = []
  const edited: EditedFile[] = []
  let renewed = 0
  for (const file of inputs.files) {
    const [question, path, answer] = file
    if (isUntouched(file, config.files)) {
      files.push(file)
      continue
    }
    if (askFile(config.files, question, path) !== answer) {
      const text = question === 'text' && path.endsWith('.sql') ? config.files.read(path) : undefined
      if (text === undefined || inputs.sawCode || edited.length === mostEdited) return undefined
      edited.push({ path, text })
      files.push(file)
      continue
    }
    const again = fileInput(config.files, question, path, answer, now)
    files.push(again)
    if (again.length > 3) renewed++
  }
  return { inputs: renewed > fewFiles ? { ...inputs, files } : inputs, edited }
}

function isUntouched([, path, , sizeBytes, modifiedMs, changedMs, inode]: FileInput, files: FileSystem): boolean {
  if (sizeBytes === undefined) return false
  const stat = files.stat(path)
  return (
    stat !== undefined &&
    stat.sizeBytes === sizeBytes &&
    stat.modifiedMs === modifiedMs &&
    stat.changedMs === changedMs &&
    stat.inode === inode
  )
}

/** Which settings are no longer what they were. */
export function changedSettings({ settings }: ParseInputs, config: Config): ReadonlySet<SettingsPart> {
  const now = settingsOf(config)
  const parts = Object.keys(now) as SettingsPart[]
  return new Set(parts.filter(part => settings[part] !== now[part]))
}

/** The questions of templates that have another answer now. */
export function changedAnswers({ answers }: ParseInputs, config: Config): Question[] {
  const sources = {
    facts: parseFacts(config),
    configuration: lazy(() => runtimeConfig(config)),
    varsOf: (name: string) => (name === commandLine ? dictVars(config.cliVars) : packageVars(config, name)),
  }
  return answers.flatMap(([text, answer]) => {
    const question = JSON.parse(text) as Question
    return answerTo(question, sources) === answer ? [] : [question]
  })
}

export interface FileChanges {
  /** Paths, relative to the project where they are in it. */
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly deleted: readonly string[]
}

/** How the files of a later parse differ from those of the one that is kept. */
export function fileChanges({ files }: ParseInputs, { answers }: WatchedFiles, config: Config): FileChanges {
  const contents = (['text', 'bytes'] as const).flatMap(question => [...answers[question]])
  const now = new Map(contents.map(([path, answer]) => [shortened(path, config), answer] as const))
  const before = new Map<string, string>()
  for (const [question, path, answer] of files) {
    if (answer !== '' && (question === 'text' || question === 'bytes')) before.set(path, answer)
  }
  return {
    added: [...now].flatMap(([path, answer]) => (answer !== '' && !before.has(path) ? [path] : [])),
    changed: [...before].flatMap(([path, answer]) => ((now.get(path) || answer) !== answer ? [path] : [])),
    deleted: [...before.keys()].filter(path => !now.get(path)),
  }
}

/** What the parser reads of its configuration without asking a template. Variables are asked for one by one. */
function settingsOf(config: Config): Record<SettingsPart, string> {
  const { projectFolder, projectFile, packages, flags } = config
  const { ducklakeDatabases, ...adapter } = parsePort(config).facts
  const hash = (value: unknown): string => {
    const writer = new RecordWriter()
    const text = writer.text(value)
    // What the text is like stands beside it.
    return sha256([text, ...writer.models, ...writer.shared].join('\n')).slice(0, 24)
  }
  return {
    project: hash({ projectFolder, projectFile: { ...projectFile, vars: null }, packages }),
    profile: hash({ ...adapter, ducklakeDatabases: [...ducklakeDatabases] }),
    command: hash({
      storeFailures: flags.storeFailures,
      debug: flags.debug,
      templateWarning: new WarningPolicy(flags).of('execution/warning-is-error', {
        name: 'JinjaLogWarning',
        code: 'I061',
      }),
      itertools: new WarningPolicy(flags).of('execution/warning-is-error', {
        name: 'ModulesItertoolsUsageDeprecation',
        code: 'D034',
      }),
      // Dates without a zone are those of the machine.
      zone: [0, 6].map(month => new Date(2024, month, 1).getTimezoneOffset()),
    }),
  }
}
