/** `docs serve`: the target folder over HTTP, for a documentation site that stands in it. */
import { posix } from 'node:path'
import { DiagnosticError } from '../base/diagnostic.ts'
import { loadSettings } from './load-graph.ts'
import { note } from './note.ts'
import type { Command } from './session.ts'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.json': 'application/json',
  '.css': 'text/css',
  '.js': 'text/javascript',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
}

export const docsServe: Command = async session => {
  const { config } = loadSettings(session)
  const { flags, files, projectFolder } = config
  const folder = posix.resolve(projectFolder, flags.targetPath)
  if (!files.exists(posix.join(folder, 'catalog.json'))) {
    throw new DiagnosticError({
      code: 'commands/no-documentation',
      kind: 'Runtime',
      message: `There is no catalog.json in "${folder}"`,
      hint: 'run `eider docs generate` first',
    })
  }
  const { outside, signal } = session
  const answer = (path: string): { type: string; bytes: Uint8Array } | undefined => {
    // A path that climbs out of the folder is cut off at its top.
    const inside = posix.join(folder, posix.normalize(`/${decodeURIComponent(path)}`))
    const bytes = files.readBytes(
      inside === folder || inside === `${folder}/` ? posix.join(folder, 'index.html') : inside,
    )
    return bytes && { type: types[posix.extname(inside)] ?? 'application/octet-stream', bytes }
  }
  await outside.serve(flags.host, flags.port, answer, signal, () => {
    const message = `Serving ${folder} at http://${flags.host}:${flags.port}. Press Ctrl+C to exit.`
    note(session, 'ServingDocsPort', 'Z018', message)
  })
  return 'success'
}
