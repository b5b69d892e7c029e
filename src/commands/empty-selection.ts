/** A selection without nodes: a warning, which `--warn-error` makes an error. */
import { diagnostic } from '../base/diagnostic.ts'
import { CommandStopped } from './command-stopped.ts'
import type { LoadedProject } from './load-graph.ts'
import type { Session } from './session.ts'

const messages = {
  NothingToDo: 'Nothing to do. Try checking your model configs and model specification args',
  NoNodesSelected: 'No nodes selected!',
} as const
const codes = { NothingToDo: 'Q035', NoNodesSelected: 'Q038' } as const

/** Only where the warning is an error. @throws CommandStopped */
export function refuseEmptySelection({ warnings }: LoadedProject): void {
  if (warnings.of('graph/no-match', { name: 'NothingToDo', code: codes.NothingToDo }) !== 'error') return
  throw new CommandStopped([diagnostic({ code: 'graph/no-match', message: messages.NothingToDo })])
}

/** @throws CommandStopped where the warning is an error */
export function tellEmptySelection(session: Session, { warnings }: LoadedProject, name: keyof typeof messages): void {
  const message = messages[name]
  switch (warnings.of('graph/no-match', { name, code: codes[name] })) {
    case 'error':
      throw new CommandStopped([diagnostic({ code: 'graph/no-match', message })])
    case 'warn':
      session.emit({ kind: 'note', name, code: codes[name], level: 'warn', message, data: {} })
  }
}
