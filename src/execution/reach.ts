/**
 * Which relations a statement may read, without asking the database. Rather too many than too few:
 *
 * 1. A relation that is read by its name has that name among the words of the statement, texts and comments included.
 * 2. Views and macros read by themselves. A statement that has their name has the words of their definitions, too: those
 *    that the database held at the beginning, and those that statements of the run make.
 * 3. Some words reach anything: the catalogue, and functions that take a query as a text.
 */
import type { Database } from '../adapter/adapter.ts'
import { splitStatements } from '../base/sql-text.ts'
import type { SqlValue } from '../base/sql-value.ts'
import type { Gate } from '../compile/run-state.ts'
import { firstWord, fromFirstWord, onlyReads } from './statement-effect.ts'

const definitionsSql = `select view_name, sql from duckdb_views() where not internal
union all
select function_name, macro_definition from duckdb_functions() where not internal`

const reachesAnything = /^(?:duckdb_|pragma_|pg_|sqlite_)|^(?:information_schema|query|query_table|show)$/

/** Without one of these a text makes no view and no macro. */
const suspicious = /\b(?:view|macro|function|attach|import|load|install|use|execute|call|pragma|database)\b/i

/** Statements that make neither, whatever words they have. */
const harmless = new Set([
  ...['insert', 'update', 'delete', 'merge', 'truncate', 'drop', 'comment', 'set', 'reset', 'with'],
  ...['begin', 'commit', 'rollback', 'vacuum', 'analyze', 'checkpoint'],
])

const name = '(?:if\\s+not\\s+exists\\s+)?((?:"[^"]+"|[\\w$]+)(?:\\s*\\.\\s*(?:"[^"]+"|[\\w$]+))*)'
const creating = new RegExp(`^create\\s+(?:or\\s+replace\\s+)?(?:temp\\s+|temporary\\s+)?(\\w+)\\s+${name}`, 'i')
const renaming = new RegExp(`^alter\\s+(\\w+)\\s.*\\srename\\s+to\\s+${name}`, 'is')

export class Reach {
  private readonly definitions = new Map<string, Set<string>>()
  /** Something was done that may read anything from now on. */
  private blind = false
  /** Resolves when what the database holds is known. */
  learned: Promise<void> = Promise.resolve()

  /** Begins to read what the database holds, on a connection of its own. @throws DiagnosticError it cannot be opened */
  async learn(database: Database): Promise<void> {
    const connection = await database.connect()
    const rows = database.isNew ? Promise.resolve([]) : connection.rows(definitionsSql)
    this.learned = this.readDefinitions(rows).finally(() => connection.close())
  }

  /** Never fails: what cannot be read may reach anything. */
  private async readDefinitions(rows: Promise<readonly (readonly SqlValue[])[]>): Promise<void> {
    try {
      for (const [name, text] of await rows) this.define(String(name), wordsOf(String(text)))
    } catch {
      this.blind = true
    }
  }

  /** Takes notice of the views and macros that a text makes. */
  note(sql: string): void {
    if (!suspicious.test(sql) || onlyReads(sql)) return
    for (const { sql: statement } of splitStatements(sql)) this.noteStatement(statement)
  }

  /** @param name in lower case, one word of letters, digits and underscores */
  mayRead(sql: string, name: string): boolean {
    if (this.blind || /\bu&["']/i.test(sql)) return true
    const words = new Set(wordsOf(sql))
    // A set gives what is added to it on the way, too.
    for (const word of words) {
      if (word === name || reachesAnything.test(word)) return true
      for (const hidden of this.definitions.get(word) ?? []) words.add(hidden)
    }
    return false
  }

  private noteStatement(statement: string): void {
    const first = firstWord(statement)
    if (harmless.has(first) || onlyReads(statement)) return
    if (first === 'copy' && !/\bdatabase\b/i.test(statement)) return
    const text = fromFirstWord(statement)
    const [, kind = '', made = ''] = creating.exec(text) ?? renaming.exec(text) ?? []
    if (/^(?:view|macro|function)$/i.test(kind)) this.define(lastPart(made), wordsOf(statement))
    else if (!/^(?:table|schema|index|unique|sequence|type)$/i.test(kind)) this.blind = true
  }

  private define(name: string, words: Iterable<string>): void {
    const [key] = wordsOf(name)
    if (key === undefined) {
      this.blind = true
      return
    }
    const known = this.definitions.get(key) ?? new Set()
    for (const word of words) known.add(word)
    this.definitions.set(key, known)
  }
}

/** Of steps that wait for nobody: others hear of the views and macros that they make. */
export function openGate(reach: Reach): Gate {
  return {
    sends(sql) {
      reach.note(sql)
      return undefined
    },
    writes() {},
    looksUp() {},
  }
}

function lastPart(name: string): string {
  return /(?:"[^"]+"|[^".]+)$/.exec(name.trim())?.[0] ?? name
}

function wordsOf(text: string): Iterable<string> {
  return text.toLowerCase().match(/[a-z0-9_$]+/g) ?? []
}
