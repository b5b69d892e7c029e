import { describe, expect, test } from 'vitest'
import { parseArguments } from '../../src/cli/args.ts'
import { UsageError } from '../../src/cli/usage-error.ts'
import { everywhere, ofCommand } from './dbt-options.ts'

const values: Readonly<Record<string, string>> = {
  '--exclude-resource-types': 'seed',
  '--indirect-selection': 'cautious',
  '--limit': '7',
  '--log-file-max-bytes': '7',
  '--log-format': 'text',
  '--log-format-file': 'text',
  '--log-level': 'warn',
  '--log-level-file': 'warn',
  '--port': '7',
  '--printer-width': '70',
  '--resource-types': 'model',
  '--source': 'git',
  '--threads': '7',
}
const formats: Readonly<Record<string, string>> = { compile: 'json', show: 'json', list: 'name', ls: 'name' }

function valueFor(command: string, names: readonly string[]): string {
  if (names.includes('--output')) return formats[command] ?? 'file.json'
  return names.map(name => values[name]).find(one => one !== undefined) ?? 'x'
}

/** Whether all that is wrong with the words is that their option has to stand in the environment. */
function takes(words: readonly string[]): boolean {
  try {
    return parseArguments(words).kind === 'command'
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    return error.message.startsWith('Deprecated parameters')
  }
}

describe.each(Object.entries(ofCommand))('%s', (command, own) => {
  const words = command.split(' ')
  const argument = command === 'run-operation' ? ['macro'] : []

  test.each(['switch', 'value', 'list'] as const)('takes every %s of dbt under each of its names', kind => {
    const refused = [...(everywhere[kind] ?? []), ...(own[kind] ?? [])]
      .map(one => one.split(' '))
      .flatMap(names => {
        const value = kind === 'switch' ? [] : [valueFor(command, names)]
        return names.filter(name => !takes([...words, ...argument, name, ...value]))
      })
    expect(refused).toEqual([])
  })
})

test('what stands after every command may stand before it', () => {
  const refused = Object.entries(everywhere).flatMap(([kind, options]) =>
    (options ?? [])
      .map(one => one.split(' '))
      .flatMap(names => {
        const value = kind === 'switch' ? [] : [valueFor('parse', names)]
        return names.filter(name => !takes([name, ...value, 'parse']))
      }),
  )
  expect(refused).toEqual([])
})
