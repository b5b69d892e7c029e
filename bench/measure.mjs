/** Runs commands as whole processes and tells how long they took and how much memory they held at most. */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * @param {string[]} command program and arguments
 * @param {{ cwd?: string, env?: Record<string, string>, allowFailure?: boolean }} [options]
 * @returns {Promise<{ milliseconds: number, cpuMilliseconds: number, peakMiB: number, code: number, stdout: string }>} peak memory and CPU time
 * are 0 where `/proc` is not there
 */
export function once(command, { cwd, env, allowFailure = false } = {}) {
  return new Promise((resolve, reject) => {
    const started = performance.now()
    const child = spawn(command[0], command.slice(1), { cwd, env: { ...process.env, ...env } })
    let stdout = ''
    let stderr = ''
    let peakKiB = 0
    let cpuMilliseconds = 0
    const watch = setInterval(() => {
      peakKiB = Math.max(peakKiB, highWaterKiB(child.pid))
      cpuMilliseconds = Math.max(cpuMilliseconds, cpuOf(child.pid))
    }, 10)
    child.stdout.on('data', chunk => {
      stdout += chunk
    })
    child.stderr.on('data', chunk => {
      stderr += chunk
    })
    child.on('error', reject)
    child.on('exit', code => {
      const milliseconds = performance.now() - started
      clearInterval(watch)
      if (code !== 0 && !allowFailure) reject(new Error(`${command.join(' ')} ended with ${code}\n${stdout}${stderr}`))
      else resolve({ milliseconds, cpuMilliseconds, peakMiB: peakKiB / 1024, code, stdout })
    })
  })
}

/**
 * Medians over `runs` runs; `before` is called untimed ahead of each.
 * @param {() => string[]} command
 */
export async function median(command, { runs = 5, before, ...options } = {}) {
  const all = []
  for (let run = 0; run < runs; run++) {
    before?.()
    all.push(await once(command(), options))
  }
  return {
    milliseconds: middle(all.map(one => one.milliseconds)),
    cpuMilliseconds: middle(all.map(one => one.cpuMilliseconds)),
    peakMiB: middle(all.map(one => one.peakMiB)),
  }
}

/** @param {number[]} numbers */
export function middle(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)]
}

function highWaterKiB(pid) {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

/** Of a whole process. The name in front may hold anything but is in brackets; a tick is 10 ms on every Linux. */
function cpuOf(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return (Number(fields[11]) + Number(fields[12])) * 10
  } catch {
    return 0
  }
}
