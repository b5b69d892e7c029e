/**
 * A project that changes step by step at random, the same way for the same seed: files are written, renamed, moved and
 * deleted, templates ask for more and for less, variables, environment, target and flags change, the cache is damaged.
 * Most steps leave a project that can be parsed.
 */
import type { FileSystem } from '../../src/storage/file-system.ts'

export interface Surroundings {
  environment: Record<string, string>
  words: string[]
  nowMs: number
}

/** Numbers in [0, 1), the same for one seed. */
function numbersOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

interface Model {
  readonly name: string
  folder: string
  refs: string[]
  config: string
  body: string
  /** The file that describes it; empty without one. */
  described: string
  entry: string
}

const folders = ['staging', 'core', 'core/deep', 'marts'] as const
const yamlFiles = ['models/staging.yml', 'models/core/core.yml', 'models/all.yml', 'other/more.yml'] as const

interface State {
  readonly models: Model[]
  readonly extras: Map<string, string>
  readonly projectLines: Record<string, string>
  readonly environment: Record<string, string>
  readonly words: string[]
}

/** How often each change is made. */
const weights = {
  ...{
    editModel: 6,
    rewordModel: 8,
    editEntry: 3,
    addModel: 2,
    removeModel: 2,
    moveModel: 2,
    moveEntry: 2,
    renameModel: 2,
    disable: 1,
  },
  ...{ extra: 3, macro: 1, projectFile: 1, package: 1, ignore: 1, breakYaml: 1 },
  ...{ variables: 1, environment: 1, target: 1, command: 1, time: 1, touch: 1, damage: 1 },
} as const
const changes = Object.entries(weights).flatMap(([name, times]) =>
  Array.from({ length: times }, () => name as keyof typeof weights),
)

export class ChangingProject {
  readonly surroundings: Surroundings = { environment: {}, words: ['parse'], nowMs: Date.UTC(2030, 0, 1) }
  private readonly files: FileSystem
  private readonly random: () => number
  private models: Model[] = []
  private extras = new Map<string, string>()
  private isGood = true
  private good: State | undefined
  private projectLines: Record<string, string> = {}
  private count = 0

  constructor(files: FileSystem, seed: number) {
    this.files = files
    this.random = numbersOf(seed)
    this.writeProfiles('main')
    this.extras.set('macros/plus.sql', '{% macro plus(c, by=1) %}({{ c }} + {{ by }}){% endmacro %}\n')
    this.extras.set('macros/asks.sql', this.askingMacro())
    this.extras.set('models/docs.md', '{% docs first %}The first text{% enddocs %}\n')
    this.extras.set('models/sources.yml', this.sourcesText())
    this.extras.set('seeds/numbers.csv', 'id,amount\n1,2\n')
    this.extras.set('models/groups.yml', 'groups: [{name: g1, owner: {name: one}}]\n')
    this.extras.set('dbt_packages/kit/dbt_project.yml', "name: kit\nversion: '1.0'\n")
    this.extras.set('dbt_packages/kit/models/kit_base.sql', 'select 1 as id\n')
    this.extras.set('dbt_packages/kit/macros/twice.sql', '{% macro twice(c) %}{{ c }} * 2{% endmacro %}\n')
    for (let index = 0; index < 8; index++) this.addModel()
    this.write()
  }

  /** Tells whether the project as it is can be used. After one that cannot, the last good one mostly comes back. */
  judge(isGood: boolean): void {
    this.isGood = isGood
    if (isGood) this.good = structuredClone(this.state())
  }

  /** Makes one change and tells which. */
  step(): string {
    if (!this.isGood && this.good && this.chance(0.7)) {
      const { models, extras, projectLines, environment, words } = structuredClone(this.good)
      Object.assign(this, { models, extras, projectLines })
      Object.assign(this.surroundings, { environment, words })
      this.write()
      return 'back to the last good one'
    }
    const change = this.pick(changes)
    const told = this[change]()
    this.write()
    return told === undefined ? change : `${change}: ${told}`
  }

