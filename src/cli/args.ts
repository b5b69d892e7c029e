/**
 * The words of the command line as a record: which command, and the flags that were really given. Words are read as dbt
 * reads them: options stand anywhere, a list takes every word up to the next option, a value may begin with a dash.
 *
 * Only the parser of yargs is loaded: all of yargs takes longer to start than most commands take to run.
 */
import { Parser } from 'yargs/helpers'
import { type CommandEntry, commandEntries, findCommand, optionsOf } from './command-table.ts'
import { globalOptions, type Option } from './option-table.ts'
import { UsageError } from './usage-error.ts'

type FlagValue = string | number | boolean | readonly string[]

export type Arguments =
  | { readonly kind: 'help'; readonly entry: CommandEntry | undefined }
  | { readonly kind: 'version' }
  | {
      readonly kind: 'command'
      readonly entry: CommandEntry
      /** By the name of the field in `config/flags.ts`. */
      readonly given: Readonly<Record<string, FlagValue>>
    }

/** Throws a `UsageError` for anything dbt would refuse. */
export function parseArguments(argv: readonly string[]): Arguments {
  const before = parseWith(optionsOf(undefined), argv)
  const { entry, taken } = commandOf(before.words, before.asksHelp)
  if (entry === undefined) {
    if (before.asksVersion) return { kind: 'version' }
    if (before.asksHelp) return { kind: 'help', entry: undefined }
    const unknown = before.words.find(word => word.startsWith('-'))
    if (unknown !== undefined) throw noSuchOption(undefined, unknown)
    return { kind: 'help', entry: undefined }
  }
  const parsed = parseWith(optionsOf(entry), argv)
  if (parsed.asksHelp) return { kind: 'help', entry }
  if (parsed.asksVersion) return { kind: 'version' }
  refuseValues(optionsOf(entry), argv)
  const unknown = parsed.words.find(word => word.startsWith('-') && word !== '-')
  if (unknown !== undefined) throw noSuchOption(entry, unknown)
  refuseTwice(entry, argv)
  const given = flagsOf(entry, parsed.values)
  return { kind: 'command', entry, given: { ...given, ...argumentOf(entry, parsed.words.slice(taken)) } }
}

function commandOf(words: readonly string[], asksHelp: boolean): { entry: CommandEntry | undefined; taken: number } {
  const plain = words.filter(word => !word.startsWith('-'))
  const found = findCommand(plain)
  if (found !== undefined) return found
  const [first, second] = plain
  if (first === undefined) return { entry: undefined, taken: 0 }
  const group = commandEntries.some(one => one.words.startsWith(`${first} `))
  if (!group) throw new UsageError(`No such command '${first}'.`, undefined)
  if (second !== undefined && !asksHelp) throw new UsageError(`No such command '${second}'.`, first)
  if (asksHelp) return { entry: undefined, taken: 0 }
  throw new UsageError(`Missing command.`, first)
}

/** As in dbt, an option stands before the command or after it. */
function refuseTwice(entry: CommandEntry, argv: readonly string[]): void {
  const at = commandIndex(argv)
  // The usual case, and each reading of the words is milliseconds of every start.
  if (at === 0) return
  const before = parseWith(globalOptions, argv.slice(0, at)).values
  const after = parseWith(optionsOf(entry), argv.slice(at)).values
  for (const option of before.keys()) {
    if (!after.has(option)) continue
    const name = option.name.replaceAll('-', '_')
    throw new UsageError(
      `${name} was provided both before and after the subcommand, it can only be set either before or after.`,
      entry,
    )
  }
}

/** Where the first word stands that is no option and no value of one. */
function commandIndex(argv: readonly string[]): number {
  const joined = joinValues(globalOptions, argv)
  const words = joined.findIndex(word => !word.startsWith('-'))
  let at = 0
  for (const word of joined.slice(0, Math.max(words, 0))) at += argv[at] === word ? 1 : 2
  return at
}

