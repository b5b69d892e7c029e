/** The deprecated things that one command met: how often each, told at its end as dbt's `DeprecationsSummary`. */
import { diagnostic } from '../base/diagnostic.ts'
import type { WarningPolicy } from '../config/warning-policy.ts'
import type { CommandSink } from './command-event.ts'
import { CommandStopped } from './command-stopped.ts'

export interface DeprecationTally {
  /** @returns whether it is the first of its name */
  note(name: string, code: string): boolean
  /** @throws CommandStopped where the summary itself is a warning that counts as an error */
  tell(emit: CommandSink, policy: WarningPolicy, showsAll: boolean): void
}

const summary = { name: 'DeprecationsSummary', code: 'D028' }

interface Count {
  readonly code: string
  occurrences: number
}

export function deprecationTally(): DeprecationTally {
  const counts = new Map<string, Count>()
  return {
    note(name, code) {
      const known = counts.get(name)
      if (known) known.occurrences++
      else counts.set(name, { code, occurrences: 1 })
      return !known
    },
    tell(emit, policy, showsAll) {
      const treatment = policy.of(summary.name, summary)
      if (counts.size === 0 || treatment === 'silence') return
      const lines = [...counts].map(
        ([name, { occurrences }]) => `- ${name}: ${occurrences} ${occurrences === 1 ? 'occurrence' : 'occurrences'}`,
      )
      const hint = showsAll
        ? []
        : [
            'To see all deprecation instances instead of just the first occurrence of each, run command again with the `--show-all-deprecations` flag. You may also need to run with `--no-partial-parse` as some deprecations are only encountered during parsing.',
          ]
      const title = `[WARNING][${summary.name}]: Deprecated functionality`
      const message = [title, 'Summary of encountered deprecations:', ...lines, ...hint].join('\n')
      if (treatment === 'error') {
        throw new CommandStopped([diagnostic({ code: 'execution/warning-is-error', message })])
      }
      emit({
        kind: 'note',
        ...summary,
        level: 'warn',
        message,
        data: {
          summaries: Array.from(counts, ([name, { code, occurrences }]) => ({
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
