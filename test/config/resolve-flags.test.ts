import { describe, expect, it } from 'vitest'
import { DiagnosticError } from '../../src/base/diagnostic.ts'
import type { Flags } from '../../src/config/flags.ts'
import { type FlagSources, resolveFlags, writtenWarnErrorOptions } from '../../src/config/resolve-flags.ts'
import { PyDict } from '../../src/template/value.ts'

const plain: FlagSources = {
  which: 'run',
  invocationCommand: 'eider run',
  given: {},
  environment: {},
  project: new PyDict(),
  paths: { target: null, log: null },
  nowMs: Date.UTC(2024, 2, 31, 12),
}

function resolve(sources: Partial<FlagSources> = {}): Flags {
  return resolveFlags({ ...plain, ...sources })
}

const failure = (sources: Partial<FlagSources>): string => {
  try {
    resolve(sources)
    return ''
  } catch (error) {
    return error instanceof DiagnosticError ? error.message : String(error)
  }
}

describe('precedence', () => {
  const project = PyDict.of({ fail_fast: true })

  it('is command line, environment, project file, default', () => {
    expect(resolve().failFast).toBe(false)
    expect(resolve({ project }).failFast).toBe(true)
    expect(resolve({ project, environment: { DBT_FAIL_FAST: '0' } }).failFast).toBe(false)
    expect(resolve({ project, environment: { DBT_FAIL_FAST: '0' }, given: { failFast: true } }).failFast).toBe(true)
  })

  it('of the environment is EIDER_, DBT_ENGINE_, DBT_', () => {
    const environment = { DBT_TARGET: 'c', DBT_ENGINE_TARGET: 'b', EIDER_TARGET: 'a' }
    expect(resolve({ environment }).target).toBe('a')
    expect(resolve({ environment: { ...environment, EIDER_TARGET: undefined } as never }).target).toBe('b')
  })

  it('takes an empty variable for none', () => {
    const environment = { DBT_TARGET: '', DBT_PRINTER_WIDTH: '', DBT_LOG_LEVEL: '', DBT_SAMPLE: '', DBT_QUIET: '' }
    expect(resolve({ environment })).toEqual(resolve())
    const sources = { ...plain, environment: { DBT_WARN_ERROR_OPTIONS: '' } }
    expect(writtenWarnErrorOptions(sources)).toEqual([])
    expect(resolve({ environment: { DBT_ENGINE_TARGET: '', DBT_TARGET: 'b' } }).target).toBe('b')
  })

  it('takes any text of DBT_FAVOR_STATE_MODE for true', () => {
    expect(resolve({ environment: { DBT_FAVOR_STATE_MODE: 'x' } }).favorState).toBe(true)
    expect(resolve({ environment: { DBT_FAVOR_STATE_MODE: '' } }).favorState).toBe(false)
  })

  it('names the variable that was set', () => {
    const both = { DBT_ENGINE_QUIET: 'x', DBT_QUIET: 'x' }
    expect(failure({ environment: both, outside: { DBT_QUIET: 'x' } })).toContain("'--quiet' (env var: 'DBT_QUIET')")
    expect(failure({ environment: both, outside: both })).toContain("(env var: 'DBT_ENGINE_QUIET')")
  })

  it('leaves twins alone that the command does not have', () => {
    const environment = { DBT_FULL_REFRESH: 'true' }
    expect(resolve({ environment }).fullRefresh).toBe(true)
    expect(resolve({ environment, which: 'test' }).fullRefresh).toBe(false)
  })

  it('lets the log file follow the terminal unless it is set itself', () => {
    expect(resolve({ given: { logFormat: 'json' } })).toMatchObject({ logFormat: 'json', logFormatFile: 'json' })
    expect(resolve({ given: { logLevel: 'error' }, environment: { DBT_LOG_LEVEL_FILE: 'debug' } }).logLevelFile).toBe(
      'debug',
    )
  })

  it('takes target-path and log-path of the project file for defaults', () => {
    expect(resolve({ paths: { target: 'out', log: 'l' } })).toMatchObject({ targetPath: 'out', logPath: 'l' })
    expect(resolve({ paths: { target: 'out', log: null }, environment: { DBT_TARGET_PATH: 'e' } }).targetPath).toBe('e')
  })
})

