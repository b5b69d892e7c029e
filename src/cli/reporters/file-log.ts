/**
 * The log file: lines are appended, and the file is put aside as `dbt.log.1`, `dbt.log.2` … when it has grown too large.
 * A folder that cannot be written costs the log, never the run.
 */
import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'

const keptFiles = 5
/** Lines are gathered: one write for each of the thousands of lines of a run would cost more than some runs. */
const bufferedCharacters = 32 * 1024

export interface FileLog {
  write(line: string): void
  /** Lines so far are in the file when this returns. */
  flush(): void
}

const fileLogName = 'dbt.log'

/** `maxBytes` 0 means without limit. */
export function openFileLog(folder: string, maxBytes: number): FileLog {
  const path = join(folder, fileLogName)
  let buffer: string[] = []
  let characters = 0
  let broken = false
  const flush = (): void => {
    if (characters === 0 || broken) return
    const text = buffer.join('')
    buffer = []
    characters = 0
    try {
      mkdirSync(folder, { recursive: true })
      if (maxBytes > 0 && existsSync(path) && statSync(path).size + text.length > maxBytes) rotate(path)
      appendFileSync(path, text)
    } catch {
      broken = true
    }
  }
  return {
    write: line => {
      buffer.push(line, '\n')
      characters += line.length + 1
      if (characters >= bufferedCharacters) flush()
    },
    flush,
  }
}

function rotate(path: string): void {
  rmSync(`${path}.${keptFiles}`, { force: true })
  for (let number = keptFiles - 1; number >= 1; number--) {
    if (existsSync(`${path}.${number}`)) renameSync(`${path}.${number}`, `${path}.${number + 1}`)
  }
  renameSync(path, `${path}.1`)
}
