/** Sends one rewritten statement, and says what it fails with in the user's words: addresses, and places in his text. */
import type { Connection, ExecuteOptions } from '../adapter/adapter.ts'
import { DiagnosticError, type DiagnosticFields } from '../base/diagnostic.ts'
import { type Place, placeAt } from '../base/source-file.ts'
import type { StatementText } from '../base/sql-text.ts'
import type { QueryResult } from '../base/sql-value.ts'
import { copyFolder } from '../storage/local-cache.ts'
import type { Lake } from './lake.ts'
import type { Rewritten } from './lake-rewrite.ts'
import type { Traffic } from './traffic.ts'

/** One statement of a text. */
export interface Statement extends StatementText {
  readonly whole: string
  readonly options: ExecuteOptions
}

/** The session that statements are sent in. */
export interface LakeSession {
  readonly inner: Connection
  readonly lake: Lake
  readonly traffic: Traffic
  /** No statement of the transaction has been sent yet. */
  readonly isFresh: boolean
  /** `value` is SQL. */
  setVariable(name: string, value: string): Promise<void>
}

/** A statement that speaks of nothing that would have to be rewritten. */
export function sendPlain(session: LakeSession, statement: Statement): Promise<QueryResult> {
  return sendRewritten(session, statement, { sql: statement.sql, originalOffset: offset => offset })
}

export async function sendRewritten(
  { inner }: LakeSession,
  statement: Statement,
  rewritten: Rewritten,
): Promise<QueryResult> {
  try {
    return await inner.execute(rewritten.sql, statement.options)
  } catch (error) {
    throw inUsersWords(error, statement, rewritten)
  }
}

/** An error of DuckDB speaks of copies; the user wrote addresses, at other places in the text. */
function inUsersWords(error: unknown, statement: Statement, rewritten: Rewritten): unknown {
  if (!(error instanceof DiagnosticError)) return error
  const { diagnostic } = error
  const pattern = new RegExp(`[^\\s'"]*/${copyFolder.source}/`, 'g')
  const fields: DiagnosticFields = {
    ...diagnostic,
    message: diagnostic.message.replace(pattern, 's3://'),
    ...(diagnostic.expanded && { expanded: originalPlace(diagnostic.expanded, statement, rewritten) }),
  }
  const translated = new DiagnosticError(fields)
  return Object.assign(Object.create(Object.getPrototypeOf(error)) as object, error, {
    diagnostic: translated.diagnostic,
    message: translated.message,
    stack: error.stack,
  })
}

function originalPlace(place: Place, { whole, start, options }: Statement, rewritten: Rewritten): Place {
  const file = { path: options.path ?? 'sql', text: whole }
  return placeAt(file, Math.min(start + rewritten.originalOffset(place.start), whole.length))
}
