/** stub */
import type { Selection } from '../graph/selection.ts'
import type { LoadedProject } from './load-graph.ts'
import type { Session } from './session.ts'
export function selectMembers(loaded: LoadedProject, _session: Session): Selection {
  const ids = [...loaded.graph.members.keys()]
  return { uniqueIds: ids, has: () => true }
}
