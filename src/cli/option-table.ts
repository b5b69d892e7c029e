/**
 * Every option of the command line as data: names and short forms as in dbt, so that any dbt call is understood. What an
 * option means is decided by `config/`; options without a meaning here are accepted and do nothing.
 */

type OptionKind =
  /** No value; `twin` adds `--no-<name>`. */
  | 'switch'
  | 'text'
  | 'integer'
  /** Takes every word up to the next option; may be repeated. */
  | 'list'

export interface Option {
  readonly name: string
  readonly kind: OptionKind
  readonly help: string
  readonly short?: string
  /** Further long or short names. */
  readonly aliases?: readonly string[]
  readonly twin?: boolean
  /** Where the twin is not called `no-<name>`. */
  readonly twinName?: string
  readonly choices?: readonly string[]
  /** Of an integer. */
  readonly least?: number
  /** The word for the value in `--help`. */
  readonly value?: string
  readonly hidden?: boolean
  /** Where the name of the record in `config/flags.ts` is another than the option's in camelCase. */
  readonly flag?: string
  /** Flags that are set along with this one. */
  readonly implies?: Readonly<Record<string, string | readonly string[]>>
}

const logFormats = ['text', 'debug', 'json', 'default'] as const
const logLevels = ['debug', 'info', 'warn', 'error', 'none'] as const
const resourceTypes = [
  'metric',
  'semantic_model',
  'saved_query',
  'source',
  'analysis',
  'function',
  'model',
  'test',
  'unit_test',
  'exposure',
  'snapshot',
  'seed',
  'default',
] as const

const twinSwitch = (name: string, help: string, more: Partial<Option> = {}): Option => ({
  name,
  kind: 'switch',
  twin: true,
  help,
  ...more,
})
const plainSwitch = (name: string, help: string, more: Partial<Option> = {}): Option => ({
  name,
  kind: 'switch',
  help,
  ...more,
})
const text = (name: string, help: string, more: Partial<Option> = {}): Option => ({
  name,
  kind: 'text',
  help,
  ...more,
})

/** Options that stand before or after any command. */
export const globalOptions: readonly Option[] = [
  twinSwitch('cache-selected-only', 'Look up existing relations only in schemas of selected nodes'),
  twinSwitch('debug', 'Show debug lines, every SQL statement among them', { short: 'd' }),
  twinSwitch('defer', 'Take unselected nodes from the manifest in the --state folder where the target lacks them'),
  text('defer-state', 'Folder of the manifest for --defer alone', { value: 'FOLDER' }),
  text('deprecated-defer', 'Refused: DBT_DEFER_TO_STATE is what dbt has it for', { hidden: true }),
  text('deprecated-favor-state', 'Refused: DBT_FAVOR_STATE_MODE is what dbt has it for', { hidden: true }),
  twinSwitch('deprecated-print', 'Refused: DBT_NO_PRINT is what dbt has it for', {
    twinName: 'deprecated-no-print',
    hidden: true,
  }),
  text('deprecated-state', 'Refused: DBT_ARTIFACT_STATE_PATH is what dbt has it for', { hidden: true }),
  twinSwitch('fail-fast', 'Stop at the first failure', { short: 'x' }),
  twinSwitch('favor-state', 'With --defer, take the other state even where the target has the node'),
  text('indirect-selection', 'Which tests come along with a selected node', {
    choices: ['eager', 'cautious', 'buildable', 'empty'],
  }),
  twinSwitch('log-cache-events', 'Accepted, without effect', { hidden: true }),
  { name: 'log-file-max-bytes', kind: 'integer', help: 'Size at which the log file is rotated', hidden: true },
  text('log-format', 'Format of lines on the terminal and in the log file', { choices: logFormats }),
  text('log-format-file', 'Format of lines in the log file', { choices: logFormats }),
  text('log-level', 'Least severe lines on the terminal', { choices: logLevels }),
  text('log-level-file', 'Least severe lines in the log file', { choices: logLevels }),
  text('log-path', 'Folder of the log file', { value: 'FOLDER' }),
  twinSwitch('macro-debugging', 'Accepted, without effect', { hidden: true }),
  twinSwitch('partial-parse', 'Take what the last run parsed where nothing has changed since'),
  text('partial-parse-file-path', 'Accepted, without effect', { hidden: true }),
  twinSwitch('partial-parse-file-diff', 'Accepted, without effect', { hidden: true }),
  twinSwitch('populate-cache', 'Read the list of relations when the run starts'),
  twinSwitch('print', 'Show what print() in templates writes'),
  { name: 'printer-width', kind: 'integer', help: 'Width of the lines on the terminal' },
  text('profile', 'Profile to use in place of the one that the project file names'),
  twinSwitch('quiet', 'Show errors and print() alone', { short: 'q' }),
  text('profile-run', 'Write a trace of the command to a file, for ui.perfetto.dev or chrome://tracing', {
    short: 'r',
    aliases: ['record-timing-info'],
    flag: 'recordTimingInfo',
    value: 'FILE',
  }),
  twinSwitch('send-anonymous-usage-stats', 'Accepted: nothing is ever sent', { hidden: true }),
  twinSwitch('single-threaded', 'Run one node at a time', { hidden: true }),
  twinSwitch('show-all-deprecations', 'Show every instance of a deprecation'),
  twinSwitch('show-resource-report', 'Accepted, without effect', { hidden: true }),
  text('state', 'Folder of an earlier manifest, for state: selection and --defer', { value: 'FOLDER' }),
  twinSwitch('static-parser', 'Accepted, without effect', { hidden: true }),
  text('target', 'Target of the profile', { short: 't' }),
  twinSwitch('use-colors', 'Colours on the terminal'),
  twinSwitch('use-colors-file', 'Accepted, without effect', { hidden: true }),
  twinSwitch('use-experimental-parser', 'Accepted, without effect', { hidden: true }),
  twinSwitch('use-fast-test-edges', 'Accepted, without effect', { hidden: true }),
  twinSwitch('use-v2-parser', 'Accepted, without effect', { hidden: true }),
  twinSwitch('manage-state', 'Accepted, without effect', { hidden: true }),
  twinSwitch('hints-enabled', 'Accepted, without effect', { hidden: true }),
  twinSwitch('upload-to-artifacts-ingest-api', 'Accepted: nothing is ever sent', { hidden: true }),
  { name: 'maximum-seed-size-mib', kind: 'integer', help: 'Accepted, without effect', hidden: true },
  twinSwitch('version-check', 'Check `require-dbt-version` of the project'),
  plainSwitch('warn-error', 'Treat every warning as an error'),
  text('warn-error-options', 'Which warnings are errors, as YAML with `error`, `warn` and `silence`', {
    value: 'YAML',
  }),
  twinSwitch('write-json', 'Write artifacts to the target folder'),
]

