/** A project on disk whose runs, as processes of the built program, are killed. */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { expect } from 'vitest'

const program = resolve(import.meta.dirname, '../../dist/eider.js')

interface EndedProcess {
  /** The exit code; null for a process that was killed. */
  readonly code: number | null
  /** How long it lived. */
  readonly ms: number
}

export interface KilledProject {
  readonly folder: string
  /** Runs the command with the variable `round`, until its end or a kill after `killAfterMs`. */
  round(round: number, killAfterMs?: number): Promise<EndedProcess>
  remove(): void
}

/** @param command what is run each round */
export function killedProject(files: Readonly<Record<string, string>>, command: string): KilledProject {
  expect(existsSync(program), `${program} is built by npm ci`).toBe(true)
  const folder = mkdtempSync(join(tmpdir(), 'eider-killed-'))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return {
    folder,
    round: (round, killAfterMs) =>
      new Promise((done, fail) => {
        const started = performance.now()
        const child = spawn(process.execPath, [program, command, '--vars', `{"round": ${round}}`], { cwd: folder })
        const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs)
        child.on('error', fail)
        child.on('exit', code => {
          clearTimeout(timer)
          done({ code, ms: performance.now() - started })
        })
      }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
