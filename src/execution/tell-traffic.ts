/** Tells how much goes over the network while a run goes on, and how much it was in the end. */
import type { Clock } from '../base/clock.ts'
import { lakeOf } from '../lake/lake-connection.ts'
import type { Traffic } from '../lake/traffic.ts'
import type { Run } from './run.ts'
import type { MovedBytes } from './run-result.ts'

const leastPauseMs = 200

export function tellTraffic({ database, sink }: Pick<Run, 'database' | 'sink'>, clock: Clock): void {
  const lake = lakeOf(database)
  if (lake === undefined) return
  let toldMs = 0
  lake.total.listener = total => {
    const nowMs = clock.elapsedMs()
    if (nowMs - toldMs < leastPauseMs) return
    toldMs = nowMs
    sink({ kind: 'bytes moved', atMs: clock.now(), moved: movedBytes(total) })
  }
}

/** Undefined where nothing went. */
export function movedInAll({ database }: Pick<Run, 'database'>): MovedBytes | undefined {
  const total = lakeOf(database)?.total
  return total === undefined || total.requests === 0 ? undefined : movedBytes(total)
}

function movedBytes({ bytesRead, bytesWritten, requests }: Traffic): MovedBytes {
  return { downloaded: bytesRead, uploaded: bytesWritten, requests }
}