const projectOptions: readonly Option[] = [
  text('profiles-dir', 'Folder of profiles.yml', { value: 'FOLDER' }),
  text('project-dir', 'Folder of the project file; default: the working directory or the nearest above it', {
    value: 'FOLDER',
  }),
  text('vars', 'Values for var(), as YAML: \'{"day": "2024-02-01"}\'', { value: 'YAML' }),
]

const targetPath = text('target-path', 'Folder that artifacts are written to', { value: 'FOLDER' })
const threads: Option = { name: 'threads', kind: 'integer', least: 1, help: 'How many nodes run at the same time' }

const select: Option = { name: 'select', kind: 'list', short: 's', help: 'Nodes to include' }
const exclusion: readonly Option[] = [
  { name: 'exclude', kind: 'list', help: 'Nodes to leave out' },
  text('selector', 'Selector of selectors.yml', { value: 'NAME' }),
]
const selectionOptions: readonly Option[] = [
  { ...select, aliases: ['models', 'model', 'm'] },
  ...exclusion,
  text('sqlparse', 'Accepted, without effect', { value: 'YAML', hidden: true }),
]

/** For `list` alone, --models means models only. */
const listSelectionOptions: readonly Option[] = [
  select,
  {
    name: 'models',
    kind: 'list',
    short: 'm',
    aliases: ['model'],
    flag: 'select',
    implies: { resourceTypes: ['model'] },
    help: 'Models to include',
  },
  ...exclusion,
]

const resourceTypeOptions: readonly Option[] = [
  {
    name: 'resource-types',
    kind: 'list',
    aliases: ['resource-type'],
    choices: [...resourceTypes, 'all'],
    help: 'Only nodes of these types',
  },
  {
    name: 'exclude-resource-types',
    kind: 'list',
    aliases: ['exclude-resource-type'],
    choices: resourceTypes,
    help: 'No nodes of these types',
  },
]

