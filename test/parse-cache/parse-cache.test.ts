import { describe, expect, test } from 'vitest'
import { main } from '../../src/cli/main.ts'
import type { OutsideWorld } from '../../src/commands/outside-world.ts'
import type { FileSystem } from '../../src/storage/file-system.ts'
import { memoryFiles } from '../../src/storage/memory-files.ts'
import { sourceBuiltins } from '../rig/source-builtins.ts'
import { ChangingProject, type Surroundings } from './changing-project.ts'

/** No command of these tests leaves the project. */
const nowhere = {
  enterFolder: () => {},
  system: 'test',
  runtime: { version: '0', path: '' },
} as unknown as OutsideWorld

interface Outcome {
  readonly exitCode: number
  readonly output: string
  /** Files of the target folder, the cache aside. */
  readonly target: ReadonlyMap<string, string>
}

async function outcome(files: FileSystem, { environment, words, nowMs }: Surroundings): Promise<Outcome> {
  let output = ''
  let ids = 0
  const write = (text: string): void => {
    output += text
  }
  const exitCode = await main({
    argv: words,
    version: '0.0.0-test',
    environment: { DBT_LOG_LEVEL_FILE: 'none', ...environment },
    files,
    builtins: sourceBuiltins,
    buildStamp: 'test',
    outside: nowhere,
    stdout: { write, isTerminal: false, columns: 120 },
    stderr: { write, isTerminal: false, columns: 120 },
    clock: { now: () => nowMs, elapsedMs: () => 0 },
    ids: () => `id-${++ids}`,
    signal: new AbortController().signal,
    processId: 1,
    reserveThreads: () => {},
  })
  const paths = files.list('target').filter(path => !path.endsWith('.cache'))
  const target = new Map(paths.map(path => [path, withoutBirth(files.read(`target/${path}`) ?? '')]))
  return { exitCode, output: withoutParsing(output), target }
}

/** A node was made when it was first parsed. */
function withoutBirth(text: string): string {
  return text.replaceAll(/"created_at":[\d.]+/g, '"created_at":0')
}

/** Whether a parse is kept is the one thing that may be told differently. */
function withoutParsing(output: string): string {
  return output.replaceAll(/^.*(?:partial parsing|Partial parsing).*\n/gm, '')
}

/** Without anything that was kept. */
function copyOf(files: FileSystem): FileSystem {
  const paths = files.list('.').filter(path => !path.startsWith('target/'))
  return memoryFiles(Object.fromEntries(paths.map(path => [path, files.readBytes(path) ?? ''])))
}

/** Cold, with what is kept of the step before, and once more with what was kept now. */
async function expectSame(files: FileSystem, surroundings: Surroundings, told: string): Promise<Outcome> {
  const cold = await outcome(copyOf(files), surroundings)
  for (const when of ['after the change', 'once more']) {
    const kept = await outcome(files, surroundings)
    const { exitCode, output } = cold
    expect({ exitCode: kept.exitCode, output: kept.output }, `${told}, ${when}`).toEqual({ exitCode, output })
    for (const [path, text] of cold.target) {
      const [one, other] = firstDifference(kept.target.get(path) ?? 'nothing', text)
      expect(one, `${told}, ${when}, ${path}`).toBe(other)
    }
  }
  return cold
}

/** Some text around the place where two texts begin to differ. */
function firstDifference(one: string, other: string): readonly [string, string] {
  if (one === other) return ['', '']
  let at = 0
  while (one[at] === other[at]) at++
  return [one.slice(Math.max(0, at - 300), at + 100), other.slice(Math.max(0, at - 300), at + 100)]
}