describe('values', () => {
  it('of --vars are YAML, JSON among it', () => {
    expect(resolve({ given: { vars: '{a: yes, b: [1, 2.0]}' } }).vars.get('a')).toBe(true)
    expect(resolve({ given: { vars: '{"a": "x"}' } }).vars.get('a')).toBe('x')
    expect(failure({ given: { vars: 'abc' } })).toContain("Invalid value for '--vars': String 'abc' is not valid YAML")
    expect(failure({ given: { vars: '{a: [}' } })).toContain('is not valid YAML')
  })

  it('of the environment are split into lists and read as bools', () => {
    const environment = { DBT_RESOURCE_TYPES: 'model seed', DBT_QUIET: 'Yes', DBT_DEBUG: '' }
    expect(resolve({ environment, which: 'build' })).toMatchObject({
      resourceTypes: ['model', 'seed'],
      quiet: true,
      debug: false,
    })
  })

  it.each([
    [
      { environment: { DBT_PARTIAL_PARSE: 'foo' } },
      "'--partial-parse' (env var: 'DBT_PARTIAL_PARSE'): 'foo' is not a valid boolean",
    ],
    [{ given: { logLevel: 'foo' } }, "'--log-level': 'foo' is not one of 'debug', 'info', 'warn', 'error', 'none'"],
    [{ given: { threads: 'x' } }, "'x' is not a valid integer"],
    [
      { given: { warnError: true, warnErrorOptions: '{error: all}' } },
      'warn_error_options: not allowed with argument warn_error',
    ],
    [{ given: { select: ['a'], inline: 'select 1' } }, 'inline: not allowed with argument select'],
    [{ given: { eventTimeStart: '2024-01-01' } }, '`--event-time-end` must also be present'],
    [{ given: { eventTimeStart: '2024-01-02', eventTimeEnd: '2024-01-01' } }, 'must be less than `--event-time-end`'],
    [{ given: { sample: '3 weeks' } }, "Invalid grain size 'weeks'"],
  ])('%j is refused', (sources, message) => {
    expect(failure(sources)).toContain(message)
  })

  it('of --warn-error-options come with newer or older keys', () => {
    const options = (text: string) => resolve({ given: { warnErrorOptions: text } }).warnErrorOptions
    expect(options('{include: all, exclude: [UnusedTables], silence: [config/unknown-key]}')).toEqual({
      error: 'all',
      warn: ['UnusedTables'],
      silence: ['config/unknown-key'],
    })
    expect(options('{error: [Deprecations]}')).toEqual({ error: ['Deprecations'], warn: [], silence: [] })
  })

  it.each([
    ['{include: all, error: all}', 'Only `include` or `error` can be specified in `warn_error_options`, not both'],
    ['{error: all, warn: [], exclude: []}', 'Only `exclude` or `warn` can be specified'],
    ['{error: [NoSuchEvent]}', 'NoSuchEvent is not a valid dbt error name.'],
    ['{error: most}', "error must be one of ('all', '*') or a list of strings"],
    ['{error: [UnusedTables], warn: [UnusedTables]}', '`warn` can only be specified if `error` is one of'],
  ])('of --warn-error-options fit together: %s', (text, message) => {
    expect(failure({ given: { warnErrorOptions: text } })).toContain(message)
  })

  it('come from variables of the earlier name before those of today', () => {
    const of = (environment: Record<string, string>) => resolve({ environment })
    expect(of({ DBT_ARTIFACT_STATE_PATH: 'old', DBT_STATE: 'new' }).state).toBe('old')
    expect(of({ DBT_NO_PRINT: '1' }).print).toBe(false)
    expect(of({ DBT_ENGINE_DEFER_TO_STATE: 'true' }).defer).toBe(true)
  })

  it('of --sample and event times are windows in UTC', () => {
    expect(resolve({ given: { sample: '1 month' } }).sample).toEqual({
      startMs: Date.UTC(2024, 1, 29, 12),
      endMs: Date.UTC(2024, 2, 31, 12),
    })
    expect(resolve({ given: { sample: '{start: 2024-01-01, end: 2024-01-02T06:00:00}' } }).sample).toEqual({
      startMs: Date.UTC(2024, 0, 1),
      endMs: Date.UTC(2024, 0, 2, 6),
    })
    expect(resolve({ given: { eventTimeStart: '2024-01-01', eventTimeEnd: '2024-01-01 06:00:00' } }).eventTimeEnd).toBe(
      Date.UTC(2024, 0, 1, 6),
    )
  })
})
