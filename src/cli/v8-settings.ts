/**
 * How V8 shall work for commands that are short and leave memory to the database. V8 refuses kept code that was made under
 * other settings, so the build makes each file's under those that hold when it is loaded.
 */
import { setFlagsFromString } from 'node:v8'

/** @param newestV8 the last version that is known to have the setting: V8 complains aloud about what it does not have */
function set(flag: string, newestV8: number): void {
  if (Number.parseInt(process.versions.v8, 10) <= newestV8) setFlagsFromString(flag)
}

/**
 * Before the program is loaded. V8 optimizes what has run for a while; most commands are over before that pays, so the one of
 * Node 20 shall wait longer.
 */
export function prepareToLoad(): void {
  set('--interrupt-budget=264000', 11)
  letYoungSpaceGrow(false)
}

let streamCount = 0

/** What makes machine code of JavaScript: the optimizer, and the compiler of what runs often. */
const compilers = ['opt', 'sparkplug']

/**
 * While content streams to a bucket, JavaScript only hands on what others read and send: the machine code that V8 would make
 * of that takes more memory than all the content on its way. @returns to be called when the stream has ended
 */
export function beginStream(): () => void {
  if (streamCount++ === 0) for (const compiler of compilers) set(`--no-${compiler}`, 11)
  return () => {
    if (--streamCount === 0) for (const compiler of compilers) set(`--${compiler}`, 11)
  }
}

/** Looked at by a project for which more memory pays. */
const manyFiles = 200

/**
 * The space for short-lived objects. As long as it does not grow it is collected more often, which costs a small project no
 * time, and eight megabytes less are held. It grows for a project of many files, until it is held for good.
 */
export class YoungSpace {
  private fileCount = 0
  private isHeld = false

  /** A file is looked at. */
  noteFile(): void {
    this.fileCount += 1
    if (this.fileCount === manyFiles && !this.isHeld) letYoungSpaceGrow(true)
  }

  /** From now on the memory is the database's. */
  hold(): void {
    this.isHeld = true
    letYoungSpaceGrow(false)
  }
}

function letYoungSpaceGrow(grows: boolean): void {
  set(`--semi-space-growth-factor=${grows ? 2 : 1}`, 14)
}
