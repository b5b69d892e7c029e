/** Names of running processes, so that one can tell whether another that left its name in a file still runs. */
import { readFileSync } from 'node:fs'
import { hostname, uptime } from 'node:os'
import { errnoOf } from './file-failure.ts'

export function thisProcess(): string {
  return `${process.pid} ${hostname()}`
}

/** False only if the process was on this machine and is gone. */
export function isAlive(name: string): boolean {
  const [id = '', host] = name.split(' ')
  if (host !== hostname()) return true
  try {
    process.kill(Number(id), 0)
    return true
  } catch (error) {
    return errnoOf(error) !== 'ESRCH'
  }
}

let boot: string | undefined

/** Differs after every start of the machine. */
export function bootName(): string {
  boot ??= readBootName()
  return boot
}

function readBootName(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    const minute = 60_000
    return String(Math.round((Date.now() - uptime() * 1000) / minute))
  }
}
