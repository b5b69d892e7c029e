import { describe, expect, test } from 'vitest'
import { parseArguments } from '../../src/cli/args.ts'
import { UsageError } from '../../src/cli/usage-error.ts'

function given(...argv: string[]): Record<string, unknown> {
  const parsed = parseArguments(argv)
  if (parsed.kind !== 'command') throw new Error(`${argv.join(' ')} is no command`)
  return { command: parsed.entry.words, ...parsed.given }
}

function refusal(...argv: string[]): string {
  try {
    parseArguments(argv)
  } catch (error) {
    if (error instanceof UsageError) return error.text()
    throw error
  }
  throw new Error(`${argv.join(' ')} was understood`)
}

describe('options', () => {
  test('stand before and after the command', () => {
    expect(given('--quiet', 'run', '--project-dir', 'x', '-t', 'prod')).toEqual({
      command: 'run',
      quiet: true,
      projectDir: 'x',
      target: 'prod',
    })
  })

  test('a list takes every word up to the next option, and may be repeated', () => {
    expect(given('run', '-s', 'a', 'b+', '--exclude', 'c', '--select', 'd')).toEqual({
      command: 'run',
      select: ['a', 'b+', 'd'],
      exclude: ['c'],
    })
  })

  test('a value may begin with a dash', () => {
    expect(given('show', '--inline', '-- a comment', '--limit', '-1')).toEqual({
      command: 'show',
      inline: '-- a comment',
      limit: -1,
    })
  })

  test('short ones may stand together and have their value right behind them', () => {
    expect(given('ls', '-xq')).toEqual({ command: 'list', failFast: true, quiet: true })
    expect(given('ls', '-tdev')).toEqual({ command: 'list', target: 'dev' })
    expect(given('ls', '-qt', 'dev')).toEqual({ command: 'list', quiet: true, target: 'dev' })
    expect(given('run', '-sa', 'b', '-f')).toEqual({ command: 'run', select: ['a', 'b'], fullRefresh: true })
    expect(given('run', '-s=a')).toEqual({ command: 'run', select: ['=a'] })
  })

  test('the first word of a list may be any, and blanks part it', () => {
    expect(given('ls', '--select', '--exclude', 'b')).toEqual({ command: 'list', select: ['--exclude', 'b'] })
    expect(given('ls', '--select=')).toEqual({ command: 'list', select: [''] })
    expect(given('ls', '--select', 'a b', 'c')).toEqual({ command: 'list', select: ['a', 'b', 'c'] })
  })

  test('end at two dashes', () => {
    expect(given('run-operation', '--', 'grant')).toEqual({ command: 'run-operation', macro: 'grant' })
    expect(refusal('ls', '--', '--quiet')).toContain('Got unexpected extra argument (--quiet)')
  })

  test('a switch has a twin that turns it off', () => {
    expect(given('run', '--no-partial-parse', '-x')).toEqual({ command: 'run', partialParse: false, failFast: true })
  })

  test('the last of two values counts', () => {
    expect(given('run', '--threads', '2', '--threads=4')).toEqual({ command: 'run', threads: 4 })
  })

  test('dbt calls --select --models as well', () => {
    expect(given('test', '-m', 'a')).toEqual({ command: 'test', select: ['a'] })
  })

  test('for list, --models means models only', () => {
    expect(given('ls', '-m', 'a')).toEqual({ command: 'list', select: ['a'], resourceTypes: ['model'] })
  })
})

describe('commands', () => {
  test('may have two words', () => {
    expect(given('source', 'freshness', '-o', 'fresh.json')).toEqual({
      command: 'source freshness',
      output: 'fresh.json',
    })
  })

  test('may have an argument', () => {
    expect(given('run-operation', 'grant', '--args', '{a: 1}')).toEqual({
      command: 'run-operation',
      macro: 'grant',
      args: '{a: 1}',
    })
  })

  test('--help asks for help on the command', () => {
    const parsed = parseArguments(['run', '--help'])
    expect(parsed.kind === 'help' && parsed.entry?.words).toBe('run')
  })
})