describe('what a parse cache gives', () => {
  const steps = Number(process.env.EIDER_CACHE_STEPS ?? 50)
  const seed = Number(process.env.EIDER_CACHE_SEED ?? 1)

  test(`is what parsing gives, byte for byte, through ${steps} random changes`, {
    timeout: 20_000 * steps,
  }, async () => {
    const files = memoryFiles()
    const project = new ChangingProject(files, seed)
    const codes = new Map<number, number>()
    await expectSame(files, project.surroundings, 'at first')
    for (let step = 1; step <= steps; step++) {
      const told = `step ${step} of seed ${seed}, ${project.step()}`
      const { exitCode } = await expectSame(files, project.surroundings, told)
      project.judge(exitCode === 0)
      codes.set(exitCode, (codes.get(exitCode) ?? 0) + 1)
    }
    // Most of the projects on the way can be parsed, or nothing is compared.
    expect(codes.get(0) ?? 0).toBeGreaterThan(steps / 2)
  })
})

describe('a model with another text', () => {
  const profiles = 'shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb}}}\n'
  const surroundings: Surroundings = { environment: {}, words: ['parse'], nowMs: Date.UTC(2030, 0, 1) }
  const edited = 'models/orders.sql'

  async function afterEdit(text: string, more: Readonly<Record<string, string>> = {}): Promise<'kept' | 'parsed anew'> {
    const files = memoryFiles({
      'dbt_project.yml': 'name: shop\nprofile: shop\n',
      'profiles.yml': profiles,
      'macros/plus.sql': '{% macro plus(c) %}{{ c }} + 1{% endmacro %}',
      'models/base.sql': 'select 1 as id',
      [edited]: "{{ config(tags=['daily']) }} select {{ plus('id') }} from {{ ref('base') }}",
      ...more,
    })
    await outcome(files, surroundings)
    const kept = files.readBytes('target/parse.cache')
    files.write(edited, text)
    await expectSame(files, surroundings, text)
    return Buffer.from(kept ?? '').equals(files.readBytes('target/parse.cache') ?? Buffer.of()) ? 'kept' : 'parsed anew'
  }

  test.each([
    ['other SQL', "{{ config(tags=['daily']) }} select {{ plus('id') }} as more from {{ ref('base') }} where id > 0"],
    ['another argument', "{{ config(tags=['daily']) }} select {{ plus('id * 2') }} from {{ ref('base') }}"],
    ['a comment in front', "\n-- more\n{{ config(tags=['daily']) }} select {{ plus('id') }} from {{ ref('base') }}\n"],
  ])('is not parsed with the whole project for %s', async (_, text) => {
    expect(await afterEdit(text)).toBe('kept')
  })

  test.each([
    ['another ref', "{{ config(tags=['daily']) }} select {{ plus('id') }} from {{ ref('base') }}, {{ ref('base') }}"],
    ['another option', "{{ config(tags=['weekly']) }} select {{ plus('id') }} from {{ ref('base') }}"],
    ['one macro less', "{{ config(tags=['daily']) }} select id from {{ ref('base') }}"],
    ['nothing', ''],
  ])('is parsed with the whole project for %s', async (_, text) => {
    expect(await afterEdit(text)).toBe('parsed anew')
  })

  test('is parsed with the whole project where names of relations are made of texts', async () => {
    const naming =
      '{% macro generate_alias_name(custom_alias_name=none, node=none) %}{{ node.name }}_{{ node.raw_code | length }}{% endmacro %}'
    const text = "{{ config(tags=['daily']) }} select {{ plus('id') }} as more from {{ ref('base') }}"
    expect(await afterEdit(text, { 'macros/naming.sql': naming })).toBe('parsed anew')
  })
})

