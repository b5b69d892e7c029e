/** What a node's templates ask for, collected while they are read or rendered in parse mode. */
import { sha256 } from '../base/fingerprint.ts'
import { addConfigCall } from '../config/merge-config.ts'
import { repr } from '../template/repr.ts'
import { PyDict } from '../template/value.ts'
import type { RefCall, SourceCall } from './node.ts'

export class CapturedCalls {
  /** Options of all `config(...)` calls, joined. */
  readonly config = new PyDict()
  /** Options of `config(...)` as written, where configuration is compared so and the text had to be rendered. */
  writtenConfig: PyDict | undefined
  readonly refs: RefCall[] = []
  readonly sources: SourceCall[] = []
  readonly metrics: (readonly string[])[] = []
  readonly functions: (readonly string[])[] = []
  /** Unique ids, in order of first call. */
  readonly macros = new Set<string>()

  addConfig(options: PyDict): void {
    addConfigCall(this.config, options)
  }

  /** The same for calls that make the same node. */
  fingerprint(): string {
    const { config, writtenConfig, refs, sources, metrics, functions, macros } = this
    const written = writtenConfig && repr(writtenConfig)
    return sha256(JSON.stringify([repr(config), written, refs, sources, metrics, functions, [...macros]])).slice(0, 24)
  }
}
