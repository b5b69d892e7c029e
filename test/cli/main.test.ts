import { describe, expect, test } from 'vitest'
import { project } from '../rig/project-rig.ts'

describe('output', () => {
  test('--quiet leaves errors, print() and output proper', async () => {
    const p = project({
      'models/a.sql': "{% if execute %}{% do print('hello') %}{% endif %}select 1 as x",
      'models/b.sql': 'select 1 as y',
    })
    await p.run('run --quiet')
    expect(p.stdout).toBe('hello\n')
    await p.run('ls --quiet')
    expect(p.stdout).toBe('shop.a\nshop.b\n')
  })

  test('--log-format json prints events as dbt names them', async () => {
    const p = project({ 'models/a.sql': 'select 1 as x' })
    await p.run('run --log-format json')
    const events = p.stdout
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(events.map(one => `${one.info.name} ${one.info.code}`)).toEqual([
      'MainReportVersion A001',
      'AdapterRegistered E034',
      'UnableToPartialParse I024',
      'FoundStats W006',
      'Formatting Z017',
      'ConcurrencyLine Q027',
      'Formatting Z017',
      'LogStartLine Q011',
      'LogModelResult Q012',
      'Formatting Z017',
      'FinishedRunningStats E047',
      'TimeSpent E101',
      'Formatting Z017',
      'EndOfRunSummary Z030',
      'Formatting Z017',
      'StatsLine Z023',
    ])
    const result = events.find(one => one.info.name === 'LogModelResult')
    expect(Object.keys(result.info)).toEqual([
      'category',
      'code',
      'extra',
      'invocation_id',
      'level',
      'msg',
      'name',
      'pid',
      'thread',
      'ts',
    ])
    expect(result.data).toMatchObject({
      description: 'sql view model main.a',
      index: 1,
      total: 1,
      status: 'OK',
      node_info: {
        unique_id: 'model.shop.a',
        node_status: 'success',
        resource_type: 'model',
        materialized: 'view',
        node_relation: { database: 'shop', schema: 'main', alias: 'a', relation_name: '"shop"."main"."a"' },
      },
    })
  })

  test('the log file has debug lines with every statement', async () => {
    const p = project({ 'models/a.sql': 'select 1 as x' })
    await p.run('run')
    expect(p.read('logs/dbt.log')).toMatch(/\[debug\] \[.{10}\]: On model\.shop\.a: /)
    expect(p.read('logs/dbt.log')).toContain('Command `eider run` succeeded at')
  })

  test('DBT_LOG_FORMAT_FILE, DBT_LOG_LEVEL_FILE and DBT_LOG_PATH shape the log file', async () => {
    const environment = { DBT_LOG_FORMAT_FILE: 'json', DBT_LOG_LEVEL_FILE: 'info', DBT_LOG_PATH: 'elsewhere' }
    const p = project({ 'models/a.sql': 'select 1 as x' }, { environment })
    await p.run('run')
    const levels = p
      .read('elsewhere/dbt.log')
      .trim()
      .split('\n')
      .map(line => JSON.parse(line).info.level)
    expect(new Set(levels)).toEqual(new Set(['info']))
  })

  test('colours stand on a terminal only', async () => {
    const files = { 'models/a.sql': 'select 1 as x' }
    const plain = project(files)
    await plain.run('run')
    expect(plain.stdout).not.toContain('\u001b[')
    const terminal = project(files, { terminal: true })
    await terminal.run('run')
    expect(terminal.stdout).toContain('\u001b[32mOK\u001b[0m')
  })

  test('secrets of the environment are masked everywhere', async () => {
    const environment = { DBT_ENV_SECRET_TOKEN: 'hunter2' }
    const p = project({ 'models/a.sql': "select 'hunter2' as x from nowhere" }, { environment })
    await p.run('run --debug')
    expect(p.stdout).not.toContain('hunter2')
    expect(p.stdout).toContain('*****')
    expect(p.read('logs/dbt.log')).not.toContain('hunter2')
  })
})

describe('values that cannot be used', () => {
  test.each([
    [['run', '--vars', 'x'], "Invalid value for '--vars': String 'x' is not valid YAML"],
    [['run', '--sample', '3'], "Invalid value for '--sample': Cannot load SAMPLE_WINDOW from '3'"],
    [['run', '--warn-error', '--warn-error-options', '{error: all}'], 'not allowed with argument warn_error'],
    [['compile', '-s', 'a', '--inline', 'select 1'], 'inline: not allowed with argument select'],
    [['run', '--event-time-start', '2024-13-01'], "'2024-13-01' does not match the formats"],
  ])('are told like words that are not understood: %j', async (words, message) => {
    const p = project()
    expect(await p.run(words)).toBe(2)
    expect(p.stderr).toContain(`Usage: eider ${words[0]} [OPTIONS]`)
    expect(p.stderr).toContain(message)
    expect(p.stdout).toBe('')
  })
})

describe('exit codes', () => {
  test('a usage error goes to standard error, with exit code 2', async () => {
    const p = project()
    expect(await p.run('run --nope')).toBe(2)
    expect(p.stderr).toContain("Error: No such option '--nope'.")
    expect(p.stdout).toBe('')
  })

  test('a missing project is exit code 2', async () => {
    const p = project()
    p.remove('dbt_project.yml')
    expect(await p.run('run')).toBe(2)
    expect(p.diagnostics.map(one => one.code)).toEqual(['config/project-not-found'])
    expect(p.stdout).toContain('Encountered an error:\nRuntime Error\n  No dbt_project.yml found')
  })

  test('--help is exit code 0 and shows examples', async () => {
    const p = project()
    expect(await p.run('run --help')).toBe(0)
    expect(p.stdout).toContain('Examples:\n  eider run\n')
  })
})