  private state(): State {
    const { models, extras, projectLines } = this
    const { environment, words } = this.surroundings
    return { models, extras, projectLines, environment, words }
  }

  editModel(): string {
    const model = this.pick(this.models)
    this.fill(model)
    return model.name
  }

  /** Another text that mostly makes the same calls. */
  rewordModel(): string {
    const model = this.pick(this.models)
    const reword = this.pick<(body: string) => string>([
      body => `${body}-- ${this.number(9)}\n`,
      body => `\n${body}where ${this.number(9)} > 0`,
      body => body.replace('select id', 'select  id'),
      body => `${body}{# ${this.number(9)} #}`,
      body => `${body}where '{{ var('color', 'none') }}' <> ''\n`,
      body => `${body}where {{ plus('1') }} > 0\n`,
      body => `${body}{{ 'cut`,
      () => '',
    ])
    model.body = reword(model.body)
    return model.name
  }

  editEntry(): string {
    const model = this.pick(this.models)
    model.described ||= this.pick(yamlFiles)
    model.entry = this.entryText(model)
    return model.name
  }

  addModel(): string {
    this.count++
    const described = this.chance(0.7) ? this.pick(yamlFiles) : ''
    const model: Model = {
      name: `m${this.count}`,
      folder: this.pick(folders),
      refs: [],
      config: '',
      body: '',
      described,
      entry: '',
    }
    this.fill(model)
    model.entry = this.entryText(model)
    this.models.push(model)
    return model.name
  }

  removeModel(): string | undefined {
    const model = this.pick(this.models)
    if (this.models.length < 5) return 'none'
    this.models.splice(this.models.indexOf(model), 1)
    this.mend(model.name)
    return model.name
  }

  renameModel(): string {
    const model = this.pick(this.models)
    this.models.splice(this.models.indexOf(model), 1)
    const renamed = { ...model, name: `${model.name}r` }
    renamed.entry = this.entryText(renamed)
    this.models.push(renamed)
    this.mend(model.name, renamed.name)
    return renamed.name
  }

  moveModel(): string {
    const model = this.pick(this.models)
    model.folder = this.pick(folders)
    return `${model.name} to ${model.folder}`
  }

  moveEntry(): string {
    const model = this.pick(this.models)
    model.described = this.chance(0.3) ? '' : this.pick(yamlFiles)
    return `${model.name} to ${model.described}`
  }

  disable(): string {
    const model = this.pick(this.models)
    model.config = '{{ config(enabled=false) }}'
    this.mend(model.name)
    return model.name
  }

  extra(): string {
    const texts: readonly (readonly [path: string, text: () => string])[] = [
      ['models/docs.md', () => `{% docs first %}Text ${this.number(3)}{% enddocs %}\n`],
      ['models/sources.yml', () => this.sourcesText()],
      ['seeds/numbers.csv', () => `id,amount\n${this.number(9)},2\n`],
      [
        'seeds/seeds.yml',
        () =>
          `seeds:\n  - name: numbers\n    description: Numbers ${this.number(3)}\n    columns: [{name: id, data_tests: [unique]}]\n`,
      ],
      [
        'selectors.yml',
        () => `selectors:\n  - name: some\n    definition: {method: tag, value: "t${this.number(3)}"}\n`,
      ],
      ['tests/single.sql', () => `select * from {{ ref('${this.someName()}') }} where ${this.number(3)} = 1\n`],
      [
        'tests/generic/even.sql',
        () =>
          `{% test even(model, column_name) %}select * from {{ model }} where {{ column_name }} % ${1 + this.number(3)} = 1{% endtest %}\n`,
      ],
      ['analyses/look.sql', () => `select count(*) from {{ ref('${this.someName()}') }}\n`],
      [
        'snapshots/snap.sql',
        () =>
          `{% snapshot snap %}{{ config(strategy='check', unique_key='id', check_cols='all', target_schema='s${this.number(2)}') }}select * from {{ ref('${this.someName()}') }}{% endsnapshot %}\n`,
      ],
      [
        'models/exposures.yml',
        () =>
          `exposures:\n  - name: shown\n    type: dashboard\n    owner: {name: me${this.number(3)}}\n    depends_on: ["ref('${this.someName()}')"]\n`,
      ],
      ['models/groups.yml', () => `groups:\n  - name: g1\n    owner: {name: one${this.number(2)}}\n`],
      [
        'models/unit.yml',
        () =>
          `unit_tests:\n  - name: u1\n    model: ${this.someName()}\n    given: []\n    expect: {rows: [{id: ${this.number(5)}}]}\n`,
      ],
      ['models/semantic.yml', () => this.semanticText()],
      ['models/staging/_note.txt', () => 'not read'],
    ]
    const [path, text] = this.pick(texts)
    if (this.extras.has(path) && this.chance(0.3)) this.extras.delete(path)
    else this.extras.set(path, text())
    return path
  }

