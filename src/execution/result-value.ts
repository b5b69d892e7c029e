/** Results as hooks at the end of a run see them: dbt's `results`, objects with `node`, `status`, `timing` … */

import { modelValue } from '../compile/graph-value.ts'
import type { RunState } from '../compile/run-state.ts'
import { utcDateTime } from '../context/modules/python-datetime.ts'
import { PythonRecord } from '../context/python-record.ts'
import type { GraphMember } from '../project/node.ts'
import { toPython } from '../template/plain-data.ts'
import { PyDict, PyFloat, PyObject, type Value } from '../template/value.ts'
import type { NodeResult } from './run-result.ts'

export class ResultValue extends PyObject {
  readonly typeName = 'RunResult'
  private readonly result: NodeResult
  private readonly member: GraphMember
  private readonly state: RunState
  private dict: PyDict | undefined

  constructor(result: NodeResult, member: GraphMember, state: RunState) {
    super()
    this.result = result
    this.member = member
    this.state = state
  }

  override truthy(): boolean {
    return true
  }
  override attr(name: string): Value | undefined {
    if (name === 'to_dict') return new ToDict(() => this.plain())
    return this.fields().get(name)
  }
  override item(key: Value): Value | undefined {
    return this.fields().get(key)
  }
  override repr(): string {
    return `RunResult(status='${this.result.status}', node='${this.result.uniqueId}')`
  }

  private fields(): PyDict {
    this.dict ??= this.makeFields()
    return this.dict
  }

  private node(): PyDict {
    const { result, member, state } = this
    const compiled = result.compiled
      ? { code: result.compiledCode, path: null, extraCtes: [], extraCtesInjected: true }
      : undefined
    return modelValue(state.graph, member, compiled)
  }

  /** Dicts all the way down, times as text. */
  private plain(): PyDict {
    const fields = this.fields().copy()
    const iso = (ms: number): string => new Date(ms).toISOString()
    fields.set('node', this.node())
    fields.set(
      'timing',
      this.result.timing.map(({ name, startedAtMs, completedAtMs }) =>
        PyDict.of({ name, started_at: iso(startedAtMs), completed_at: iso(completedAtMs) }),
      ),
    )
    return fields
  }

  private makeFields(): PyDict {
    const { result } = this
    const node = this.node()
    return PyDict.of({
      status: result.status,
      timing: result.timing.map(
        ({ name, startedAtMs, completedAtMs }) =>
          new PythonRecord('TimingInfo', {
            name,
            started_at: time(startedAtMs),
            completed_at: time(completedAtMs),
          }),
      ),
      thread_id: result.threadId,
      execution_time: new PyFloat(result.executionTimeMs / 1000),
      adapter_response: toPython(result.adapterResponse),
      message: result.message,
      failures: result.failures,
      batch_results: null,
      node: new PythonRecord(
        'Node',
        Object.fromEntries(Array.from(node, ([key, value]) => [String(key), value] as const)),
      ),
      unique_id: result.uniqueId,
    })
  }
}

function time(ms: number): Value {
  return utcDateTime(BigInt(Math.round(ms * 1000)))
}

class ToDict extends PyObject {
  readonly typeName = 'method'
  private readonly make: () => PyDict
  constructor(make: () => PyDict) {
    super()
    this.make = make
  }
  override truthy(): boolean {
    return true
  }
  override call(): Value {
    return this.make().copy()
  }
}
