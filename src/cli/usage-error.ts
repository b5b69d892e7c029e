/** A command line that cannot be understood: printed on standard error, exit code 2. */
import { nearName } from '../base/near-name.ts'
import type { CommandEntry } from './command-table.ts'

interface Misspelling {
  readonly name: string
  readonly known: readonly string[]
}

export class UsageError extends Error {
  readonly entry: CommandEntry | undefined
  /** `bare`: without the two lines on usage. */
  readonly style: 'usage' | 'bare'

  constructor(
    message: string,
    entry: CommandEntry | undefined,
    style: 'usage' | 'bare' = 'usage',
    misspelling?: Misspelling,
  ) {
    const near = misspelling && nearName(misspelling.name, misspelling.known)
    super(near === undefined ? message : `${message} Did you mean ${near}?`)
    this.name = 'UsageError'
    this.entry = entry
    this.style = style
  }

  /** The lines for standard error. */
  text(): string {
    const error = `Error: ${this.message}\n`
    if (this.style === 'bare') return error
    const command = this.entry === undefined ? 'eider' : `eider ${this.entry.words}`
    const usage = this.entry === undefined ? `${command} [OPTIONS] COMMAND [ARGS]...` : usageOf(this.entry)
    return `Usage: ${usage}\nTry '${command} --help' for help.\n\n${error}`
  }
}

/** The command with its words, as the first line of help shows it. */
export function usageOf(entry: CommandEntry): string {
  const { argument } = entry
  const label = argument === undefined ? '' : argument.required ? ` ${argument.label}` : ` [${argument.label}]`
  return `eider ${entry.words} [OPTIONS]${label}`
}
