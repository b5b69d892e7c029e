/** Which macros a macro's text calls, read off its syntax tree: dbt's static `depends_on.macros`. */
import type { Expression, Template } from '../template/ast.ts'
import { eachStatement } from '../template/walk.ts'

/** A call as written: `name`, `package.name`, or a dispatch. */
export type WrittenCall =
  | { readonly kind: 'plain'; readonly name: string }
  | { readonly kind: 'package'; readonly packageName: string; readonly name: string }
  | { readonly kind: 'dispatch'; readonly name: string; readonly macroNamespace: string | null }

/** Names of dbt's macro context: a call of one of them is no call of a macro. */
const contextNames = new Set([
  'source',
  'ref',
  'config',
  'builtins',
  'context',
  'dbt_version',
  'debug',
  'diff_of_two_dicts',
  'env_var',
  'exceptions',
  'flags',
  'fromjson',
  'fromyaml',
  'invocation_id',
  'local_md5',
  'log',
  'modules',
  'print',
  'project_name',
  'return',
  'run_started_at',
  'set',
  'set_strict',
  'target',
  'thread_id',
  'tojson',
  'toyaml',
  'var',
  'zip',
  'zip_strict',
])

export function writtenCalls(template: Template): readonly WrittenCall[] {
  const calls: WrittenCall[] = []
  const visit = (node: Expression): void => {
    if (node.kind === 'call') readCall(node, calls)
  }
  eachStatement(template.body, { load: visit })
  return calls
}

function readCall(node: Extract<Expression, { kind: 'call' }>, calls: WrittenCall[]): void {
  const { callee } = node
  if (callee.kind === 'name') {
    if (!contextNames.has(callee.name)) calls.push({ kind: 'plain', name: callee.name })
    return
  }
  if (callee.kind !== 'attribute' || callee.object.kind !== 'name') return
  const { name } = callee
  const packageName = callee.object.name
  if (packageName !== 'adapter') calls.push({ kind: 'package', packageName, name })
  else if (name === 'dispatch') readDispatch(node, calls)
}

function readDispatch(node: Extract<Expression, { kind: 'call' }>, calls: WrittenCall[]): void {
  const text = (argument: Expression | undefined): string | null =>
    argument?.kind === 'constant' && typeof argument.value === 'string' ? argument.value : null
  const named = (name: string): Expression | undefined => node.kwargs.find(one => one.name === name)?.value
  const name = text(node.args[0] ?? named('macro_name'))
  if (name === null) return
  calls.push({ kind: 'dispatch', name, macroNamespace: text(node.args[1] ?? named('macro_namespace')) })
}
