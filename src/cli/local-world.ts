/** The network, programs and links of this machine. */
import { execFile } from 'node:child_process'
import { mkdtempSync, symlinkSync } from 'node:fs'
import { arch, platform, release, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { OutsideWorld, ProgramResult } from '../commands/outside-world.ts'

/** Output of `git` beyond this is an error. */
const maxOutputBytes = 64 * 1024 * 1024

export const localWorld: OutsideWorld = {
  download: async url => {
    const response = await fetch(url)
    return { status: response.status, bytes: new Uint8Array(await response.arrayBuffer()) }
  },
  run: runProgram,
  temporaryFolder: () => mkdtempSync(join(tmpdir(), 'eider-')),
  link: (target, path) => {
    try {
      symlinkSync(target, path, 'dir')
      return true
    } catch {
      return false
    }
  },
  system: `${platform()}-${release()}-${arch()}`,
  runtime: { version: process.versions.node, path: process.execPath },
}

function runProgram(command: string, args: readonly string[], folder: string): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    execFile(command, [...args], { cwd: folder, maxBuffer: maxOutputBytes }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') reject(error)
      else resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
    })
  })
}
