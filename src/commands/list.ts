/** `list`: the selected nodes, one a line. */
import type { Outcome, Session } from './session.ts'
export async function list(_session: Session): Promise<Outcome> {
  return 'success'
}
