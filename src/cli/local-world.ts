/** The network, programs and links of this machine. What few commands need is loaded by those. */
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
  enterFolder: path => process.chdir(path),
  serve: async (host, port, answer, signal, onListening) => {
    const { createServer } = await import('node:http')
    return new Promise((resolve, reject) => {
      const server = createServer((request, response) => {
        const found = answer((request.url ?? '/').split('?', 1)[0] ?? '/')
        response.writeHead(found === undefined ? 404 : 200, found && { 'content-type': found.type })
        response.end(found?.bytes)
      })
      server.on('error', reject)
      signal.addEventListener('abort', () => {
        server.closeAllConnections()
        server.close(() => resolve())
      })
      server.listen(port, host, onListening)
    })
  },
  system: `${platform()}-${release()}-${arch()}`,
  runtime: { version: process.versions.node, path: process.execPath },
}

async function runProgram(command: string, args: readonly string[], folder: string): Promise<ProgramResult> {
  const { execFile } = await import('node:child_process')
  return new Promise((resolve, reject) => {
    execFile(command, [...args], { cwd: folder, maxBuffer: maxOutputBytes }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') reject(error)
      else resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr })
    })
  })
}
