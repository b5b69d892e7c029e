/** `return(x)` as code: macros that call the context's function leave without throwing. */
import type { Expression } from './ast.ts'
import type { Frame } from './code-frame.ts'
import { awaited, generateExpression, loadName } from './generate-expression.ts'

/**
 * For a call of `return` with one value in the body of a macro: code that leaves if the name means the function of the
 * context, and behind it the call for when it means something else.
 */
export function generateReturn(frame: Frame, node: Expression): { before: string; call: string } | undefined {
  if (!frame.inMacro || node.kind !== 'call' || node.callee.kind !== 'name' || node.callee.name !== 'return') {
    return undefined
  }
  const [given, ...others] = node.args
  if (given === undefined || others.length > 0 || node.kwargs.length > 0 || node.rest || node.restNamed)
    return undefined
  const value = frame.fn.temporary()
  const name = loadName(frame, 'return')
  return {
    before: `${value}=${generateExpression(frame, given)};if(${name}===R.returnFunction)return new R.ReturnSignal(${value});`,
    call: awaited(frame, `R.call(${name},[${value}],R.noKwargs,${frame.unit.at(node)})`),
  }
}
