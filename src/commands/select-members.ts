/** The nodes that a command is about, by its flags. */
import { Diagnostics } from '../base/diagnostic.ts'
import { commandResourceTypes, commandSelector, usualSelector } from '../graph/command-selection.ts'
import { namedSelectors } from '../graph/named-selectors.ts'
import { selectNodes } from '../graph/select-nodes.ts'
import type { Selection } from '../graph/selection.ts'
import type { GraphMember, ResourceType } from '../project/node.ts'
import type { LoadedProject } from './load-graph.ts'
import { note } from './note.ts'
import { readPreviousState } from './previous-artifacts.ts'
import type { Session } from './session.ts'
import { tellProblems } from './tell-problems.ts'

export interface SelectionRequest {
  readonly only?: (member: GraphMember) => boolean
  /** Default: those of the command. */
  readonly resourceTypes?: ReadonlySet<ResourceType>
}

/** A node without code is listed and documented, never run. */
const takingEmptyNodes: ReadonlySet<string> = new Set(['list', 'ls', 'generate'])

/** @throws CommandStopped for a selection that cannot be read */
export function selectMembers(loaded: LoadedProject, session: Session, more: SelectionRequest = {}): Selection {
  const { config, graph, warnings } = loaded
  const { flags } = config
  const diagnostics = new Diagnostics()
  const selectors = namedSelectors(graph.project.selectors, flags.indirectSelection, diagnostics)
  tellProblems(session, warnings, diagnostics.all)
  const usual = usualSelector(flags, selectors)?.name
  if (usual !== undefined) note(session, 'DefaultSelector', 'Q023', `Using default selector ${usual}`, { name: usual })
  const selecting = new Diagnostics()
  const selection = selectNodes(
    graph,
    {
      selector: commandSelector(flags, selectors),
      selectors,
      resourceTypes: more.resourceTypes ?? commandResourceTypes(flags),
      includeEmpty: takingEmptyNodes.has(flags.which),
      previous: readPreviousState(session, config),
      ...(more.only && { only: more.only }),
    },
    selecting,
  )
  tellProblems(session, warnings, selecting.all)
  return selection
}