interface Parsed {
  readonly values: ReadonlyMap<Option, FlagValue>
  /** What is no option and no value, unknown options included, in order. */
  readonly words: readonly string[]
  readonly asksHelp: boolean
  readonly asksVersion: boolean
}

const helpAndVersion: readonly Option[] = [
  { name: 'help', kind: 'switch', short: 'h', help: '' },
  { name: 'version', kind: 'switch', short: 'v', aliases: ['V'], help: '' },
]

function parseWith(options: readonly Option[], argv: readonly string[]): Parsed {
  const all = [...options, ...helpAndVersion]
  const joined = joinValues(all, argv)
  const raw = Parser(joined, {
    boolean: all.filter(one => one.kind === 'switch').map(one => one.name),
    string: all.filter(one => one.kind === 'text' || one.kind === 'integer').map(one => one.name),
    array: all.filter(one => one.kind === 'list').map(one => ({ key: one.name, string: true })),
    alias: Object.fromEntries(all.map(one => [one.name, [one.short, ...(one.aliases ?? [])].filter(isText)])),
    configuration: {
      'boolean-negation': true,
      'camel-case-expansion': false,
      'dot-notation': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'strip-aliased': true,
      'unknown-options-as-args': true,
    },
  })
  const values = new Map<Option, FlagValue>()
  const words = raw._.map(String)
  // The parser takes `--target-x` for known as soon as there is a `--target`.
  const known = new Set(all.map(one => one.name))
  words.push(...Object.keys(raw).flatMap(key => (key === '_' || known.has(key) ? [] : [`--${key}`])))
  // And it lets every switch be turned off.
  const plain = all.filter(one => one.kind === 'switch' && one.twin !== true).map(one => `--no-${one.name}`)
  words.push(...joined.filter(word => plain.includes(word)))
  for (const option of options) {
    const value = readValue(option, raw[option.name], words)
    if (value !== undefined) values.set(option, value)
  }
  return { values, words, asksHelp: raw.help === true, asksVersion: raw.version === true }
}

const isText = (value: string | undefined): value is string => value !== undefined

/** Writes `--vars X` as `--vars=X`: the parser would take an X that begins with a dash for an option. */
function joinValues(options: readonly Option[], argv: readonly string[]): string[] {
  const takesOne = new Set(
    options.filter(one => one.kind === 'text' || one.kind === 'integer').flatMap(one => spellings(one)),
  )
  const joined: string[] = []
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? ''
    if (word === '--') return [...joined, ...argv.slice(index)]
    const next = argv[index + 1]
    if (!takesOne.has(word)) joined.push(word)
    else if (next === undefined) throw new UsageError(`Option '${word}' requires an argument.`, undefined, 'bare')
    else {
      joined.push(`${word}=${next}`)
      index += 1
    }
  }
  return joined
}

/** `--fail-fast=1`: the parser would read the value, dbt refuses it. */
function refuseValues(options: readonly Option[], argv: readonly string[]): void {
  const switches = new Set(
    options.flatMap(one =>
      one.kind === 'switch' ? [...spellings(one), ...(one.twin ? [`--no-${one.name}`] : [])] : [],
    ),
  )
  for (const word of joinValues(options, argv)) {
    if (word === '--') return
    const name = word.slice(0, Math.max(word.indexOf('='), 0))
    if (switches.has(name)) throw new UsageError(`Option '${name}' does not take a value.`, undefined, 'bare')
  }
}

/** Every way to write an option, dashes included, without its `--no-` twin. */
function spellings(option: Option): string[] {
  return [option.name, option.short, ...(option.aliases ?? [])]
    .filter(isText)
    .map(name => (name.length === 1 ? `-${name}` : `--${name}`))
}

