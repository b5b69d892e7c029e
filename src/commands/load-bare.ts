/** The configuration for commands that need no profile: `clean`, `deps`. */
import { Diagnostics } from '../base/diagnostic.ts'
import { type BareConfig, loadBareConfig } from '../config/load-config.ts'
import { WarningPolicy } from '../config/warning-policy.ts'
import { CommandStopped, stopOnErrors } from './command-stopped.ts'
import type { Session } from './session.ts'
import { tellProblems } from './tell-problems.ts'

/** @throws CommandStopped with everything that is wrong */
export function loadBare(session: Session): BareConfig {
  const diagnostics = new Diagnostics()
  const config = loadBareConfig(session.launch, diagnostics)
  stopOnErrors(diagnostics)
  if (config === undefined) throw new CommandStopped(diagnostics.all)
  session.begin(config)
  tellProblems(session, new WarningPolicy(config.flags), diagnostics.all)
  return config
}
