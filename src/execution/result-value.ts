/** Results as hooks at the end of a run see them: dbt's `results`, objects with `node`, `status`, `timing` … */
import { modelValue } from '../compile/graph-value.ts'
import type { RunState } from '../compile/run-state.ts'
import { utcDateTime } from '../context/modules/python-datetime.ts'
import type { GraphMember } from '../project/node.ts'
import { mergedDicts } from '../template/dict-access.ts'
import { toPython } from '../template/plain-data.ts'
import { fn, PyDict, PyFloat, PyObject, type Value } from '../template/value.ts'
import type { NodeResult } from './run-result.ts'

/** An object of dbt's: fields are attributes, `to_dict` gives them all. Made when it is first looked into. */
class DataObject extends PyObject {
  readonly typeName: string
  private readonly makeFields: () => PyDict
  private readonly makeDict: () => PyDict
  private known: PyDict | undefined

  constructor(typeName: string, fields: () => PyDict, dict: () => PyDict = fields) {
    super()
    this.typeName = typeName
    this.makeFields = fields
    this.makeDict = dict
  }

  override truthy(): boolean {
    return true
  }
  override attr(name: string): Value | undefined {
    if (name === 'to_dict') return fn('to_dict', () => this.makeDict())
    return this.fields().get(name)
  }
  override item(key: Value): Value | undefined {
    return this.fields().get(key)
  }
  override repr(): string {
    return `<${this.typeName} object>`
  }

  private fields(): PyDict {
    this.known ??= this.makeFields()
    return this.known
  }
}

/** @param more fields that only results of its kind have, such as the age of a source */
export function resultValue(result: NodeResult, member: GraphMember, state: RunState, more = new PyDict()): Value {
  const compiled = { code: result.compiledCode, path: null, extraCtes: [], extraCtesInjected: true }
  const node = (): PyDict => modelValue(state.graph, member, result.compiled ? { compiled } : {})
  return new DataObject(
    'RunResult',
    () =>
      resultFields(
        result,
        {
          node: new DataObject('Node', node),
          timing: result.timing.map(timingValue),
        },
        more,
      ),
    () => resultFields(result, { node: node(), timing: result.timing.map(timingDict) }, more),
  )
}

function resultFields(
  result: NodeResult,
  inner: { readonly node: Value; readonly timing: Value[] },
  more: PyDict,
): PyDict {
  const fields = PyDict.of({
    status: result.status,
    timing: inner.timing,
    thread_id: result.threadId,
    execution_time: new PyFloat(result.executionTimeMs / 1000),
    adapter_response: toPython(result.adapterResponse),
    message: result.message,
    failures: result.failures,
    batch_results: null,
    node: inner.node,
    unique_id: result.uniqueId,
  })
  return mergedDicts(fields, more)
}

type Timing = NodeResult['timing'][number]

function timingValue(timing: Timing): Value {
  const time = (ms: number): Value => utcDateTime(BigInt(Math.round(ms * 1000)))
  const fields = (): PyDict => {
    return PyDict.of({
      name: timing.name,
      started_at: time(timing.startedAtMs),
      completed_at: time(timing.completedAtMs),
    })
  }
  return new DataObject('TimingInfo', fields, () => timingDict(timing))
}

function timingDict({ name, startedAtMs, completedAtMs }: Timing): PyDict {
  return PyDict.of({ name, started_at: isoTime(startedAtMs), completed_at: isoTime(completedAtMs) })
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString()
}
