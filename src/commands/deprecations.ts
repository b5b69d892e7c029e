/** The deprecated things that one command met: how often each, told at its end as dbt's `DeprecationsSummary`. */
import { diagnostic } from '../base/diagnostic.ts'
import { deprecationText, eventText } from '../config/event-text.ts'
import type { WarningPolicy } from '../config/warning-policy.ts'
import type { CommandSink } from './command-event.ts'
import { CommandStopped } from './command-stopped.ts'

export interface DeprecationTally {
  /** @param of of several things under one name, the one it is about @returns whether it is the first of its kind */
  note(name: string, code: string, of?: string): boolean
  /** @throws CommandStopped where the summary itself is a warning that counts as an error */
  tell(emit: CommandSink, policy: WarningPolicy, showsAll: boolean): void
}

const summary = { name: 'DeprecationsSummary', code: 'D028' }

interface Count {
  readonly name: string
  readonly code: string
  occurrences: number
}

export function deprecationTally(): DeprecationTally {
  const counts = new Map<string, Count>()
  return {
    note(name, code, of = '') {
      const key = `${name}\0${of}`
      const known = counts.get(key)
      if (known) known.occurrences++
      else counts.set(key, { name, code, occurrences: 1 })
      return !known
    },
    tell(emit, policy, showsAll) {
      const treatment = policy.of(summary.name, summary)
      if (counts.size === 0 || treatment === 'silence') return
      const told = [...counts.values()]
      const lines = told.map(
        ({ name, occurrences }) => `- ${name}: ${occurrences} ${occurrences === 1 ? 'occurrence' : 'occurrences'}`,
      )
      const hint = showsAll
        ? []
        : [
            'To see all deprecation instances instead of just the first occurrence of each, run command again with the `--show-all-deprecations` flag. You may also need to run with `--no-partial-parse` as some deprecations are only encountered during parsing.',
          ]
      const text = ['Summary of encountered deprecations:', ...lines, ...hint].join('\n\n')
      const message = deprecationText(text, `[WARNING][${summary.name}]`)
      if (treatment === 'error') {
        throw new CommandStopped([
          diagnostic({ code: 'execution/warning-is-error', message: eventText(summary, message, policy.width) }),
        ])
      }
      emit({
        kind: 'note',
        ...summary,
        level: 'warn',
        message,
        data: {
          summaries: told.map(({ name, code, occurrences }) => ({
            event_name: name,
            event_code: code,
            occurrences,
          })),
          show_all_hint: !showsAll,
        },
      })
    },
  }
}