describe('a command line that cannot be understood', () => {
  test('names an unknown option and the nearest one', () => {
    expect(refusal('run', '--selct', 'a')).toBe(
      "Usage: eider run [OPTIONS]\nTry 'eider run --help' for help.\n\nError: No such option '--selct'. (Did you mean one of: '--help', '--select', '--selector'?)\n",
    )
  })

  test('does not take an option for a longer one', () => {
    expect(refusal('run', '--full')).toContain("Error: No such option '--full'. Did you mean '--full-refresh'?")
    expect(refusal('ls', '-zq')).toContain("Error: No such option '-z'.\n")
    expect(refusal('ls', '-qz')).toContain("Error: No such option '-z'.\n")
  })

  test('has options of a command behind it', () => {
    expect(refusal('--full-refresh', 'run')).toContain("Error: No such option '--full-refresh'.")
    expect(refusal('--vars', '{}', 'run')).toContain("Error: No such option '--vars'.")
    expect(refusal('docs', '--static', 'generate')).toContain("Error: No such option '--static'.")
    expect(refusal('docs', '--quiet')).toContain('Error: Missing command.')
  })

  test('turns off only what has a twin', () => {
    for (const name of ['--no-select', '--no-target', '--no-full-refresh']) {
      expect(refusal('run', name)).toContain(`Error: No such option '${name}'.`)
    }
  })

  test('gives what dbt takes from the environment alone', () => {
    expect(refusal('ls', '--deprecated-no-print')).toBe(
      'Error: Deprecated parameters can only be set via environment variables\n',
    )
    expect(refusal('--deprecated-state', 'x', 'ls')).toContain('can only be set via environment variables')
    expect(refusal('ls', '--deprecated-defer')).toBe("Error: Option '--deprecated-defer' requires an argument.\n")
  })

  test('names an unknown option inside a list', () => {
    expect(refusal('run', '-s', 'a', '--nope')).toContain("Error: No such option '--nope'.")
  })

  test('names an unknown command', () => {
    expect(refusal('rnu')).toContain("Error: No such command 'rnu'.")
    expect(refusal('docs', 'geenrate')).toBe(
      "Usage: eider docs [OPTIONS] COMMAND [ARGS]...\nTry 'eider docs --help' for help.\n\nError: No such command 'geenrate'. Did you mean 'generate'?\n",
    )
  })

  test('does not give an option before and after the command', () => {
    expect(refusal('--log-format', 'json', 'run', '--log-format', 'text')).toContain(
      'log_format was provided both before and after the subcommand, it can only be set either before or after.',
    )
    expect(given('--profile', 'run', 'run', '--debug')).toEqual({ command: 'run', profile: 'run', debug: true })
  })

  test('does not ask for models and for other kinds at once', () => {
    expect(refusal('ls', '-m', 'a', '-s', 'b')).toContain('"models" and "select" are mutually exclusive arguments')
    expect(refusal('ls', '-m', 'a', '--resource-type', 'seed')).toContain(
      '"models" and "resource_type" are mutually exclusive arguments',
    )
  })

  test('gives a command only the options that it has', () => {
    for (const words of [
      ['ls', '--threads', '4'],
      ['debug', '--target-path', 'x'],
      ['run', '--no-warn-error'],
    ]) {
      expect(refusal(...words)).toContain(`Error: No such option '${words[1]}'.`)
    }
  })

  test('lists the allowed values', () => {
    expect(refusal('run', '--indirect-selection', 'x')).toContain(
      "Error: Invalid value for '--indirect-selection': 'x' is not one of 'eager', 'cautious', 'buildable', 'empty'.",
    )
  })

  test('says that a number is wanted', () => {
    expect(refusal('run', '--threads', '0')).toContain("Invalid value for '--threads': 0 is not in the range x>=1.")
    expect(refusal('run', '--fail-fast=1')).toBe("Error: Option '--fail-fast' does not take a value.\n")
    expect(refusal('--no-quiet=true', 'run')).toBe("Error: Option '--no-quiet' does not take a value.\n")
    expect(given('run', '--vars', '--fail-fast=1')).toEqual({ command: 'run', vars: '--fail-fast=1' })
    expect(refusal('run', '--threads', 'x')).toContain("Invalid value for '--threads': 'x' is not a valid integer.")
  })

  test('says that a value is missing', () => {
    expect(refusal('run', '--target')).toBe("Error: Option '--target' requires an argument.\n")
  })

  test('says that an argument is missing or too many', () => {
    expect(refusal('run-operation')).toContain("Error: Missing argument 'MACRO'.")
    expect(refusal('run', 'a', 'b')).toContain('Error: Got unexpected extra arguments (a b)')
  })
})
