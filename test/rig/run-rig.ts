/**
 * A project in a temporary folder that is run on a real DuckDB, without the command line: what tests of compiling,
 * materializing and executing speak in.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database } from '../../src/adapter/adapter.ts'
import { duckdbDatabase } from '../../src/adapter/duckdb.ts'
import { systemClock } from '../../src/base/clock.ts'
import { Diagnostics } from '../../src/base/diagnostic.ts'
import type { SqlValue } from '../../src/base/sql-value.ts'
import type { CompiledStep } from '../../src/compile/compiled-step.ts'
import type { Config } from '../../src/config/config.ts'
import { loadConfig } from '../../src/config/load-config.ts'
import type { GivenFlag } from '../../src/config/read-flag.ts'
import type { RunEvent } from '../../src/execution/event.ts'
import { executePlan } from '../../src/execution/execute-plan.ts'
import type { Run } from '../../src/execution/run.ts'
import type { NodeResult, RunResult } from '../../src/execution/run-result.ts'
import type { Graph } from '../../src/graph/graph.ts'
import { linkGraph } from '../../src/graph/link-graph.ts'
import type { Plan } from '../../src/plan/plan.ts'
import { parseProject } from '../../src/project/parse-project.ts'
import { localFiles } from '../../src/storage/local-files.ts'
import { renderNative } from '../../src/template/template.ts'
import { simplePlan } from './simple-plan.ts'
import { sourceBuiltins } from './source-builtins.ts'

export interface RunWish {
  readonly command?: string
  readonly flags?: Readonly<Record<string, GivenFlag>>
  readonly only?: readonly string[]
  readonly change?: Partial<Run>
}

export interface RanOutcome extends RunResult {
  readonly events: readonly RunEvent[]
  readonly compiled: ReadonlyMap<string, CompiledStep>
  readonly ran: ReadonlyMap<string, string>
  readonly graph: Graph
  /** Status of every result, by the node's name. */
  readonly statuses: Readonly<Record<string, string>>
  result(name: string): NodeResult
}

const projectYml = "name: shop\nversion: '1.0'\nprofile: shop\n"
const profilesYml = 'shop: {target: dev, outputs: {dev: {type: duckdb, path: shop.duckdb, threads: 2}}}\n'

export class RunRig {
  readonly folder: string
  readonly files
  private database: Database | undefined

  constructor(files: Readonly<Record<string, string>>) {
    this.folder = mkdtempSync(join(tmpdir(), 'eider-run-'))
    this.files = localFiles(this.folder)
    const all = { 'dbt_project.yml': projectYml, 'profiles.yml': profilesYml, ...files }
    for (const [path, text] of Object.entries(all)) this.files.write(path, text)
  }

  write(path: string, text: string): void {
    this.files.write(path, text)
  }

  load(command = 'run', flags: Readonly<Record<string, GivenFlag>> = {}): { config: Config; graph: Graph } {
    const diagnostics = new Diagnostics()
    let count = 0
    const config = loadConfig(
      {
        which: command,
        invocationCommand: `eider ${command}`,
        given: { profilesDir: this.folder, ...flags },
        environment: {},
        files: this.files,
        home: this.folder,
        clock: systemClock,
        ids: () => `00000000-0000-4000-8000-${String(++count).padStart(12, '0')}`,
        renderNative: (text, scope) => renderNative(text, scope),
      } as Parameters<typeof loadConfig>[0],
      diagnostics,
    )
    if (!config) throw new Error(messages(diagnostics))
    const project = parseProject(config, sourceBuiltins(), diagnostics)
    const graph = diagnostics.hasErrors ? undefined : linkGraph(project, diagnostics)
    if (!graph || diagnostics.hasErrors) throw new Error(messages(diagnostics))
    return { config, graph }
  }

  async run(wish: RunWish = {}): Promise<RanOutcome> {
    const command = wish.command ?? 'run'
    const { config, graph } = this.load(command, wish.flags)
    const plan = simplePlan(graph, command, wish.only)
    return this.execute(plan, config, wish)
  }

  runOf(plan: Plan, config: Config, change: Partial<Run> = {}) {
    const events: RunEvent[] = []
    const compiled = new Map<string, CompiledStep>()
    const ran = new Map<string, string>()
    const run: Run = {
      graph: plan.graph,
      database: this.open(config),
      sink: event => void events.push(event),
      output: {
        compiled: (step, suffix) => void compiled.set(step.node.name + (suffix ? `:${suffix}` : ''), step),
        ran: (node, sql, suffix) => void ran.set(node.name + (suffix ? `:${suffix}` : ''), sql),
        settle: () => {},
        called: () => {},
        placed: () => {},
      },
      signal: new AbortController().signal,
      selected: plan.steps.map(step => step.node.uniqueId),
      deferral: null,
      plugins: new Map(),
      previousBatches: new Map(),
      ...change,
    }
    return { run, events, compiled, ran }
  }

  private async execute(plan: Plan, config: Config, wish: RunWish): Promise<RanOutcome> {
    const { run, events, compiled, ran } = this.runOf(plan, config, wish.change)
    const result = await executePlan(plan, run)
    const nameOf = (uniqueId: string): string => plan.graph.members.get(uniqueId)?.name ?? uniqueId
    return {
      ...result,
      events,
      compiled,
      ran,
      graph: plan.graph,
      statuses: Object.fromEntries(result.results.map(one => [nameOf(one.uniqueId), one.status])),
      result(name) {
        const found = result.results.find(one => nameOf(one.uniqueId) === name)
        if (!found) throw new Error(`no result of "${name}"`)
        return found
      },
    }
  }

  open(config?: Config): Database {
    this.database ??= duckdbDatabase({
      ...(config ?? this.load().config).target.duckdb,
      path: join(this.folder, 'shop.duckdb'),
    })
    return this.database
  }

  /** The next run opens the database file again, as another command would. */
  async reopen(): Promise<void> {
    await this.database?.close()
    this.database = undefined
  }

  /** Rows of a query on the database as it is now. */
  async rows(sql: string): Promise<readonly (readonly SqlValue[])[]> {
    const connection = await this.open().connect()
    try {
      return await connection.rows(sql)
    } finally {
      await connection.close()
    }
  }

  /** Kind of every relation of the target schema, by name. */
  async relations(): Promise<Record<string, string>> {
    const rows = await this.rows(
      "select table_name, table_type from information_schema.tables where table_schema = 'main' order by all",
    )
    return Object.fromEntries(rows.map(([name, type]) => [String(name), type === 'VIEW' ? 'view' : 'table']))
  }

  async close(): Promise<void> {
    await this.database?.close()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

function messages(diagnostics: Diagnostics): string {
  return diagnostics.all.map(one => `${one.code}: ${one.message}`).join('\n')
}
