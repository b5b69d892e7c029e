/**
 * The comment that every statement carries, so that the database's logs tell whose it is: dbt's JSON by default, or
 * what `query-comment` of the project makes. The text is the same for every statement of a node.
 */
import type { QueryComment } from '../config/project-file.ts'

export interface CommentSubject {
  /** Unique id of the node, or the name of a connection without one: `master`. */
  readonly name: string
  readonly isNode: boolean
}

export interface CommentFacts {
  readonly dbtVersion: string
  readonly profileName: string
  readonly targetName: string
}

/** dbt's default comment, spaced as Python's `json.dumps` spaces it. */
export function defaultCommentText(subject: CommentSubject, facts: CommentFacts): string {
  const entries = {
    app: 'dbt',
    dbt_version: facts.dbtVersion,
    profile_name: facts.profileName,
    target_name: facts.targetName,
    [subject.isNode ? 'node_id' : 'connection_name']: subject.name,
  }
  const texts = Object.entries(entries).map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`)
  return `{${texts.join(', ')}}`
}

/** Puts a comment to a statement; an empty one changes nothing. */
export function withComment(sql: string, comment: string, settings: Pick<QueryComment, 'append'>): string {
  const text = comment.trim()
  if (text === '') return sql
  if (!settings.append) return `/* ${text} */\n${sql}`
  const bare = sql.trimEnd()
  return bare.endsWith(';') ? `${bare.slice(0, -1)}\n/* ${text} */;` : `${bare}\n/* ${text} */`
}