  macro(): string {
    const texts: readonly (readonly [path: string, text: () => string])[] = [
      ['macros/plus.sql', () => `{% macro plus(c, by=1) %}({{ c }} + {{ by }} + ${this.number(3)}){% endmacro %}\n`],
      ['macros/asks.sql', () => this.askingMacro()],
      ['macros/names.sql', () => this.namingMacro()],
      ['macros/ref.sql', () => '{% macro ref(name) %}{{ return(builtins.ref(name)) }}{% endmacro %}\n'],
      [
        'macros/macros.yml',
        () => `macros:\n  - name: plus\n    description: Adds ${this.number(3)}\n    arguments: [{name: c}]\n`,
      ],
    ]
    const [path, text] = this.pick(texts)
    if (path !== 'macros/plus.sql' && path !== 'macros/asks.sql' && this.extras.has(path)) this.extras.delete(path)
    else this.extras.set(path, text())
    return path
  }

  projectFile(): string {
    const lines: readonly string[] = [
      `models:\n  shop:\n    +materialized: ${this.pick(['view', 'table', 'ephemeral'])}\n    staging:\n      +tags: [t${this.number(3)}]\n    core:\n      +schema: "{{ var('place', 'core') }}"\n`,
      `vars:\n  color: blue${this.number(3)}\n  place: here\n`,
      `vars:\n  color: "{{ 'dy' ~ 'ed' }}"\n  kit:\n    size: ${this.number(3)}\n`,
      `on-run-start: ["select {{ var('color', 'none') }}"]\n`,
      `flags:\n  require_unique_project_resource_names: ${this.chance(0.5)}\n`,
      `data_tests:\n  +severity: ${this.pick(['warn', 'error'])}\n`,
      `query-comment: "c${this.number(2)}"\n`,
      'model-paths: [models, other]\n',
    ]
    const line = this.pick(lines)
    const key = line.slice(0, line.indexOf(':'))
    if (this.projectLines[key] !== undefined && this.chance(0.4)) delete this.projectLines[key]
    else this.projectLines[key] = line
    return key
  }

  variables(): string {
    const { words } = this.surroundings
    const at = words.indexOf('--vars')
    if (at >= 0) words.splice(at, 2)
    const vars = this.pick([
      '',
      '{color: red}',
      '{color: "{{ 1 + 1 }}"}',
      '{day: "2024-01-01"}',
      '{place: there, unused: 1}',
    ])
    if (vars !== '') words.push('--vars', vars)
    return vars
  }

  environment(): string {
    const name = this.pick(['EDGE', 'OTHER', 'DBT_ENV_CUSTOM_ENV_X', 'UNUSED'])
    if (this.surroundings.environment[name] !== undefined && this.chance(0.3))
      delete this.surroundings.environment[name]
    else this.surroundings.environment[name] = `e${this.number(3)}`
    return name
  }

