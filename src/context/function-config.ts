/** How a user-defined function is written, as dbt's FunctionConfig tells macros, and which macro it leads to. */
import { str } from '../template/repr.ts'
import { PyDict, type Value } from '../template/value.ts'
import { contextError } from './python-object.ts'
import { PythonRecord } from './python-record.ts'

/**
 * From the dict of a function's node; None for other nodes.
 * @throws `context/argument` when something is missing that functions of its language need
 */
export function functionConfig(model: Value): Value {
  if (!(model instanceof PyDict) || model.get('resource_type') !== 'function') return null
  const config = model.get('config')
  const configured = (name: string, fallback: Value): Value => {
    return config instanceof PyDict ? (config.get(name) ?? fallback) : fallback
  }
  const fields = {
    language: model.get('language') ?? '',
    type: configured('type', ''),
    runtime_version: configured('runtime_version', null),
    entry_point: configured('entry_point', null),
  }
  requireFunctionFields(fields)
  return new PythonRecord('FunctionConfig', fields)
}

function requireFunctionFields(fields: Readonly<Record<string, Value>>): void {
  const required = ['language', 'type']
    .filter(key => fields[key] === '')
    .map(key => `A \`${key}\` is required for functions`)
  const ofPython = [
    ['runtime_version', 'A `runtime_version` is required for python functions'],
    ['entry_point', 'An `entry_point` is required for python functions'],
  ] as const
  const missing = fields.language === 'python' ? ofPython.filter(([key]) => fields[key] === null) : []
  const [message] = [...required, ...missing.map(([, text]) => text)]
  if (message !== undefined) throw contextError('context/argument', message, { kind: 'Runtime' })
}

/** `scalar_function_sql`: the macro for a function of that kind and language. */
export function functionMacroName(config: Value): string {
  const part = (name: string): string => str(config instanceof PythonRecord ? (config.attr(name) ?? null) : null)
  return `${part('type')}_function_${part('language')}`
}