const fullRefresh = plainSwitch('full-refresh', 'Build incremental models and seeds anew', { short: 'f' })
const empty = twinSwitch('empty', 'Read zero rows from every ref and source')
const dryRun = plainSwitch('dry-run', 'Show what would be done and why, and do nothing')
const storeFailures = plainSwitch('store-failures', 'Keep failing rows of tests in the database')
const show = plainSwitch('show', 'Show rows of what was loaded')
const buildMissing = twinSwitch('build-missing', 'Also build upstream nodes that the target lacks')
const eventTimeWindow: readonly Option[] = [
  text('event-time-start', 'Start of the window of microbatch models, inclusive', { value: 'TIME' }),
  text('event-time-end', 'End of the window of microbatch models, exclusive', { value: 'TIME' }),
  text('sample', 'Read only this window of refs and sources that have an event_time: "3 days"', { value: 'WINDOW' }),
]
const inline = text('inline', 'SQL to use in place of a node', { value: 'SQL' })
const introspect = twinSwitch('introspect', 'Let templates query the database')
const outputFormat = text('output', 'Format of what is printed', { choices: ['json', 'text'] })

/** Options of one command beside the global ones. */
export const optionGroups = {
  project: projectOptions,
  target: [targetPath],
  threads: [threads],
  selection: selectionOptions,
  listSelection: listSelectionOptions,
  resourceTypes: resourceTypeOptions,
  fullRefresh: [fullRefresh],
  empty: [empty],
  dryRun: [dryRun],
  buildMissing: [buildMissing],
  storeFailures: [storeFailures],
  show: [show],
  eventTime: eventTimeWindow,
  savedQueries: [
    twinSwitch('export-saved-queries', 'Accepted, without effect', { hidden: true }),
    twinSwitch('include-saved-query', 'Accepted, without effect', { hidden: true }),
  ],
  compile: [
    inline,
    introspect,
    outputFormat,
    twinSwitch('inject-ephemeral-ctes', 'Put the SQL of ephemeral parents into the compiled SQL', { hidden: true }),
  ],
  preview: [
    inline,
    text('inline-direct', 'SQL to run as it stands, without templates and without the project', { value: 'SQL' }),
    introspect,
    outputFormat,
    { name: 'limit', kind: 'integer', help: 'Number of rows; -1 for all' },
  ],
  list: [
    text('output', 'What is printed for a node', { choices: ['json', 'name', 'path', 'selector'] }),
    { name: 'output-keys', kind: 'list', help: 'Keys of the JSON, nested ones with dots: config.materialized' },
  ],
  freshness: [text('output', 'File for the results; default: sources.json in the target folder', { short: 'o' })],
  docs: [
    twinSwitch('compile', 'Compile every node first'),
    plainSwitch('empty-catalog', 'Write a catalog without looking into the database'),
    plainSwitch('static', 'Also write static_index.html, one file with manifest and catalog in it'),
  ],
  serve: [
    twinSwitch('browser', 'Open a browser'),
    text('host', 'Address to listen on'),
    { name: 'port', kind: 'integer', help: 'Port to listen on' },
  ],
  cacheClear: [{ name: 'max-bytes', kind: 'integer', help: 'Bytes that may stay; 0 if not given' }],
  deltaHistory: [{ name: 'limit', kind: 'integer', help: 'Number of commits; 20 if not given' }],
  deltaOptimize: [
    { name: 'zorder-by', kind: 'list', help: 'Columns by which all files are laid out anew' },
    text('target-size', 'Size that files are to have, such as 128MB', { value: 'SIZE' }),
  ],
  deltaRestore: [{ name: 'to-version', kind: 'integer', help: 'The version to go back to' }],
  deltaVacuum: [
    {
      name: 'retain-hours',
      kind: 'integer',
      help: 'Keep what was needed since so many hours; the setting of the table if not given',
    },
    plainSwitch('force', 'Allow to keep less than the table wants'),
  ],
  clean: [twinSwitch('clean-project-files-only', 'Refuse to delete what lies outside of the project')],
  debug: [
    plainSwitch('connection', 'Only test the connection'),
    plainSwitch('config-dir', 'Only say where profiles.yml is looked for'),
  ],
  deps: [
    plainSwitch('upgrade', 'Take the newest versions that fit, whatever the lock file says'),
    plainSwitch('lock', 'Write the lock file and install nothing'),
    text('add-package', 'Add a package to packages.yml', { value: 'NAME@VERSION' }),
    text('source', 'Where the added package comes from', { choices: ['hub', 'git', 'local'] }),
  ],
  operation: [text('args', 'Arguments of the macro, as YAML', { value: 'YAML' })],
  init: [plainSwitch('skip-profile-setup', 'Accepted: nothing is ever asked', { short: 's' })],
} satisfies Record<string, readonly Option[]>

export type OptionGroup = keyof typeof optionGroups

/** `project-dir` as flags have it: `projectDir`. */
export function fieldName(option: string): string {
  return option.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}