  target(): string {
    const { words } = this.surroundings
    const at = words.indexOf('--target')
    if (at >= 0) words.splice(at, 2)
    const target = this.pick(['', 'prod'])
    if (target !== '') words.push('--target', target)
    if (this.chance(0.5)) this.writeProfiles(`main${this.number(2)}`)
    return target
  }

  command(): string {
    const options = this.surroundings.words.filter(
      (word, index, all) =>
        word === '--vars' || word === '--target' || all[index - 1] === '--vars' || all[index - 1] === '--target',
    )
    const command = this.pick([
      'parse',
      'compile',
      'compile --full-refresh',
      'list',
      'list --output json',
      `list -s tag:t${this.number(3)}`,
      `list -s +${this.someName()}`,
      'list --resource-type model --output path',
      'compile --warn-error',
      'list --debug',
    ])
    this.surroundings.words = [...command.split(' '), ...options]
    return command
  }

  package(): string {
    const base = 'dbt_packages/kit'
    switch (this.number(4)) {
      case 0:
        this.extras.set(`${base}/models/kit_base.sql`, `select ${this.number(5)} as id, {{ var('size', 0) }} as size\n`)
        return 'model'
      case 1:
        this.extras.set(`${base}/macros/twice.sql`, `{% macro twice(c) %}{{ c }} * ${this.number(5)}{% endmacro %}\n`)
        return 'macro'
      case 2:
        this.extras.set(
          `${base}/dbt_project.yml`,
          `name: kit\nversion: '1.0'\nmodels:\n  +schema: k${this.number(3)}\n`,
        )
        return 'project file'
      default:
        this.extras.set(
          `${base}/models/kit.yml`,
          `models:\n  - name: kit_base\n    description: "{{ var('size', 'x') }} ${this.number(3)}"\n`,
        )
        return 'properties'
    }
  }

  /** The same content, written again. */
  touch(): string {
    const path = this.pick(this.files.list('.').filter(one => !one.startsWith('target/')))
    this.files.write(path, this.files.readBytes(path) ?? '')
    return path
  }

  damage(): string {
    const path = 'target/parse.cache'
    const bytes = this.files.readBytes(path)
    if (bytes === undefined) return 'nothing there'
    switch (this.number(4)) {
      case 0:
        this.files.remove('target')
        return 'removed'
      case 1:
        this.files.write(path, bytes.slice(0, Math.floor(this.random() * bytes.length)))
        return 'cut'
      case 2:
        this.files.write(path, 'no cache at all')
        return 'foreign'
      default: {
        const at = Math.floor(this.random() * bytes.length)
        bytes[at]! ^= 1 << this.number(8)
        this.files.write(path, bytes)
        return `a bit of byte ${at}`
      }
    }
  }

  breakYaml(): string {
    const path = 'models/broken.yml'
    if (this.extras.has(path)) this.extras.delete(path)
    else
      this.extras.set(
        path,
        this.pick([
          'models:\n  - name: [\n',
          'models: 3\n',
          'modles: []\n',
          'models:\n  - name: nobody\n',
          'version: 2\n',
        ]),
      )
    return this.extras.get(path) ?? 'mended'
  }

  ignore(): string {
    if (this.extras.has('.dbtignore')) this.extras.delete('.dbtignore')
    else this.extras.set('.dbtignore', `models/staging/${this.someName()}.sql\n`)
    return this.extras.get('.dbtignore') ?? 'nothing'
  }

  time(): string {
    this.surroundings.nowMs += this.pick([1, 3_600_000, 86_400_000 * 200])
    return new Date(this.surroundings.nowMs).toISOString()
  }

