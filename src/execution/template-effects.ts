/** What templates tell while they are read, compiled and run -> events: `log()`, `print()` and `exceptions.warn()`. */
import { DiagnosticError } from '../base/diagnostic.ts'
import type { Config } from '../config/config.ts'
import { deprecationText, eventText } from '../config/event-text.ts'
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

/** @param node unique id of the node that is rendered; null while the project is read */
export function templateEffects(config: Config, sink: EventSink, node: string | null): ContextEffects {
  const { clock } = config
  return {
    log: (message, level) => sink({ kind: 'template log', atMs: clock.now(), level, message, node }),
    print: message => sink({ kind: 'template print', atMs: clock.now(), message, node }),
    warn: message => tellWarning(config, sink, { name: 'JinjaLogWarning', code: 'I061', message, node }),
    deprecated(thing) {
      const event = deprecations[thing]
      const isTold = isWarning(config, { ...event, node }, deprecationText(event.message))
      sink({ kind: 'deprecation met', atMs: clock.now(), ...event, isTold })
    },
  }
}

interface Warning {
  /** Of dbt's event: what the options for warnings list. */
  readonly name: string
  readonly code: string
  readonly message: string
  readonly node: string | null
}

/** @throws DiagnosticError `execution/warning-is-error` where it counts as one */
export function tellWarning(config: Config, sink: EventSink, warning: Warning): void {
  const { name, message, node } = warning
  if (isWarning(config, warning)) sink({ kind: 'warning', atMs: config.clock.now(), message, node, name })
}

/**
 * @param failure what is thrown where it counts as an error
 * @returns false when it is silenced
 */
function isWarning({ flags }: Config, { message, node, ...event }: Warning, failure = message): boolean {
  const policy = new WarningPolicy(flags)
  const treatment = policy.of('execution/warning-is-error', event)
  if (treatment !== 'error') return treatment === 'warn'
  const text = eventText(event, failure, policy.width)
  throw new DiagnosticError({ code: 'execution/warning-is-error', message: text, ...(node !== null && { node }) })
}
