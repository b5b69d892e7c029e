/** The configuration for commands that need no profile: `clean`, `deps`. */
import { Diagnostics } from '../base/diagnostic.ts'
import { type BareConfig, loadBareConfig } from '../config/load-config.ts'
import { CommandStopped, stopOnErrors } from './command-stopped.ts'
import type { Session } from './session.ts'

/** @throws CommandStopped with everything that is wrong */
export function loadBare(session: Session): BareConfig {
  const diagnostics = new Diagnostics()
  const config = loadBareConfig(session.launch, diagnostics)
  stopOnErrors(diagnostics)
  if (config === undefined) throw new CommandStopped(diagnostics.all)
  session.begin(config)
  for (const diagnostic of diagnostics.all) session.emit({ kind: 'problem found', diagnostic })
  return config
}
