/** What the lines of a run need of earlier events: who a node is, when it started, on which thread, what it is at. */
import type { GraphMember, GroupNode } from '../../project/node.ts'
import { type FindGroup, groupData } from './group-data.ts'
import { mainThread } from './log-line.ts'
import { type LazyNodeInfo, nodeInfo } from './node-info.ts'

type Phase = 'compiling' | 'executing'

/** Everything is kept by unique id; groups by name. */
export class KnownNodes {
  private readonly nodes = new Map<string, GraphMember>()
  private readonly starts = new Map<string, number>()
  private readonly threads = new Map<string, string>()
  private readonly phases = new Map<string, Phase>()
  private readonly groups = new Map<string, GroupNode>()

  knowGroups(groups: Iterable<GroupNode>): void {
    for (const group of groups) this.groups.set(group.name, group)
  }

  meet(node: GraphMember): void {
    this.nodes.set(node.uniqueId, node)
  }

  start(node: GraphMember, atMs: number, thread?: string): void {
    this.meet(node)
    this.starts.set(node.uniqueId, atMs)
    if (thread !== undefined) this.threads.set(node.uniqueId, thread)
  }

  enter(node: GraphMember, phase: Phase): void {
    this.phases.set(node.uniqueId, phase)
  }

  readonly node = (uniqueId: string): GraphMember | undefined => this.nodes.get(uniqueId)
  readonly group: FindGroup = name => this.groups.get(name)

  startedAtMs(node: GraphMember): number | undefined {
    return this.starts.get(node.uniqueId)
  }

  threadOf(uniqueId: string | null): string {
    return (uniqueId === null ? undefined : this.threads.get(uniqueId)) ?? mainThread
  }

  groupOf(node: GraphMember): ReturnType<typeof groupData> {
    return groupData(node, this.group)
  }

  infoOf(node: GraphMember, status: string, finishedAtMs?: number): LazyNodeInfo {
    return nodeInfo(node, { status, startedAtMs: this.startedAtMs(node), finishedAtMs })
  }

  /** With what the node is at for a status. */
  currentInfo(node: GraphMember): LazyNodeInfo {
    return this.infoOf(node, this.phases.get(node.uniqueId) ?? 'started')
  }

  /** Nothing for what is no node, or none that was met. */
  infoOfId(uniqueId: string | null): { readonly node_info?: LazyNodeInfo } {
    const node = uniqueId === null ? undefined : this.nodes.get(uniqueId)
    return node === undefined ? {} : { node_info: this.currentInfo(node) }
  }
}
