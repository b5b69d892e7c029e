/** Every command of the command line as data: its words, its options and what `--help` says about it. */
import { globalOptions, type Option, type OptionGroup, optionGroups } from './option-table.ts'

export interface CommandEntry {
  /** The words on the command line: `run`, `source freshness`. */
  readonly words: string
  /** dbt's own name of it, as in `flags.WHICH`. */
  readonly which: string
  readonly summary: string
  readonly groups: readonly OptionGroup[]
  /** Word after the command, by the name of its flag. */
  readonly argument?: { readonly flag: string; readonly label: string; readonly required: boolean }
  readonly examples: readonly string[]
  /** Further words for the same command. */
  readonly aliases?: readonly string[]
}

export const commandEntries: readonly CommandEntry[] = [
  {
    words: 'build',
    which: 'build',
    summary: 'Run seeds, models, snapshots and tests in order, tests before what depends on them',
    groups: [
      'project',
      'target',
      'threads',
      'selection',
      'resourceTypes',
      'fullRefresh',
      'empty',
      'eventTime',
      'storeFailures',
      'show',
      'savedQueries',
      'buildMissing',
      'dryRun',
    ],
    examples: ['eider build', 'eider build --select +orders', 'eider build --select tag:nightly --exclude stg_events'],
  },
  {
    words: 'cache clear',
    which: 'cache-clear',
    summary: 'Delete the local copies of objects, or those used longest ago',
    groups: ['project', 'target', 'cacheClear'],
    examples: ['eider cache clear', 'eider cache clear --max-bytes 5000000000'],
  },
  {
    words: 'cache list',
    which: 'cache-list',
    summary: 'List the local copies of objects, the one used last first',
    groups: ['project', 'target'],
    examples: ['eider cache list'],
  },
  {
    words: 'clean',
    which: 'clean',
    summary: 'Delete the folders that `clean-targets` of the project file names',
    groups: ['project', 'target', 'clean'],
    examples: ['eider clean'],
  },
  {
    words: 'clone',
    which: 'clone',
    summary: 'Make views on the relations of another state',
    groups: ['project', 'target', 'threads', 'selection', 'resourceTypes', 'fullRefresh'],
    examples: ['eider clone --state prod-artifacts'],
  },
  {
    words: 'compile',
    which: 'compile',
    summary: 'Write the SQL of nodes to the target folder, and show it where one node is asked for',
    groups: ['project', 'target', 'threads', 'selection', 'fullRefresh', 'empty', 'compile'],
    examples: ['eider compile --select orders', 'eider compile --inline "select * from {{ ref(\'orders\') }}"'],
  },
  {
    words: 'debug',
    which: 'debug',
    summary: 'Show versions, files and settings in use, and test the connection',
    groups: ['project', 'debug'],
    examples: ['eider debug', 'eider debug --connection'],
  },
  {
    words: 'delta history',
    which: 'delta-history',
    summary: 'List the commits of a Delta table: a model, or a place',
    groups: ['project', 'target', 'deltaHistory'],
    argument: { flag: 'table', label: 'TABLE', required: true },
    examples: ['eider delta history flights_daily', 'eider delta history s3://lake/tables/orders --limit 5'],
  },
  {
    words: 'delta optimize',
    which: 'delta-optimize',
    summary: 'Put small files of a Delta table together',
    groups: ['project', 'target', 'threads', 'deltaOptimize'],
    argument: { flag: 'table', label: 'TABLE', required: true },
    examples: [
      'eider delta optimize flights_daily',
      'eider delta optimize flights_daily --zorder-by origin,destination',
    ],
  },
  {
    words: 'delta restore',
    which: 'delta-restore',
    summary: 'Make a Delta table what it was at an earlier version',
    groups: ['project', 'target', 'deltaRestore'],
    argument: { flag: 'table', label: 'TABLE', required: true },
    examples: ['eider delta restore flights_daily --to-version 12'],
  },
  {
    words: 'delta vacuum',
    which: 'delta-vacuum',
    summary: 'Delete files that a Delta table does not need any more',
    groups: ['project', 'target', 'threads', 'deltaVacuum', 'dryRun'],
    argument: { flag: 'table', label: 'TABLE', required: true },
    examples: ['eider delta vacuum flights_daily --dry-run', 'eider delta vacuum lake/orders --retain-hours 240'],
  },
  {
    words: 'deps',
    which: 'deps',
    summary: 'Install the packages of packages.yml',
    groups: ['project', 'deps'],
    examples: ['eider deps', 'eider deps --add-package dbt-labs/dbt_utils@1.3.0'],
  },
  {
    words: 'docs generate',
    which: 'generate',
    summary: 'Write manifest.json and catalog.json for a documentation site',
    groups: ['project', 'target', 'threads', 'selection', 'docs'],
    examples: ['eider docs generate', 'eider docs generate --no-compile'],
  },
  {
    words: 'docs serve',
    which: 'serve',
    summary: 'Serve the documentation site',
    groups: ['project', 'target', 'serve'],
    examples: ['eider docs serve --port 8001'],
  },
  {
    words: 'init',
    which: 'init',
    summary: 'Make a new project that runs',
    groups: ['project', 'init'],
    argument: { flag: 'projectName', label: 'PROJECT_NAME', required: false },
    examples: ['eider init shop'],
  },
  {
    words: 'list',
    which: 'list',
    aliases: ['ls'],
    summary: 'List nodes, one a line',
    groups: ['project', 'target', 'listSelection', 'resourceTypes', 'list'],
    examples: ['eider list --select orders+', 'eider list --output json --output-keys name config.materialized'],
  },
  {
    words: 'parse',
    which: 'parse',
    summary: 'Read the project and write manifest.json',
    groups: ['project', 'target', 'threads'],
    examples: ['eider parse'],
  },
  {
    words: 'retry',
    which: 'retry',
    summary: 'Run again what failed or was skipped in the last run',
    groups: ['project', 'target', 'threads', 'fullRefresh'],
    examples: ['eider retry', 'eider retry --state last-run'],
  },
  {
    words: 'run',
    which: 'run',
    summary: 'Run models',
    groups: [
      'project',
      'target',
      'threads',
      'selection',
      'fullRefresh',
      'empty',
      'eventTime',
      'buildMissing',
      'dryRun',
    ],
    examples: [
      'eider run',
      'eider run --select marts --vars \'{"day": "2024-02-01"}\'',
      'eider run --select +orders --full-refresh --dry-run',
    ],
  },
  {
    words: 'run-operation',
    which: 'run-operation',
    summary: 'Call one macro',
    groups: ['project', 'target', 'threads', 'operation'],
    argument: { flag: 'macro', label: 'MACRO', required: true },
    examples: ["eider run-operation grant_select --args '{role: reporter}'"],
  },
  {
    words: 'seed',
    which: 'seed',
    summary: 'Load CSV files of the project',
    groups: ['project', 'target', 'threads', 'selection', 'fullRefresh', 'empty', 'show', 'dryRun'],
    examples: ['eider seed', 'eider seed --select countries --full-refresh'],
  },
  {
    words: 'show',
    which: 'show',
    summary: 'Show the first rows of a node or of a query',
    groups: ['project', 'target', 'threads', 'selection', 'fullRefresh', 'preview'],
    examples: ['eider show --select orders', 'eider show --inline "select * from {{ ref(\'orders\') }}" --limit 20'],
  },
  {
    words: 'snapshot',
    which: 'snapshot',
    summary: 'Run snapshots',
    groups: ['project', 'target', 'threads', 'selection', 'empty', 'dryRun'],
    examples: ['eider snapshot'],
  },
  {
    words: 'source freshness',
    which: 'freshness',
    aliases: ['source snapshot-freshness'],
    summary: 'Check how old the data of sources is',
    groups: ['project', 'target', 'threads', 'selection', 'freshness'],
    examples: ['eider source freshness', 'eider source freshness --select source:raw -o fresh.json'],
  },
  {
    words: 'test',
    which: 'test',
    summary: 'Run tests on what is built already',
    groups: ['project', 'target', 'threads', 'selection', 'resourceTypes', 'storeFailures', 'show', 'dryRun'],
    examples: ['eider test', 'eider test --select orders --store-failures'],
  },
]

/** Options of a command, its own before the global ones. Without a command: the global ones. */
export function optionsOf(entry: CommandEntry | undefined): readonly Option[] {
  if (entry === undefined) return globalOptions
  return [...entry.groups.flatMap((group): readonly Option[] => optionGroups[group]), ...globalOptions]
}
