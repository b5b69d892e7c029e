/** What templates tell while they are read, compiled and run -> events: `log()`, `print()` and `exceptions.warn()`. */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { Config } from '../config/config.ts'
import { WarningPolicy } from '../config/warning-policy.ts'
import type { ContextEffects } from '../context/effects.ts'
import type { EventSink } from './event.ts'

const deprecations = {
  itertools: {
    name: 'ModulesItertoolsUsageDeprecation',
    code: 'D034',
    message: 'Usage of itertools modules is deprecated. Please use the built-in functions instead.',
  },
} as const

const warning = { name: 'JinjaLogWarning', code: 'I061' }

/** @param node unique id of the node that is rendered; null while the project is read */
export function templateEffects({ clock, flags }: Config, sink: EventSink, node: string | null): ContextEffects {
  const policy = new WarningPolicy(flags)
  const refuse = (message: string): never => {
    throw new DiagnosticError({ code: 'execution/warning-is-error', message, ...(node !== null && { node }) })
  }
  return {
    log: (message, level) => sink({ kind: 'template log', atMs: clock.now(), level, message, node }),
    print: message => sink({ kind: 'template print', atMs: clock.now(), message, node }),
    warn(message) {
      const treatment = policy.of('execution/warning-is-error', warning)
      if (treatment === 'error') refuse(message)
      if (treatment === 'warn') sink({ kind: 'warning', atMs: clock.now(), message, node, name: warning.name })
    },
    deprecated(thing) {
      const event = deprecations[thing]
      const treatment = policy.of('execution/warning-is-error', event)
      if (treatment === 'error') refuse(event.message)
      sink({ kind: 'deprecation met', atMs: clock.now(), ...event, isTold: treatment === 'warn' })
    },
  }
}
