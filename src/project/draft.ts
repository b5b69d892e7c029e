/**
 * A node that is known by its own file but not finished: properties files may still describe, rename or disable it.
 * Finished by finish-node.ts.
 */
import type { Place, SourceFile } from '../base/source-file.ts'
import type { CapturedCalls } from './captured-calls.ts'
import type { Checksum, GenericTestMetadata, NodeResourceType } from './node.ts'
import type { NodePatch } from './node-patch.ts'
import type { ProjectPackage } from './project-package.ts'

interface Hook {
  readonly when: 'on-run-start' | 'on-run-end'
  readonly index: number
}

export interface Draft {
  readonly resourceType: NodeResourceType
  readonly owner: ProjectPackage
  readonly file: SourceFile
  /** Relative to its package's folder. */
  readonly originalFilePath: string
  readonly path: string
  readonly language: 'sql' | 'python'
  readonly rawCode: string
  readonly codeOffset: number
  readonly checksum: Checksum
  readonly calls: CapturedCalls
  readonly createdAtMs: number
  /** Tags that the node has before its configuration adds some. */
  readonly firstTags: readonly string[]
  /** Changed for versioned models. */
  name: string
  uniqueId: string
  fqn: readonly string[]
  patch: NodePatch | undefined
  /** Of a hook. */
  readonly hook?: Hook | undefined
  readonly generic?: GenericTestMetadata
  /** A test's own description, which stands in its entry. */
  readonly description?: string
  /** A test's group is that of the node it is attached to. */
  attachedGroup?: string | null
  /** Where a generic test is written. */
  readonly place?: () => Place
  /** The configuration was already joined, and whether the node is enabled by it. */
  enabled: boolean
}
