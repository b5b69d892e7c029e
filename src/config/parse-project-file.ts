/** A project file as written -> its record. Wrong values and unknown keys are diagnostics; reading goes on. */
import { Diagnostics } from '../base/diagnostic.ts'
import { type YamlDocument, yamlEntry } from '../base/yaml-node.ts'
import { pythonValue } from '../context/python-yaml.ts'
import { boolIn, dictIn } from '../template/dict-access.ts'
import { repr } from '../template/repr.ts'
import { PyDict, PyFloat, type Value } from '../template/value.ts'
import { readBehaviourFlags } from './behaviour-flags.ts'
import { FieldReader } from './field-reader.ts'
import {
  type ConfigTrees,
  configTreeNames,
  type DispatchEntry,
  type ProjectFile,
  type QueryComment,
  type ResourcePaths,
} from './project-file.ts'
import type { RawProjectFile } from './raw-project-file.ts'
import { checkRenamed } from './renamed-keys.ts'
import { renderYaml, type YamlRendering } from './render-yaml.ts'
import type { KeyPath } from './yaml-value.ts'

const pathKeys = {
  models: ['model-paths', 'models', 'source-paths'],
  macros: ['macro-paths', 'macros'],
  seeds: ['seed-paths', 'seeds', 'data-paths'],
  tests: ['test-paths', 'tests'],
  analyses: ['analysis-paths', 'analyses'],
  snapshots: ['snapshot-paths', 'snapshots'],
  functions: ['function-paths', 'functions'],
} as const

/** Every key at the top of a project file. */
export const projectFileKeys: readonly string[] = [
  'name',
  'config-version',
  'version',
  'profile',
  'project-root',
  'source-paths',
  'data-paths',
  'model-paths',
  'macro-paths',
  'seed-paths',
  'test-paths',
  'analysis-paths',
  'docs-paths',
  'asset-paths',
  'snapshot-paths',
  'function-paths',
  'target-path',
  'log-path',
  'clean-targets',
  'packages-install-path',
  'quoting',
  'on-run-start',
  'on-run-end',
  'require-dbt-version',
  'dispatch',
  'vars',
  'flags',
  'query-comment',
  'restrict-access',
  'dbt-cloud',
  'packages',
  'tests',
  ...configTreeNames,
]

/** Names that would hide a name that templates use. */
const reservedNames: ReadonlySet<string> = new Set(
  (
    '_sql_results adapter api column config context database env env_var exceptions execute flags fromjson fromyaml ' +
    'graph invocation_id load_agate_table load_result log model modules post_hooks pre_hooks ref render return ' +
    'run_started_at schema source sql sql_now store_result store_raw_result target this tojson toyaml ' +
    'try_or_compiler_error var write'
  ).split(' '),
)

/** dbt leaves hooks, vars and the query comment alone when it loads the file. */
export function isLateRendered(path: KeyPath): boolean {
  const [first] = path
  if (first === 'on-run-start' || first === 'on-run-end' || first === 'query-comment' || first === 'vars') return true
  if (!['seeds', 'models', 'snapshots', 'tests', 'data_tests'].includes(String(first))) return false
  return path.some(part => typeof part === 'string' && /^[+ ]*(?:pre|post)[-_]hook$/.test(part))
}

/** `undefined` when there is no usable name. @throws DiagnosticError when a template in the file fails */
export function parseProjectFile(
  raw: RawProjectFile,
  rendering: YamlRendering,
  diagnostics: Diagnostics,
): ProjectFile | undefined {
  const { document, file, folder, flavour } = raw
  const rendered = renderYaml(document, document.root, { ...rendering, skips: isLateRendered })
  const values = rendered instanceof PyDict ? rendered : new PyDict()
  const owner = `"${file.path}"`
  const source = {
    document,
    node: document.root,
    diagnostics,
    owner,
    code: 'config/bad-project-file',
    schemaWords,
  } as const
  const fields = new FieldReader({ ...source, values })
  fields.tellUnknown(projectFileKeys, flavour === 'dbt_project' ? 'error' : 'warning')
  checkVersion(fields)
  checkRenamed(fields)
  const name = projectName(fields)
  if (name === undefined) return undefined
  const targetPath = fields.text('target-path') ?? 'target'
  const quoting = fields.dict('quoting')
  const flags = dictIn(raw.values, 'flags')
  return {
    file,
    flavour,
    folder,
    name,
    version: versionTextOf(values.get('version') ?? null),
    configVersion: fields.int('config-version') ?? 2,
    profile: fields.text('profile'),
    paths: resourcePaths(fields),
    targetPath,
    logPath: fields.text('log-path') ?? 'logs',
    packagesInstallPath: fields.text('packages-install-path') ?? 'dbt_packages',
    cleanTargets: fields.texts('clean-targets'),
    quoting: {
      database: boolIn(quoting, quoting.get('database') == null ? 'project' : 'database'),
      schema: boolIn(quoting, 'schema'),
      identifier: boolIn(quoting, 'identifier'),
    },
    onRunStart: fields.texts('on-run-start', true) ?? [],
    onRunEnd: fields.texts('on-run-end', true) ?? [],
    requireDbtVersion: (fields.texts('require-dbt-version', true) ?? []).flatMap(one =>
      one.split(',').map(part => part.trim()),
    ),
    dispatch: dispatchEntries(fields),
    trees: filledSections(configTrees(fields)),
    // Their faults are those of the rendered ones, which have been told.
    unrenderedTrees: configTrees(new FieldReader({ ...source, values: raw.values, diagnostics: new Diagnostics() })),
    vars: readVars(fields, document),
    flags,
    behaviour: readBehaviourFlags(flags),
    queryComment: queryComment(fields),
    restrictAccess: fields.bool('restrict-access') ?? false,
    dbtCloud: fields.dict('dbt-cloud'),
  }
}