function readValue(option: Option, raw: unknown, words: string[]): FlagValue | undefined {
  if (raw === undefined) return undefined
  if (option.kind === 'switch') return lastOf(raw) === true
  if (option.kind !== 'list') return String(lastOf(raw))
  const items = (Array.isArray(raw) ? raw : [raw]).map(String)
  // An unknown option inside a list is taken for an item.
  words.push(...items.filter(item => item.startsWith('-')))
  if (items.length === 0) throw new UsageError(`Option '--${option.name}' requires an argument.`, undefined, 'bare')
  return items
}

function lastOf(raw: unknown): unknown {
  return Array.isArray(raw) ? raw.at(-1) : raw
}

function flagsOf(entry: CommandEntry, values: ReadonlyMap<Option, FlagValue>): Record<string, FlagValue> {
  const given: Record<string, FlagValue> = {}
  for (const [option, value] of values) {
    if (option.implies) refuseBeside(entry, option, values)
    given[flagOf(option)] = checkedValue(entry, option, value)
    Object.assign(given, option.implies)
  }
  return given
}

function flagOf(option: Option): string {
  return option.flag ?? camelCase(option.name)
}

/** An option that sets several flags cannot stand beside the options of these. */
function refuseBeside(entry: CommandEntry, option: Option, values: ReadonlyMap<Option, FlagValue>): void {
  const set = [flagOf(option), ...Object.keys(option.implies ?? {})]
  for (const other of values.keys()) {
    if (other === option || !set.includes(flagOf(other))) continue
    const name = other.name === 'resource-types' ? 'resource_type' : other.name
    throw new UsageError(`"${option.name}" and "${name}" are mutually exclusive arguments`, entry)
  }
}

function checkedValue(entry: CommandEntry, option: Option, value: FlagValue): FlagValue {
  if (option.kind === 'integer') {
    if (!/^\s*[+-]?\d+\s*$/.test(String(value))) {
      throw new UsageError(`Invalid value for ${longNames(option)}: '${value}' is not a valid integer.`, entry)
    }
    if (Number(value) < (option.least ?? -Infinity)) {
      throw new UsageError(
        `Invalid value for ${longNames(option)}: ${value} is not in the range x>=${option.least}.`,
        entry,
      )
    }
    return Number(value)
  }
  const { choices } = option
  if (choices === undefined || typeof value === 'boolean' || typeof value === 'number') return value
  const chosen = (item: string): string => {
    const found = choices.find(one => one === item.toLowerCase())
    if (found !== undefined) return found
    const all = choices.map(one => `'${one}'`).join(', ')
    throw new UsageError(`Invalid value for ${longNames(option)}: '${item}' is not one of ${all}.`, entry)
  }
  if (typeof value === 'string') return chosen(value)
  // A list with choices may also be written as one word with blanks.
  return value.flatMap(item => item.split(/\s+/)).map(chosen)
}

function argumentOf(entry: CommandEntry, words: readonly string[]): Record<string, string> {
  const { argument } = entry
  const rest = argument === undefined ? words : words.slice(1)
  if (rest.length > 0) {
    throw new UsageError(`Got unexpected extra argument${rest.length > 1 ? 's' : ''} (${rest.join(' ')})`, entry)
  }
  const word = argument === undefined ? undefined : words[0]
  if (argument?.required && word === undefined) throw new UsageError(`Missing argument '${argument.label}'.`, entry)
  return argument === undefined || word === undefined ? {} : { [argument.flag]: word }
}

function noSuchOption(entry: CommandEntry | undefined, word: string): UsageError {
  const name = word.split('=', 1)[0] ?? word
  const known = optionsOf(entry)
    .filter(one => one.hidden !== true)
    .flatMap(one => (one.twin === true ? [...spellings(one), `--no-${one.name}`] : spellings(one)))
  return new UsageError(`No such option '${name}'.`, entry, 'usage', { name, known: [...known, '--help', '--version'] })
}

function longNames(option: Option): string {
  return [option.name, ...(option.aliases ?? [])].map(name => `'--${name}'`).join(' / ')
}

function camelCase(name: string): string {
  return name.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
