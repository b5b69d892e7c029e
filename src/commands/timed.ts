/** Tells how long a phase of a command took, also when it fails. */
import type { Phase } from './command-event.ts'
import type { Session } from './session.ts'

export function timed<T>(session: Session, phase: Phase, work: () => T): T {
  const { clock } = session.launch
  const startedMs = clock.elapsedMs()
  const tell = (): void => session.emit({ kind: 'phase ended', phase, durationMs: clock.elapsedMs() - startedMs })
  let result: T
  try {
    result = work()
  } catch (error) {
    tell()
    throw error
  }
  // A promise of a phase that goes on is told when it has ended.
  if (result instanceof Promise) result.then(tell, tell)
  else tell()
  return result
}
