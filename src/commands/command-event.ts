/**
 * What a command tells while it works, beside the events of its run: the closed union that reporters read. Each kind names
 * dbt's event.
 */
import type { Diagnostic } from '../base/diagnostic.ts'
import type { RunEvent } from '../execution/event.ts'
import type { Plan } from '../plan/plan.ts'
import type { GraphMember, GroupNode } from '../project/node.ts'

/** What a command does beside running nodes. */
export type Phase = 'read settings' | 'read parse cache' | 'parse' | 'link' | 'keep parse' | 'plan' | 'write artifacts'

export type CommandEvent =
  | RunEvent
  /** FoundStats (W006): what the project consists of. */
  | {
      readonly kind: 'project found'
      readonly statLine: string
      /** By unique id. */
      readonly groups: ReadonlyMap<string, GroupNode>
    }
  /** Warnings of reading the project, each under the name that its code stands for. */
  | { readonly kind: 'problem found'; readonly diagnostic: Diagnostic }
  /** MainEncounteredError (Z002): the command ends here, exit code 2. */
  | { readonly kind: 'command stopped'; readonly diagnostics: readonly Diagnostic[] }
  /** RunningOperationCaughtError (Q001). */
  | { readonly kind: 'operation failed'; readonly diagnostic: Diagnostic; readonly macro?: string }
  /** PrintEvent (Z052): output proper, such as the lines of `list`. */
  | { readonly kind: 'output'; readonly text: string }
  /** CompiledNode (Q042). */
  | { readonly kind: 'node compiled'; readonly node: GraphMember; readonly compiledCode: string }
  /** ArtifactWritten (P001). */
  | { readonly kind: 'artifact written'; readonly artifact: string; readonly path: string }
  /** The plan of `--dry-run`. */
  | { readonly kind: 'plan shown'; readonly plan: Plan }
  /** A part of the command that is no node: for `--profile-run` and the account of time, never a line. */
  | { readonly kind: 'phase ended'; readonly phase: Phase; readonly durationMs: number }
  /** Any other line of a command, under dbt's name and code. */
  | {
      readonly kind: 'note'
      readonly name: string
      readonly code: string
      readonly level: 'debug' | 'info' | 'warn' | 'error'
      readonly message: string
      readonly data?: Readonly<Record<string, unknown>>
    }

export type CommandSink = (event: CommandEvent) => void