  private fill(model: Model): void {
    const others = this.models.filter(one => one.name !== model.name && !this.reaches(one, model.name))
    model.refs = Array.from({ length: this.number(3) }, () => this.pick(others)?.name ?? '').filter(name => name !== '')
    model.config = this.pick([
      '',
      '',
      "{{ config(materialized='table') }}",
      `{{ config(tags=['t${this.number(3)}']) }}`,
      `{{ config(meta={'a': ${this.number(5)}, 'b': [1.0, true, none]}) }}`,
      "{{ config(alias=env_var('EDGE', 'plain') ~ '_' ~ this.name) }}",
      "{{ config(schema=var('place', 'nowhere')) }}",
      "{{ config(enabled=target.name != 'prod') }}",
      "{{ config(materialized='ephemeral') }}",
      "{{ config(access='public', group='g1') }}",
      '{{ config(tags=flags.WHICH) }}',
      "{{ config(meta={'at': run_started_at.isoformat()}) }}",
      "{{ config(meta={'of': adapter.config.project_name}) }}",
      "{{ config(tags=[run_started_at.strftime('%d')]) }}",
      "{% do log('parsing ' ~ this.name, info=true) %}",
      "{{ config(pre_hook=\"select {{ var('color', 'x') }}\") }}",
      '{{ config(materialized=\'incremental\', pre_hook="{{ asks(model.raw_code | length) }}") }}',
    ])
    const body = this.pick([
      'id',
      "{{ plus('id') }} as id",
      "{{ plus('id', 2) }} as id",
      "{{ asks('id') }} as id",
      "{{ kit.twice('id') }} as id",
      "id, '{{ var('color', 'none') }}' as color",
      "id, '{{ env_var('OTHER', 'none') }}' as other",
      `id, ${this.number(100)} as n`,
      '{% if is_incremental() %}id{% else %}id, 1 as one{% endif %}',
      "id, '{{ target.schema }}' as place",
      'id, \'{{ run_started_at.strftime("%d") }}\' as day',
    ])
    const from = [
      ...model.refs.map(name => `{{ ref('${name}') }}`),
      ...(this.chance(0.3) ? ["{{ source('raw', 'users') }}"] : []),
    ]
    model.body = `select ${body} from ${from.length === 0 ? "{{ ref('numbers') }}" : from.join(', ')}\n`
  }

  private reaches(from: Model, name: string): boolean {
    return from.refs.some(
      one => one === name || this.models.some(other => other.name === one && this.reaches(other, name)),
    )
  }

  /** Takes a name out of what refers to it, or nearly always. */
  private mend(name: string, by?: string): void {
    if (this.chance(0.1)) return
    const quoted = `ref('${name}')`
    const other = by === undefined ? "ref('numbers')" : `ref('${by}')`
    for (const model of this.models) {
      model.refs = model.refs.flatMap(one => (one !== name ? [one] : by === undefined ? [] : [by]))
      model.body = model.body.replaceAll(quoted, other)
      model.entry = model.entry.replaceAll(quoted, other)
    }
    for (const [path, text] of this.extras) {
      this.extras.set(
        path,
        text.replaceAll(quoted, other).replaceAll(`model: ${name}\n`, `model: ${by ?? this.models[0]?.name}\n`),
      )
    }
  }

  private entryText({ name }: Model): string {
    const tests = this.pick([
      '',
      '        data_tests: [unique]\n',
      '        data_tests: [unique, not_null]\n',
      `        data_tests:\n          - accepted_values:\n              arguments: {values: [${this.number(4)}, 9]}\n`,
      `        data_tests:\n          - relationships:\n              arguments: {to: ref('${this.someName()}'), field: id}\n`,
      '        tests:\n          - not_null:\n              severity: warn\n',
      "        data_tests:\n          - unique:\n              config: {where: \"id > {{ var('color', '1') }}\"}\n",
    ])
    const lines = this.pick([
      '',
      '    description: "{{ doc(\'first\') }}"\n',
      `    description: Plain ${this.number(4)}\n`,
      `    config: {tags: [t${this.number(3)}], meta: {owner: o${this.number(3)}}}\n`,
      '    config: {enabled: "{{ target.name != \'prod\' }}"}\n',
      `    deprecation_date: 203${this.number(3)}-0${1 + this.number(9)}-01\n`,
      `    latest_version: 1\n    versions: [{v: 1, defined_in: ${name}}]\n`,
      "    config: {schema: \"{{ env_var('EDGE', 'usual') }}\"}\n",
      '    access: private\n',
    ])
    return `  - name: ${name}\n${lines}    columns:\n      - name: id\n        description: The id ${this.number(3)}\n${tests}      - name: other\n`
  }

