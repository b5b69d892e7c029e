/**
 * The words of the command line as a record: which command, and the flags that were really given. Words are read as dbt
 * reads them: options stand anywhere, a list takes every word up to the next option, a value may begin with a dash.
 *
 * Only the parser of yargs is loaded: all of yargs takes longer to start than most commands take to run.
 */
import { Parser } from 'yargs/helpers'
import { closeMatches } from './close-matches.ts'
import { type CommandEntry, commandEntries, optionsOf } from './command-table.ts'
import { fieldName, globalOptions, type Option } from './option-table.ts'
import { type OptionFault, spellingsOf, spellOut } from './spell-out.ts'
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
  if (argv.length === 0) return { kind: 'help', entry: undefined }
  const before = read(undefined, argv)
  if (before.asks !== undefined) return answer(before.asks, undefined)
  const [first, ...afterFirst] = before.rest
  if (first === undefined) throw new UsageError('Missing command.', undefined)
  const isGroup = commandEntries.some(one => one.words.startsWith(`${first} `))
  const inGroup = isGroup ? read(first, afterFirst) : undefined
  if (inGroup?.asks !== undefined) return answer(inGroup.asks, undefined)
  const [second, ...afterSecond] = inGroup?.rest ?? []
  if (isGroup && second === undefined) throw new UsageError('Missing command.', first)
  const entry = isGroup ? commandOf(`${first} ${second}`, first) : commandOf(first, undefined)
  const after = read(entry, isGroup ? afterSecond : afterFirst)
  if (after.asks !== undefined) return answer(after.asks, entry)
  const parts = [before.values, ...(inGroup ? [inGroup.values] : []), after.values]
  refuseTwice(entry, parts)
  const values = new Map(parts.flatMap(part => [...part]))
  return {
    kind: 'command',
    entry,
    given: { ...flagsOf(entry, values), ...argumentOf(entry, after.plain) },
  }
}

function answer(asks: 'help' | 'version', entry: CommandEntry | undefined): Arguments {
  return asks === 'help' ? { kind: 'help', entry } : { kind: 'version' }
}

function commandOf(words: string, group: string | undefined): CommandEntry {
  const found = commandEntries.find(one => one.words === words || one.aliases?.includes(words))
  if (found) return found
  const start = group === undefined ? '' : `${group} `
  const names = commandEntries
    .flatMap(one => [one.words, ...(one.aliases ?? [])])
    .filter(name => name.startsWith(start))
    .map(name => name.slice(start.length).split(' ', 1)[0] ?? '')
  const word = words.slice(start.length)
  throw new UsageError(`No such command '${word}'.`, group, 'usage', closeMatches(word, names))
}

/** As in dbt, an option stands before the command or after it. */
function refuseTwice(entry: CommandEntry, parts: readonly ReadonlyMap<Option, FlagValue>[]): void {
  const seen = new Set<Option>()
  for (const option of parts.flatMap(part => [...part.keys()])) {
    if (seen.has(option)) {
      const name = option.name.replaceAll('-', '_')
      throw new UsageError(
        `${name} was provided both before and after the subcommand, it can only be set either before or after.`,
        entry,
      )
    }
    seen.add(option)
  }
}

interface Read {
  readonly values: ReadonlyMap<Option, FlagValue>
  readonly plain: readonly string[]
  readonly rest: readonly string[]
  readonly asks: 'help' | 'version' | undefined
}

const helpAndVersion: readonly Option[] = [
  { name: 'help', kind: 'switch', short: 'h', help: '' },
  { name: 'version', kind: 'switch', short: 'v', aliases: ['V'], help: '' },
]

/** @param of the command; before a command, nothing or the first of its words: then the reading ends at the next word */
function read(of: CommandEntry | string | undefined, argv: readonly string[]): Read {
  const isCommand = typeof of === 'object'
  const options = isCommand ? optionsOf(of) : globalOptions
  const all = [...options, ...helpAndVersion]
  const { options: words, plain, rest } = spellOut(all, argv, !isCommand, fault => optionFault(fault, of, all))
  const values = new Map<Option, FlagValue>()
  // Without options there is nothing to parse, and each parsing is milliseconds of every start.
  const raw = words.length === 0 ? undefined : parseWords(all, words)
  for (const option of raw ? options : []) {
    const value = readValue(option, raw?.[option.name])
    if (value !== undefined) values.set(option, value)
  }
  const asks = raw?.help === true ? 'help' : raw?.version === true ? 'version' : undefined
  if (values.size > 0 && asks === undefined) refuseDeprecated(values)
  return { values, plain, rest, asks }
}

function parseWords(all: readonly Option[], words: readonly string[]): Readonly<Record<string, unknown>> {
  return Parser([...words], {
    boolean: all.filter(one => one.kind === 'switch').map(one => one.name),
    string: all.filter(one => one.kind === 'text' || one.kind === 'integer').map(one => one.name),
    array: all.filter(one => one.kind === 'list').map(one => ({ key: one.name, string: true })),
    configuration: {
      'boolean-negation': true,
      'camel-case-expansion': false,
      'dot-notation': false,
      'parse-numbers': false,
    },
  })
}

function readValue(option: Option, raw: unknown): FlagValue | undefined {
  if (raw === undefined) return undefined
  if (option.kind === 'switch') return lastOf(raw) === true
  if (option.kind !== 'list') return String(lastOf(raw))
  return (Array.isArray(raw) ? raw : [raw]).map(String)
}

function lastOf(raw: unknown): unknown {
  return Array.isArray(raw) ? raw.at(-1) : raw
}

/** Options that dbt has for their environment variables alone. */
function refuseDeprecated(values: ReadonlyMap<Option, FlagValue>): void {
  if (![...values.keys()].some(option => option.name.startsWith('deprecated-'))) return
  throw new UsageError('Deprecated parameters can only be set via environment variables', undefined, 'bare')
}

function optionFault(
  { kind, name }: OptionFault,
  of: CommandEntry | string | undefined,
  known: readonly Option[],
): UsageError {
  switch (kind) {
    case 'needs a value':
      return new UsageError(`Option '${name}' requires an argument.`, undefined, 'bare')
    case 'takes no value':
      return new UsageError(`Option '${name}' does not take a value.`, undefined, 'bare')
    case 'unknown': {
      const names = known.flatMap(spellingsOf).filter(one => one.startsWith('--'))
      const near = name.startsWith('--') ? closeMatches(name, names) : []
      return new UsageError(`No such option '${name}'.`, of, 'usage', near)
    }
  }
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
  return option.flag ?? fieldName(option.name)
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

function longNames(option: Option): string {
  return [option.name, ...(option.aliases ?? [])].map(name => `'--${name}'`).join(' / ')
}
