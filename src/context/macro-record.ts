/** A macro as the namespace knows it, whoever parsed it, and who wants to hear of its calls. */
import type { Scope } from '../template/scope.ts'
import type { PyFunction } from '../template/value.ts'

export interface MacroRecord {
  /** `macro.<package>.<name>`. */
  readonly uniqueId: string
  readonly packageName: string
  /** The name as Jinja code calls it. */
  readonly name: string
  /** Path of its file, for messages. */
  readonly file?: string
  /** Binds the compiled macro to the names of one rendering. May compile on first use; called at most once a scope. */
  readonly bind: (scope: Scope) => PyFunction
}

export interface MacroRecorder {
  /** A macro was called with `depth` macros around it; depth 0 makes it a dependency of the node itself. */
  called(uniqueId: string, depth: number): void
}

/** Notes what is called with so many macros around it: each macro once, in order of first call. */
export class MacroCalls implements MacroRecorder {
  private readonly depth: number
  private readonly found = new Set<string>()

  constructor(depth: number) {
    this.depth = depth
  }

  called(uniqueId: string, depth: number): void {
    if (depth === this.depth) this.found.add(uniqueId)
  }

  get uniqueIds(): readonly string[] {
    return [...this.found]
  }
}
