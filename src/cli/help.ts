/** The texts of `--help`. */
import { type CommandEntry, commandEntries, optionsOf } from './command-table.ts'
import { globalOptions, type Option } from './option-table.ts'
import { usageOf } from './usage-error.ts'

const column = 34
const width = 100

export function renderHelp(entry: CommandEntry | undefined): string {
  return entry === undefined ? generalHelp() : commandHelp(entry)
}

function generalHelp(): string {
  const commands = commandEntries.map(one => [one.words, one.summary] as const)
  return [
    'Usage: eider [OPTIONS] COMMAND [ARGS]...',
    '',
    '  Runs dbt projects on in-process DuckDB.',
    '',
    'Commands:',
    ...table(commands, 20),
    '',
    'Options of every command:',
    ...optionTable(globalOptions),
    '',
    'Every option can also be set in the environment: --fail-fast is DBT_FAIL_FAST or EIDER_FAIL_FAST.',
    "'eider COMMAND --help' says more about a command.",
    '',
  ].join('\n')
}

function commandHelp(entry: CommandEntry): string {
  const own = optionsOf(entry).filter(one => !globalOptions.includes(one))
  return [
    `Usage: ${usageOf(entry)}`,
    '',
    `  ${entry.summary}.`,
    ...(entry.aliases === undefined ? [] : ['', `  Also: ${entry.aliases.map(one => `eider ${one}`).join(', ')}`]),
    '',
    'Examples:',
    ...entry.examples.map(one => `  ${one}`),
    '',
    'Options:',
    ...optionTable(own),
    '',
    'Options of every command:',
    ...optionTable(globalOptions),
    '',
  ].join('\n')
}

function optionTable(options: readonly Option[]): string[] {
  const shown = options.filter(one => one.hidden !== true).map(one => [spelling(one), one.help] as const)
  const further: (readonly [string, string])[] = [['-h, --help', 'Show this text']]
  return table(options === globalOptions ? [...shown, ['--version', 'Show the version'], ...further] : shown, column)
}

function spelling(option: Option): string {
  const short = option.short === undefined ? '    ' : `-${option.short}, `
  const twin = option.twin === true ? ` / --no-${option.name}` : ''
  return `${short}--${option.name}${twin}${valueLabel(option)}`
}

function valueLabel(option: Option): string {
  if (option.kind === 'switch') return ''
  if (option.choices !== undefined && option.choices.length < 6) return ` [${option.choices.join('|')}]`
  if (option.kind === 'integer') return ' NUMBER'
  return option.kind === 'list' ? ' WORD ...' : ` ${option.value ?? 'TEXT'}`
}

/** Two columns; a left side that is too long stands on a line of its own. */
function table(rows: readonly (readonly [string, string])[], leftWidth: number): string[] {
  return rows.flatMap(([left, right]) => {
    const lines = wrapped(right, width - leftWidth - 2)
    const margin = ' '.repeat(leftWidth + 2)
    if (left.length >= leftWidth) return [`  ${left}`, ...lines.map(line => margin + line)]
    return lines.map((line, index) => (index === 0 ? `  ${left.padEnd(leftWidth)}${line}` : margin + line))
  })
}

function wrapped(sentence: string, limit: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of sentence.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > limit) {
      lines.push(line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line]
}
