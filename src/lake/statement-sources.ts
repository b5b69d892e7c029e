/** Finds what a statement speaks of: files behind addresses and variables, and Delta tables. Fetches nothing of them. */
import { quoteString } from '../base/sql-text.ts'
import { escapePattern, textList } from '../delta/sql-words.ts'
import { DeltaReading, type DeltaWanted, openDelta } from './delta-reading.ts'
import { partitionNames } from './hive-files.ts'
import { type DeltaMention, type LakeText, readsParquet, textsLookedInto } from './lake-mentions.ts'
import { deltaVariableName, type Found, filesVariable, type LakeVariable } from './lake-rewrite.ts'
import { pathOf, type ReadSource } from './partial-reads.ts'
import { isS3Url } from './s3-access.ts'
import type { LakeSession } from './send-statement.ts'

/** How the query of a Delta table is put: for a first plan, or to be run. */
export type QueryOf = (reading: DeltaReading) => Promise<string>

export interface StatementSources {
  readonly files: readonly ReadSource[]
  readonly deltas: readonly DeltaReading[]
  /** What stands for each mention. */
  found(queryOf: QueryOf): Promise<Omit<Found, 'target'>>
  /** SQL for each variable by name. */
  values(queryOf: QueryOf): Promise<ReadonlyMap<string, string>>
  /** The first failure with a variable, which counts only if the statement fails. */
  readonly trouble: unknown
}

type VariableValue = ReadSource | DeltaReading

export async function statementSources(
  session: LakeSession,
  {
    sql,
    text,
    variables,
  }: { readonly sql: string; readonly text: LakeText; readonly variables: readonly LakeVariable[] },
): Promise<StatementSources> {
  return new SourceFinder(session, sql).find(text, [...variables, ...ownVariables(text)])
}

/** The variables that the view or macro needs which is being made. */
function ownVariables({ defines, mentions }: LakeText): LakeVariable[] {
  if (defines === undefined) return []
  return mentions.flatMap((mention): LakeVariable[] => {
    if (mention.kind === 'delta') return [{ kind: 'delta', name: deltaVariableName(mention), ...wantedOf(mention) }]
    if (mention.kind !== 'files') return []
    const addresses = mention.patterns.filter(isS3Url)
    const isParquet = readsParquet(mention.reader)
    return addresses.map(pattern => ({ kind: 'files', name: filesVariable(pattern), pattern, isParquet }))
  })
}

function wantedOf({ location, version, timestamp }: DeltaWanted): DeltaWanted {
  return { location, ...(version !== undefined && { version }), ...(timestamp !== undefined && { timestamp }) }
}

class SourceFinder {
  private readonly session: LakeSession
  /** Then a name does not say whether a file is packed. */
  private readonly tellsPacking: boolean
  private readonly files: ReadSource[] = []
  private readonly sources = new Map<string, ReadSource>()
  private readonly urls = new Map<string, readonly string[]>()
  private readonly tables = new Map<DeltaMention, DeltaReading>()
  private readonly variables = new Map<string, VariableValue>()
  private readonly deltas: DeltaReading[] = []
  private trouble: unknown

  constructor(session: LakeSession, sql: string) {
    this.session = session
    this.tellsPacking = /compression/i.test(sql)
  }

  async find(text: LakeText, variables: readonly LakeVariable[]): Promise<StatementSources> {
    for (const mention of text.mentions) await this.openMention(mention, text.defines !== undefined)
    for (const variable of variables) {
      try {
        this.variables.set(variable.name, await this.openVariable(variable))
      } catch (error) {
        this.trouble ??= error
      }
    }
    const finder = this
    return {
      files: this.files,
      deltas: this.deltas,
      get trouble() {
        return finder.trouble
      },
      found: queryOf => this.found(queryOf),
      values: queryOf => this.values(queryOf),
    }
  }

  private async openMention(mention: LakeText['mentions'][number], isKept: boolean): Promise<void> {
    const { lake, traffic } = this.session
    if (mention.kind === 'glob') this.urls.set(mention.pattern, await lake.files.urls(mention.pattern, traffic))
    else if (mention.kind === 'attach') await this.openFiles(mention.url, { reader: undefined, isAlone: true })
    else if (mention.kind === 'files' && !isKept) {
      const options = { reader: mention.reader, isAlone: mention.patterns.length === 1 }
      for (const pattern of mention.patterns.filter(isS3Url)) await this.openFiles(pattern, options)
    } else if (mention.kind === 'delta' && !isKept) {
      this.tables.set(mention, await this.openTable(mention))
    }
  }

  private async openFiles(
    pattern: string,
    { reader, isAlone }: { readonly reader: string | undefined; readonly isAlone: boolean },
  ): Promise<void> {
    const found = await this.sourceOf(pattern, readsParquet(reader))
    const lookedInto = isAlone && !this.tellsPacking ? textsLookedInto(reader) : undefined
    const source = {
      ...found,
      ...(!isAlone && { partitions: [] }),
      ...(lookedInto !== undefined && { lookedInto }),
    }
    this.files.push(source)
    this.sources.set(pattern, source)
  }

  private async openVariable(variable: LakeVariable): Promise<VariableValue> {
    if (variable.kind === 'delta') return Object.assign(await this.openTable(variable), { isOptional: true })
    const source = { ...(await this.sourceOf(variable.pattern, variable.isParquet)), isOptional: true }
    this.files.push(source)
    return source
  }

  private async sourceOf(pattern: string, isParquet: boolean): Promise<ReadSource> {
    const files = await this.session.lake.files.open(pattern, this.session.traffic)
    return { files, isParquet, partitions: partitionNames(files.map(({ copy }) => copy.path)) }
  }

  private async openTable(wanted: DeltaWanted): Promise<DeltaReading> {
    const { lake, traffic } = this.session
    const reading = await openDelta(lake, traffic, wantedOf(wanted), `x${this.deltas.length}_`)
    this.deltas.push(reading)
    return reading
  }

  private async found(queryOf: QueryOf): Promise<Omit<Found, 'target'>> {
    const { sources, urls } = this
    const queries = new Map<DeltaMention, string>()
    for (const [mention, reading] of this.tables) queries.set(mention, await queryOf(reading))
    return {
      paths: pattern => pathsOf(sources.get(pattern)),
      urls: pattern => urls.get(pattern) ?? [],
      deltaSql: mention => queries.get(mention) ?? '',
    }
  }

  private async values(queryOf: QueryOf): Promise<ReadonlyMap<string, string>> {
    const values = new Map<string, string>()
    for (const [name, value] of this.variables) {
      try {
        values.set(name, await variableValue(value, queryOf))
      } catch (error) {
        this.trouble ??= error
      }
    }
    return values
  }
}

async function variableValue(value: VariableValue, queryOf: QueryOf): Promise<string> {
  if (value instanceof DeltaReading) return quoteString(await queryOf(value))
  return textList(pathsOf(value).map(escapePattern))
}

function pathsOf(source: ReadSource | undefined): string[] {
  return source === undefined ? [] : source.files.map(file => pathOf(source, file))
}
