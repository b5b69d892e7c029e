/** One flag as it was given -> the value it means. Texts of the command line and the environment are read alike. */
import type { DiagnosticCode } from '../base/codes.ts'
import { DiagnosticError } from '../base/diagnostic.ts'
import { parseYaml } from '../base/located-yaml.ts'
import { pythonValue } from '../context/python-yaml.ts'
import { PyDict, type Value } from '../template/value.ts'
import { snakeCase } from './behaviour-flags.ts'
import { type FlagEntry, type FlagName, flagTable } from './flag-table.ts'
import type { WarnErrorOptions } from './flags.ts'
import { sampleWindow, timePoint } from './time-window.ts'
import { readWarnErrorOptions } from './warn-error-options.ts'

/** As the command line gives it: not yet looked into. */
export type GivenFlag = string | number | boolean | readonly string[]

interface FlagReading {
  /** How messages name the option or variable. */
  readonly where: string
  /** What relative samples count from. */
  readonly nowMs: number
}

/**
 * A flag of the command line or the environment; `undefined` where an empty text says nothing.
 * @throws DiagnosticError `config/bad-flag` or `config/bad-vars`
 */
export function readFlag(name: FlagName, given: GivenFlag, { where, nowMs }: FlagReading): unknown {
  const { reads }: FlagEntry = flagTable[name]
  switch (reads.kind) {
    case 'bool':
      return readBool(given, where)
    case 'text':
      return String(given)
    case 'int':
      if (!/^\s*[+-]?\d+\s*$/.test(String(given))) throw badFlag(where, `'${given}' is not a valid integer.`)
      return Number(given)
    case 'choice':
      return readChoice(String(given), reads.choices, where)
    case 'list': {
      const items = Array.isArray(given) ? given.map(String) : String(given).split(/\s+/).filter(Boolean)
      return reads.choices ? items.map(item => readChoice(item, reads.choices ?? [], where)) : items
    }
    case 'yaml':
      return dictFromText(name === 'vars' ? 'vars' : snakeCase(name), String(given))
    case 'time':
      return readTime(String(given), where)
    case 'sample': {
      const window = sampleWindow(String(given), nowMs)
      if ('problem' in window) throw badFlag(where, window.problem)
      return window
    }
    case 'warn-error-options':
      return warnErrorOptions(dictFromText('warn-error-options', String(given)), where)
  }
}

const truths = new Set(['1', 'true', 't', 'yes', 'y', 'on'])
const lies = new Set(['0', 'false', 'f', 'no', 'n', 'off'])

function readBool(given: GivenFlag, where: string): boolean | undefined {
  if (typeof given === 'boolean') return given
  const word = String(given).trim().toLowerCase()
  // What dbt takes for no value at all.
  if (word === '') return undefined
  if (truths.has(word)) return true
  if (lies.has(word)) return false
  throw badFlag(
    where,
    `'${given}' is not a valid boolean. Recognized values: , 0, 1, f, false, n, no, off, on, t, true, y, yes`,
  )
}

function readChoice(given: string, choices: readonly string[], where: string): string {
  const chosen = chosenFrom(given, choices)
  if (chosen !== undefined) return chosen
  throw badFlag(where, choiceProblem(given, choices))
}

function chosenFrom(given: string, choices: readonly string[]): string | undefined {
  return choices.find(choice => choice === given.toLowerCase()) ?? choices.find(choice => choice === given)
}

function choiceProblem(given: string, choices: readonly string[]): string {
  return `'${given}' is not one of ${choices.map(choice => `'${choice}'`).join(', ')}.`
}

function readTime(given: string, where: string): number {
  const ms = timePoint(given)
  if (ms !== undefined) return ms
  throw badFlag(where, `'${given}' does not match the formats '%Y-%m-%d', '%Y-%m-%dT%H:%M:%S', '%Y-%m-%d %H:%M:%S'.`)
}

function badFlag(where: string, problem: string): DiagnosticError {
  const message = `Invalid value for ${where}: ${problem}`
  return new DiagnosticError({ code: 'config/bad-flag', kind: 'Validation', message })
}

/**
 * The dictionary of a YAML text from the command line.
 * @throws DiagnosticError `config/bad-vars`
 */
export function dictFromText(option: string, text: string): PyDict {
  let value: Value = null
  try {
    value = pythonValue(parseYaml({ path: `--${option}`, text }).root)
  } catch (error) {
    if (!(error instanceof DiagnosticError)) throw error
  }
  if (value instanceof PyDict) return value
  const message = `Invalid value for '--${option}': String '${text}' is not valid YAML`
  throw new DiagnosticError({ code: 'config/bad-vars', kind: 'Validation', message })
}

/** A flag of the project file. @throws DiagnosticError `config/ignored-flags` or `config/bad-flag` */
export function readProjectFlag(name: FlagName, value: Value): unknown {
  const where = `"${snakeCase(name)}" under "flags" in the project file`
  const wrong = (problem: string, code: DiagnosticCode = 'config/ignored-flags'): DiagnosticError =>
    new DiagnosticError({ code, kind: 'Runtime', message: `Invalid value for ${where}: ${problem}` })
  const { reads }: FlagEntry = flagTable[name]
  switch (reads.kind) {
    case 'warn-error-options': {
      const options = value instanceof PyDict ? readWarnErrorOptions(value) : { problem: 'a dictionary is expected' }
      // What dbt takes for a mistake it tells; what has the wrong type makes it forget all flags.
      if ('problem' in options) throw wrong(options.problem, 'config/bad-flag')
      return options
    }
    case 'bool':
      if (typeof value === 'boolean') return value
      throw wrong(`${JSON.stringify(value)} is not a boolean`)
    case 'int':
      if (typeof value === 'number') return value
      throw wrong(`${JSON.stringify(value)} is not an integer`)
    case 'choice': {
      const chosen = chosenFrom(String(value), reads.choices)
      if (chosen === undefined) throw wrong(choiceProblem(String(value), reads.choices))
      return chosen
    }
    default:
      return typeof value === 'string' ? value : undefined
  }
}

function warnErrorOptions(dict: PyDict, where: string): WarnErrorOptions {
  const options = readWarnErrorOptions(dict)
  if ('problem' in options) throw badFlag(where, options.problem)
  return options
}
