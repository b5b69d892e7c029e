/** The tables of docs/compatibility.md that are written from the command line's own tables. */
import { commandEntries } from '../../src/cli/command-table.ts'
import { globalOptions, type Option, type OptionGroup, optionGroups } from '../../src/cli/option-table.ts'

/** Commands that dbt does not have. */
const ownCommands = /^(cache|delta) /
const ownOptions = new Set([
  'profile-run',
  'build-missing',
  'dry-run',
  'max-bytes',
  'to-version',
  'retain-hours',
  'force',
])

const start = (name: string): string => `<!-- ${name}: written by the test -->`
const end = '<!-- end -->'

export function commandTable(): string {
  const rows = commandEntries.map(({ words, summary, aliases }) => {
    const also = aliases?.length ? ` (also ${aliases.map(one => `\`${one}\``).join(', ')})` : ''
    return `| \`${words}\`${also} | ${ownCommands.test(words) ? 'eider only' : 'yes'} | ${summary} |`
  })
  return wrapped('commands', ['| command | as in dbt | what |', '|---|---|---|', ...rows])
}

export function optionTable(): string {
  const everywhere = globalOptions.map(option => optionRow(option, 'all'))
  const some = Object.entries(optionGroups).flatMap(([group, options]) =>
    options.map(option => optionRow(option, commandsOf(group as OptionGroup))),
  )
  return wrapped('flags', ['| option | as in dbt | commands | what |', '|---|---|---|---|', ...everywhere, ...some])
}

function commandsOf(group: OptionGroup): string {
  const words = commandEntries.filter(one => one.groups.includes(group)).map(one => one.words)
  return words.length > 8 ? 'all with a project' : words.join(', ')
}

function optionRow(option: Option, commands: string): string {
  const others = [...(option.short ? [option.short] : []), ...(option.aliases ?? [])]
  const names = [`--${option.name}`, ...others.map(one => (one.length === 1 ? `-${one}` : `--${one}`))]
  if (option.twin) names.push(`--${option.twinName ?? `no-${option.name}`}`)
  const support = ownOptions.has(option.name)
    ? 'eider only'
    : option.help.startsWith('Accepted')
      ? 'accepted, no effect'
      : 'yes'
  return `| ${names.map(one => `\`${one}\``).join(' ')} | ${support} | ${commands} | ${option.help.replaceAll('|', '\\|')} |`
}

function wrapped(name: string, lines: readonly string[]): string {
  return [start(name), ...lines, end].join('\n')
}

export function replaceSection(page: string, name: string, table: string): string {
  const from = page.indexOf(start(name))
  const to = page.indexOf(end, from)
  return from < 0 || to < 0 ? page : page.slice(0, from) + table + page.slice(to + end.length)
}

/** From the heading to the next one of its level. */
export function sectionOf(page: string, heading: string): string {
  const from = page.indexOf(`\n## ${heading}\n`)
  if (from < 0) throw new Error(`docs/compatibility.md has no section "${heading}"`)
  const to = page.indexOf('\n## ', from + 1)
  return page.slice(from, to < 0 ? undefined : to)
}
