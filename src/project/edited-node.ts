/**
 * A node that was parsed before and whose file holds another text now. Where both texts make the same calls, and that is
 * certain without rendering, parsing everything again would give the same node but for its text.
 */
import { DiagnosticError, Diagnostics } from '../base/diagnostic.ts'
import type { Config } from '../config/config.ts'
import { repr } from '../template/repr.ts'
import type { CapturedCalls } from './captured-calls.ts'
import { codeOf } from './code-files.ts'
import type { MacroRegistry } from './macro-registry.ts'
import { changedNode, type GraphMember, type Node } from './node.ts'
import { configComparison, NodeCalls, type NodeCode } from './node-calls.ts'
import { parseFacts } from './parse-project.ts'
import { ParseRenderer } from './parse-renderer.ts'
import { ParseWitness } from './parse-witness.ts'

export class EditedNodes {
  private readonly calls: NodeCalls

  /** @param registry the macros of the project, which are as they were when it was parsed */
  constructor(config: Config, registry: MacroRegistry) {
    const renderer = new ParseRenderer(config, parseFacts(config), registry, new ParseWitness())
    const compared = configComparison(config)
    this.calls = new NodeCalls({ renderer, registry, diagnostics: new Diagnostics(), compared })
  }

  /** @returns undefined when the text may change more than itself */
  edited(member: GraphMember, text: string): Node | undefined {
    if (!hasFileOfItsOwn(member)) return undefined
    const { resourceType, packageName, rawCode, codeOffset } = member
    const file = { path: member.file.path, text, isOnDisk: true as const }
    const now = codeOf(file)
    if (rawCode === '' || now.rawCode === '') return undefined
    const owner = { name: packageName }
    const before = this.certainCalls({ resourceType, owner, rawCode, codeOffset, file: { ...file, text: rawCode } })
    const after = before && this.certainCalls({ resourceType, owner, ...now, file })
    if (!before || !after || callText(before) !== callText(after)) return undefined
    return changedNode(member, { file, ...now })
  }

  private certainCalls(code: NodeCode): CapturedCalls | undefined {
    try {
      return this.calls.certainCalls(code)
    } catch (error) {
      if (error instanceof DiagnosticError) return undefined
      throw error
    }
  }
}

/** One file, one node, and SQL: its text says nothing but what its calls say. */
function hasFileOfItsOwn(member: GraphMember): member is Node {
  switch (member.resourceType) {
    case 'model':
      return member.language === 'sql'
    case 'test':
      return member.generic === null
    default:
      return member.resourceType === 'analysis'
  }
}

function callText({ config, writtenConfig, refs, sources, metrics, functions, macros }: CapturedCalls): string {
  const written = writtenConfig && repr(writtenConfig)
  return JSON.stringify([repr(config), written, refs, sources, metrics, functions, [...macros]])
}
