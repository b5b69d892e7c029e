/** A line of a command that no event of its own stands for, under dbt's name and code. */
import type { Session } from './session.ts'

export function note(
  { emit }: Pick<Session, 'emit'>,
  name: string,
  code: string,
  message: string,
  data?: Readonly<Record<string, unknown>>,
): void {
  emit({ kind: 'note', name, code, level: 'info', message, ...(data && { data }) })
}
