/**
 * Nodes that were parsed before, looked at once more without parsing everything: those whose file holds another text now,
 * and those whose text asked for the time or an id. As long as they make the same calls, parsing everything again would
 * give the same nodes but for the texts.
 */
import { posix } from 'node:path'
import { DiagnosticError, Diagnostics } from '../base/diagnostic.ts'
import type { Config } from '../config/config.ts'
import { PyDict } from '../template/value.ts'
import { CapturedCalls } from './captured-calls.ts'
import { codeOf } from './code-files.ts'
import type { MacroRegistry } from './macro-registry.ts'
import { changedNode, type GraphMember, type Node } from './node.ts'
import { configComparison, NodeCalls, type NodeCode } from './node-calls.ts'
import { hasFileOfItsOwn } from './own-file.ts'
import { parseFacts } from './parse-project.ts'
import { ParseRenderer } from './parse-renderer.ts'
import { ParseWitness } from './parse-witness.ts'

export class RereadNodes {
  private readonly witness = new ParseWitness()
  private readonly calls: NodeCalls

  /** @param registry the macros of the project, which are as they were when it was parsed */
  constructor(config: Config, registry: MacroRegistry) {
    const renderer = new ParseRenderer(config, parseFacts(config), registry, this.witness)
    const compared = configComparison(config)
    this.calls = new NodeCalls({ renderer, registry, diagnostics: new Diagnostics(), compared })
  }

  /** The node with another text. @returns undefined when the text may change more than itself */
  edited(member: GraphMember, text: string): Node | undefined {
    if (!hasFileOfItsOwn(member)) return undefined
    const { resourceType, packageName, rawCode, codeOffset } = member
    const file = { path: member.file.path, text, isOnDisk: true as const }
    const now = codeOf(file)
    if (rawCode === '' || now.rawCode === '') return undefined
    const owner = { name: packageName }
    const before = this.certainCalls({ resourceType, owner, rawCode, codeOffset, file: { ...file, text: rawCode } })
    const after = before && this.certainCalls({ resourceType, owner, ...now, file })
    if (!before || !after || before.fingerprint() !== after.fingerprint()) return undefined
    return changedNode(member, { file, ...now })
  }

  private certainCalls(code: NodeCode): CapturedCalls | undefined {
    return orUndefined(() => this.calls.certainCalls(code))
  }

  /** Fingerprint of the calls that a node's text makes now. @returns undefined when that cannot be told of it alone */
  callsNow(member: GraphMember): string | undefined {
    if (!hasFileOfItsOwn(member)) return undefined
    const { resourceType, language, packageName, rawCode, codeOffset, file, originalFilePath } = member
    // Versions of a model have got another name since their text was read.
    const name = posix.basename(originalFilePath, '.sql')
    const uniqueId = `${resourceType}.${packageName}.${name}`
    const code = { resourceType, language, name, uniqueId, owner: { name: packageName }, rawCode, codeOffset, file }
    let sawModel = false
    const model = (): PyDict => {
      sawModel = true
      return new PyDict()
    }
    const { witness } = this
    const calls = orUndefined(() => this.calls.renderedCalls({ ...code, calls: new CapturedCalls() }, model))
    const isAlone = !sawModel && witness.said.length === 0 && witness.unrepeatable === undefined
    return isAlone ? calls?.fingerprint() : undefined
  }
}

function orUndefined<Result>(read: () => Result): Result | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof DiagnosticError) return undefined
    throw error
  }
}