describe('what a template asks of `adapter.config`', () => {
  const surroundings: Surroundings = { environment: {}, words: ['parse'], nowMs: Date.UTC(2030, 0, 1) }
  const project = (version: string): string => `name: shop\nversion: '${version}'\nprofile: shop\n`

  async function projectOf(asked: string): Promise<FileSystem> {
    const files = memoryFiles({
      'dbt_project.yml': project('1.0'),
      'profiles.yml': 'shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb}}}\n',
      'models/orders.sql': `{{ config(meta={'asked': ${asked}}) }} select 1 as id`,
    })
    await outcome(files, surroundings)
    return files
  }
  const cacheOf = (files: FileSystem): string =>
    Buffer.from(files.readBytes('target/parse.cache') ?? '').toString('latin1')

  test.each([
    "adapter.config.dependencies['shop'].version",
    'adapter.config.threads',
    'adapter.config.to_dict() | length',
  ])('leaves a parse that can be kept: %s', async asked => {
    const files = await projectOf(asked)
    const kept = cacheOf(files)
    await expectSame(files, surroundings, asked)
    expect(cacheOf(files)).toBe(kept)
    files.write('dbt_project.yml', project('2.0'))
    await expectSame(files, surroundings, `${asked} after a change`)
  })

  test('is another answer under another command only where it asks for the command line', async () => {
    for (const [asked, isSame] of [
      ['adapter.config.project_name', true],
      ['adapter.config.args.which', false],
    ] as const) {
      const files = await projectOf(asked)
      const kept = cacheOf(files)
      expect(kept).toContain('model.shop.orders')
      await expectSame(files, { ...surroundings, words: ['list'] }, asked)
      expect(cacheOf(files) === kept, asked).toBe(isSame)
    }
  })
})

describe('a model that asks for the time', () => {
  const day = 24 * 3600 * 1000
  const at = (nowMs: number): Surroundings => ({ environment: {}, words: ['parse'], nowMs })
  const monday = Date.UTC(2030, 0, 7)

  async function afterADay(
    model: string,
    more: Readonly<Record<string, string>> = {},
  ): Promise<'kept' | 'parsed anew' | 'never kept'> {
    const files = memoryFiles({
      'dbt_project.yml': 'name: shop\nprofile: shop\n',
      'profiles.yml': 'shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb}}}\n',
      'models/base.sql': 'select 1 as id',
      'models/orders.sql': model,
      ...more,
    })
    await outcome(files, at(monday))
    const kept = files.readBytes('target/parse.cache')
    await expectSame(files, at(monday + day), model)
    if (!Buffer.from(kept ?? '').includes('model.shop.orders')) return 'never kept'
    return Buffer.from(kept ?? '').equals(files.readBytes('target/parse.cache') ?? Buffer.of()) ? 'kept' : 'parsed anew'
  }

  test.each([
    'select \'{{ run_started_at.strftime("%Y-%m-%d") }}\' as day',
    "{% if run_started_at.weekday() > 4 %}{{ config(tags=['weekend']) }}{% endif %} select 1 as id",
    "{{ config(tags=['t' ~ (invocation_id | length)]) }} select 1 as id",
  ])('is kept as long as it calls the same: %s', async model => {
    expect(await afterADay(model)).toBe('kept')
  })

  test.each([
    "{{ config(tags=[run_started_at.strftime('%d')]) }} select 1 as id",
    "{% if run_started_at.weekday() > 0 %}select * from {{ ref('base') }}{% else %}select 1 as id{% endif %}",
    '{% if run_started_at.weekday() > 0 %}{% do log(model.name, info=true) %}{% endif %} select 1 as id',
  ])('is parsed with the whole project when it calls something else: %s', async model => {
    expect(await afterADay(model)).toBe('parsed anew')
  })

  test('is looked at beside others that ask for it', async () => {
    const first = { 'models/all.sql': "select '{{ run_started_at.year }}' as year" }
    expect(await afterADay("{{ config(tags=[run_started_at.strftime('%d')]) }} select 1 as id", first)).toBe(
      'parsed anew',
    )
  })

  test('is parsed each time when it tells the time', async () => {
    expect(await afterADay('{% do log(run_started_at, info=true) %} select 1 as id')).toBe('never kept')
  })

  test('is looked at under the name of its file when it is a version', async () => {
    const model = "{{ config(tags=[this.name ~ run_started_at.strftime('')]) }} select 1 as id"
    const versions = 'models: [{name: orders, versions: [{v: 1, defined_in: orders}]}]'
    expect(await afterADay(model, { 'models/all.yml': versions })).toBe('kept')
  })
})
