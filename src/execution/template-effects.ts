/** What templates tell while they are read, compiled and run -> events: `log()`, `print()` and `exceptions.warn()`. */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { Config } from '../config/config.ts'
import { WarningPolicy } from '../config/warning-policy.ts'
import type { ContextEffects } from '../context/effects.ts'
import type { EventSink } from './event.ts'

const warning = 'JinjaLogWarning'

/** @param node unique id of the node that is rendered; null while the project is read */
export function templateEffects({ clock, flags }: Config, sink: EventSink, node: string | null): ContextEffects {
  const policy = new WarningPolicy(flags)
  return {
    log: (message, level) => sink({ kind: 'template log', atMs: clock.now(), level, message, node }),
    print: message => sink({ kind: 'template print', atMs: clock.now(), message, node }),
    warn(message) {
      switch (policy.of('execution/warning-is-error', warning)) {
        case 'silence':
          return
        case 'warn':
          sink({ kind: 'warning', atMs: clock.now(), message, node, name: warning })
          return
        case 'error':
          throw new DiagnosticError({
            code: 'execution/warning-is-error',
            message,
            ...(node !== null && { node }),
          })
      }
    },
  }
}