  private sourcesText(): string {
    return `sources:\n  - name: raw\n    schema: raw${this.number(2)}\n    tables:\n      - name: users\n        description: Users ${this.number(3)}\n        columns: [{name: id, data_tests: [${this.pick(['unique', 'not_null'])}]}]\n`
  }

  private semanticText(): string {
    return `semantic_models:\n  - name: sm\n    model: ref('${this.someName()}')\n    defaults: {agg_time_dimension: at}\n    entities: [{name: id, type: primary}]\n    dimensions: [{name: at, type: time, type_params: {time_granularity: day}}]\n    measures: [{name: total${this.number(2)}, agg: sum, expr: id}]\nmetrics:\n  - name: met\n    label: Met ${this.number(3)}\n    type: simple\n    type_params: {measure: total${this.number(2)}}\n`
  }

  private askingMacro(): string {
    const asked = this.pick([
      "var('color', 'none')",
      "env_var('OTHER', 'none')",
      'target.name',
      "'nothing'",
      "ref('numbers')",
      'invocation_id',
    ])
    return `{% macro asks(c) %}{{ c }} || '{{ ${asked} }}'{% endmacro %}\n`
  }

  private namingMacro(): string {
    const name = this.pick([
      "env_var('EDGE', 'none')",
      "var('place', 'none')",
      'target.name',
      'node.name',
      'flags.WHICH',
      'node.tags | join("_")',
      'node.raw_code | length',
    ])
    return `{% macro generate_schema_name(custom_schema_name, node) %}{{ custom_schema_name or target.schema }}_{{ ${name} }}{% endmacro %}\n`
  }

  /** Writes what differs from what is there, and removes what should not be. */
  private write(): void {
    const wanted = new Map(this.extras)
    const own = Object.values(this.projectLines).join('')
    wanted.set(
      'dbt_project.yml',
      `name: shop\nversion: '1.0'\nprofile: shop\nmodel-paths: [models, other]\n${own.replace('model-paths: [models, other]\n', '')}`,
    )
    for (const { name, folder, config, body } of this.models)
      wanted.set(`models/${folder}/${name}.sql`, `${config}\n${body}`)
    for (const path of yamlFiles) {
      const entries = this.models.filter(one => one.described === path).map(one => one.entry)
      if (entries.length > 0) wanted.set(path, `models:\n${entries.join('')}`)
    }
    for (const path of this.files.list('.')) {
      if (!wanted.has(path) && !path.startsWith('target/') && path !== 'profiles.yml') this.files.remove(path)
    }
    for (const [path, text] of wanted) if (this.files.read(path) !== text) this.files.write(path, text)
  }

  private writeProfiles(schema: string): void {
    this.files.write(
      'profiles.yml',
      `shop:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: shop.duckdb, schema: ${schema}, threads: 1}\n    prod: {type: duckdb, path: prod.duckdb, schema: live, threads: 1}\n`,
    )
  }

  private someName(): string {
    return this.models.length === 0 ? 'numbers' : this.pick(this.models).name
  }
  private chance(probability: number): boolean {
    return this.random() < probability
  }
  private number(below: number): number {
    return Math.floor(this.random() * below)
  }
  private pick<T>(items: readonly T[]): T {
    return items[this.number(items.length)] as T
  }
}
