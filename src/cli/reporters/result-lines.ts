/** The line that tells how one node ended: each kind of node has its own event of dbt. */
import type { RunEvent } from '../../execution/event.ts'
import type { NodeResult } from '../../execution/run-result.ts'
import type { GraphMember } from '../../project/node.ts'
import { str } from '../../template/repr.ts'
import { type FindGroup, groupData } from './group-data.ts'
import { type Counted, type LineLevel, type LogLine, type Paint, statusLine } from './log-line.ts'
import { nodeInfo } from './node-info.ts'

type NodeFinished = Extract<RunEvent, { kind: 'node finished' }>

/** What `N of M …` lines are made of. */
export interface ResultContext {
  readonly width: number
  readonly startedAtMs: number | undefined
  readonly group: FindGroup
}

export function resultLine(event: NodeFinished, context: ResultContext): LogLine {
  switch (event.node.resourceType) {
    case 'test':
    case 'unit_test':
      return testLine(event, context)
    case 'seed':
      return seedLine(event, context)
    case 'snapshot':
      return snapshotLine(event, context)
    case 'source':
      return freshnessLine(event, context)
    case 'function':
      return outcomeLine(event, context, 'LogFunctionResult', 'Q047')
    default:
      return event.result.status === 'no-op'
        ? noOpLine(event, context)
        : outcomeLine(event, context, 'LogModelResult', 'Q012')
  }
}

interface Parts {
  readonly name: string
  readonly code: string
  readonly level: LineLevel
  readonly message: string
  readonly status: (paint: Paint) => string
  readonly data: Readonly<Record<string, unknown>>
}

function line(event: NodeFinished, context: ResultContext, parts: Parts): LogLine {
  const { result, counted, node } = event
  const seconds = result.executionTimeMs / 1000
  return {
    name: parts.name,
    code: parts.code,
    level: parts.level,
    thread: event.threadId,
    atMs: event.atMs,
    text: paint =>
      statusLine({
        message: parts.message,
        status: parts.status(paint),
        counted,
        width: context.width,
        executionTimeMs: result.executionTimeMs,
      }),
    data: {
      ...parts.data,
      execution_time: seconds,
      ...countData(counted),
      ...groupData(node, context.group),
      node_info: nodeInfo(node, {
        status: result.status,
        startedAtMs: context.startedAtMs,
        finishedAtMs: event.atMs,
      }),
    },
  }
}

export function countData(counted: Counted | undefined): Record<string, number> {
  return { index: counted?.index ?? 0, total: counted?.total ?? 0 }
}

const failed = (result: NodeResult): boolean => result.status === 'error' || result.status === 'runtime error'

function outcomeLine(event: NodeFinished, context: ResultContext, name: string, code: string): LogLine {
  const { result } = event
  const partial = result.status === 'partial success'
  const words = failed(result) ? 'ERROR creating' : partial ? 'PARTIALLY created' : 'OK created'
  const told = failed(result) ? 'error' : (result.message ?? 'OK')
  return line(event, context, {
    name,
    code,
    level: failed(result) ? 'error' : 'info',
    message: `${words} ${event.description}`,
    status: paint =>
      failed(result) ? paint.red('ERROR') : partial ? paint.yellow(told.toUpperCase()) : paint.green(told),
    data: { description: event.description, status: told },
  })
}

function seedLine(event: NodeFinished, context: ResultContext): LogLine {
  const { result, node } = event
  const relation = 'alias' in node ? node.alias : node.name
  const schema = 'schema' in node ? node.schema : ''
  return line(event, context, {
    name: 'LogSeedResult',
    code: 'Q016',
    level: failed(result) ? 'error' : 'info',
    message: `${failed(result) ? 'ERROR loading' : 'OK loaded'} seed file ${schema}.${relation}`,
    status: paint => (failed(result) ? paint.red('ERROR') : paint.green(result.message ?? 'OK')),
    data: { status: result.status, result_message: result.message ?? '', schema, relation },
  })
}

function snapshotLine(event: NodeFinished, context: ResultContext): LogLine {
  const { result, node } = event
  const description = event.description.replace(/^snapshot /, '')
  return line(event, context, {
    name: 'LogSnapshotResult',
    code: 'Q015',
    level: failed(result) ? 'error' : 'info',
    message: `${failed(result) ? 'ERROR snapshotting' : 'OK snapshotted'} ${description}`,
    status: paint => (failed(result) ? paint.red('ERROR') : paint.green(result.message ?? 'OK')),
    data: {
      description,
      status: result.status,
      cfg: () => configTexts(node),
      result_message: result.message ?? '',
    },
  })
}

/** What is set of the configuration, in Python's words. */
function configTexts({ config }: GraphMember): Record<string, string> {
  const set = [...config].filter(([, value]) => value !== null)
  return Object.fromEntries(set.map(([key, value]) => [str(key), str(value)]))
}

function testLine(event: NodeFinished, context: ResultContext): LogLine {
  const { result, node, counted } = event
  const name = event.description.replace(/^(unit_test|test) /, '')
  const { word, level, paintWith } = testWords(result)
  const made = line(event, context, {
    name: 'LogTestResult',
    code: 'Q007',
    level,
    message: `${word} ${name}`,
    status: paint => paint[paintWith](word),
    data: {
      name,
      status: result.status,
      num_failures: result.failures ?? 0,
      num_models: counted?.total ?? 0,
      ...attachedNode(node),
    },
  })
  const { total: _, ...data } = made.data
  return { ...made, data }
}

function testWords(result: NodeResult): { word: string; level: LineLevel; paintWith: keyof Paint } {
  switch (result.status) {
    case 'pass':
      return { word: 'PASS', level: 'info', paintWith: 'green' }
    case 'warn':
      return { word: `WARN ${result.failures ?? 0}`, level: 'warn', paintWith: 'yellow' }
    case 'fail':
      return { word: `FAIL ${result.failures ?? 0}`, level: 'error', paintWith: 'red' }
    default:
      return { word: 'ERROR', level: 'error', paintWith: 'red' }
  }
}

function attachedNode(node: GraphMember): Record<string, unknown> {
  if (node.resourceType !== 'test' || node.generic?.attachedNode == null) return {}
  return { attached_node: node.generic.attachedNode }
}

function freshnessLine(event: NodeFinished, context: ResultContext): LogLine {
  const { result, node } = event
  const source = node.resourceType === 'source' ? node.sourceName : ''
  const [word, paintWith, level] = freshnessWords(result)
  return line(event, context, {
    name: 'LogFreshnessResult',
    code: 'Q018',
    level,
    message: `${word} freshness of ${source}.${node.name}`,
    status: paint => paint[paintWith](word),
    data: { status: result.status, source_name: source, table_name: node.name },
  })
}

function freshnessWords(result: NodeResult): [word: string, paintWith: keyof Paint, level: LineLevel] {
  switch (result.status) {
    case 'runtime error':
      return ['ERROR', 'red', 'error']
    case 'error':
      return ['ERROR STALE', 'red', 'error']
    case 'warn':
      return ['WARN', 'yellow', 'warn']
    default:
      return ['PASS', 'green', 'info']
  }
}

function noOpLine(event: NodeFinished, context: ResultContext): LogLine {
  return line(event, context, {
    name: 'LogNodeNoOpResult',
    code: 'Q019',
    level: 'info',
    message: `NO-OP ${event.description}`,
    status: paint => paint.yellow('NO-OP'),
    data: { description: event.description, status: '' },
  })
}
