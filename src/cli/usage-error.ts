/** A command line that cannot be understood: printed on standard error, exit code 2. */
import type { CommandEntry } from './command-table.ts'

export class UsageError extends Error {
  /** The command, or the first word of several commands. */
  readonly entry: CommandEntry | string | undefined
  /** `bare`: without the two lines on usage. */
  readonly style: 'usage' | 'bare'

  constructor(
    message: string,
    entry: CommandEntry | string | undefined,
    style: 'usage' | 'bare' = 'usage',
    near: readonly string[] = [],
  ) {
    super([message, ...question(near)].join(' '))
    this.name = 'UsageError'
    this.entry = entry
    this.style = style
  }

  /** The lines for standard error. */
  text(): string {
    const error = `Error: ${this.message}\n`
    if (this.style === 'bare') return error
    const { entry } = this
    const isCommand = typeof entry === 'object'
    const command = ['eider', ...(isCommand ? [entry.words] : entry === undefined ? [] : [entry])].join(' ')
    const usage = isCommand ? usageOf(entry) : `${command} [OPTIONS] COMMAND [ARGS]...`
    return `Usage: ${usage}\nTry '${command} --help' for help.\n\n${error}`
  }
}

function question(near: readonly string[]): readonly string[] {
  const names = near
    .toSorted()
    .map(name => `'${name}'`)
    .join(', ')
  if (near.length === 0) return []
  return [near.length === 1 ? `Did you mean ${names}?` : `(Did you mean one of: ${names}?)`]
}

/** The command with its words, as the first line of help shows it. */
export function usageOf(entry: CommandEntry): string {
  const { argument } = entry
  const label = argument === undefined ? '' : argument.required ? ` ${argument.label}` : ` [${argument.label}]`
  return `eider ${entry.words} [OPTIONS]${label}`
}