/** Sections that dbt's schema gives one type; other keys may be null as well. */
const plainSections: ReadonlySet<string> = new Set(configTreeNames.filter(one => one !== 'data_tests'))

function schemaWords(key: string): string {
  return plainSections.has(key) ? "is not of type 'object'" : 'is not valid under any of the given schemas'
}

/** A number, or two or three parts as semantic versions have them. */
function checkVersion(fields: FieldReader): void {
  const version = fields.values.get('version') ?? null
  if (version === null || typeof version === 'number' || version instanceof PyFloat) return
  const number = String.raw`(?:0|[1-9]\d*)`
  const pattern = new RegExp(`^${number}\\.${number}(?:\\.${number}(?:-[0-9a-zA-Z.-]+)?(?:\\+[0-9a-zA-Z.-]+)?)?$`)
  if (typeof version !== 'string' || !pattern.test(version)) {
    fields.report(`at path ['version']: ${repr(version)} is not valid under any of the given schemas`, ['version'])
  }
}

function projectName(fields: FieldReader): string | undefined {
  const name = fields.values.get('name') ?? null
  if (name === null) fields.report('Required "name" field not present in project')
  else if (typeof name !== 'string') fields.wrong('name', 'a text', name)
  else if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name)) {
    fields.report(
      `Invalid project name: "${name}" must consist of letters, digits and underscores and not begin with a digit`,
      ['name'],
    )
  } else if (reservedNames.has(name)) fields.report(`Invalid project name: ${name} is a reserved word`, ['name'])
  else return name
  return undefined
}

function resourcePaths(fields: FieldReader): ResourcePaths {
  const read = ([key, usual, old]: readonly string[]): readonly string[] =>
    fields.texts(key ?? '') ?? (old === undefined ? null : fields.texts(old)) ?? [usual ?? '']
  const models = read(pathKeys.models)
  const macros = read(pathKeys.macros)
  const seeds = read(pathKeys.seeds)
  const tests = read(pathKeys.tests)
  const analyses = read(pathKeys.analyses)
  const snapshots = read(pathKeys.snapshots)
  const functions = read(pathKeys.functions)
  const all = [models, seeds, snapshots, analyses, macros, tests, functions].flat()
  return {
    models,
    macros,
    seeds,
    tests,
    analyses,
    snapshots,
    functions,
    docs: fields.texts('docs-paths') ?? [...new Set(all.map(path => path.replace(/\/+$/, '')))],
    assets: fields.texts('asset-paths') ?? [],
  }
}

/** dbt does not render the variables and hands them to templates as the YAML loader made them. */
function readVars(fields: FieldReader, document: YamlDocument): PyDict {
  const told = fields.dict('vars')
  const node = yamlEntry(document.root, 'vars')?.value
  const loaded = node && pythonValue(node)
  return loaded instanceof PyDict ? loaded : told
}

function dispatchEntries(fields: FieldReader): readonly DispatchEntry[] {
  return (fields.list('dispatch') ?? []).flatMap((entry, index) => {
    const namespace = entry instanceof PyDict ? entry.get('macro_namespace') : undefined
    const order = entry instanceof PyDict ? entry.get('search_order') : undefined
    if (typeof namespace === 'string' && Array.isArray(order)) {
      return [{ macroNamespace: namespace, searchOrder: order.map(String) }]
    }
    fields.report(`Invalid project dispatch config: ${repr(entry)}`, ['dispatch', index])
    return []
  })
}

function configTrees(fields: FieldReader): ConfigTrees {
  const trees = configTreeNames.map(name => {
    const key = name === 'data_tests' && !fields.has(name) ? 'tests' : name
    return [name, fields.dict(key)] as const
  })
  return Object.fromEntries(trees) as unknown as ConfigTrees
}

/** Keys of the first level of a section that may stand without a value and then mean an empty one, as dbt's rendering has it. */
const fillings: Readonly<Record<string, Readonly<Record<string, () => Value>>>> = {
  models: { 'pre-hook': () => [], 'post-hook': () => [], vars: () => new PyDict() },
  seeds: { 'pre-hook': () => [], 'post-hook': () => [], vars: () => new PyDict(), column_types: () => new PyDict() },
  snapshots: { 'pre-hook': () => [], 'post-hook': () => [], vars: () => new PyDict() },
}

function filledSections(trees: ConfigTrees): ConfigTrees {
  const filled = Object.entries(trees).map(([section, tree]: [string, PyDict]) => {
    const gaps = Object.entries(fillings[section] ?? {}).filter(([key]) => tree.get(key) === null)
    if (gaps.length === 0) return [section, tree] as const
    const whole = tree.copy()
    for (const [key, empty] of gaps) whole.set(key, empty())
    return [section, whole] as const
  })
  return Object.fromEntries(filled) as unknown as ConfigTrees
}

function queryComment(fields: FieldReader): QueryComment {
  const usual: QueryComment = { comment: null, append: false, jobLabel: false }
  const value = fields.values.get('query-comment')
  if (value === undefined) return usual
  if (value === null || value === false || value === '') return { ...usual, comment: '' }
  if (typeof value === 'string') return { ...usual, comment: value }
  if (!(value instanceof PyDict)) {
    fields.wrong('query-comment', 'a text or a dictionary', value)
    return usual
  }
  const comment = value.get('comment')
  return {
    comment: typeof comment === 'string' ? comment : null,
    append: value.get('append') === true,
    jobLabel: value.get('job-label') === true,
  }
}

/** `version: 1.0` is a float in YAML. */
function versionTextOf(value: Value): string | null {
  if (typeof value === 'string' || value === null) return value
  return value instanceof PyFloat || typeof value === 'number' ? repr(value) : null
}
