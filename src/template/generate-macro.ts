/** Macros and the bodies of calls as code. */
import type { CallBlock, Macro, Signature, Statement } from './ast.ts'
import { closeBuffer, enterFrame, type Frame, innerFrame, openBuffer, writeUnchecked } from './code-frame.ts'
import { FunctionCode } from './code-unit.ts'
import { generateCall, generateExpression } from './generate-expression.ts'
import { undeclaredNames } from './symbols.ts'
import { runtimeError } from './template-error.ts'

export function generateMacro(frame: Frame, node: Macro): string {
  const macro = macroObject(frame, node, node.body, node.name)
  const exported = frame.topLevel ? `X.set(${JSON.stringify(node.name)},` : '('
  return `${exported}${frame.symbols.require(node.name)}=${macro});`
}

export function generateCallBlock(frame: Frame, node: CallBlock): string {
  const caller = frame.fn.temporary('c')
  const code = `${caller}=${macroObject(frame, node, node.body, null)};`
  return code + writeUnchecked(frame, generateCall(frame, node.call, caller), node.start)
}

/** A macro is described by its signature, and by which of `caller`, `kwargs` and `varargs` its body mentions. */
function macroObject(frame: Frame, node: Signature, body: readonly Statement[], name: string | null): string {
  const fn = new FunctionCode()
  const inner = innerFrame(frame, { fn, buffer: fn.local('o'), isRoot: false, inLoop: false, inMacro: true })
  const { symbols } = inner
  for (const parameter of node.parameters) symbols.parameter(parameter.name)
  for (const value of node.defaults) symbols.expression(value)
  symbols.statements(body)
  const names = node.parameters.map(one => one.name)
  if (new Set(names).size < names.length) throw runtimeError(`duplicate argument in the definition of '${name}'`)
  const refs = names.map(one => symbols.require(one))
  const special = undeclaredNames(body, ['caller', 'kwargs', 'varargs'])
  const explicitCaller = names.indexOf('caller')
  const firstDefault = names.length - node.defaults.length
  if (special.has('caller')) {
    if (explicitCaller === -1) refs.push(symbols.parameter('caller'))
    else if (explicitCaller < firstDefault) {
      const message = 'the special "caller" argument must be omitted or be given a default'
      throw frame.fail(message, node.parameters[explicitCaller] ?? { start: 0, end: 0 })
    }
  }
  const takes = (one: string): boolean => special.has(one) && !names.includes(one)
  for (const one of ['kwargs', 'varargs']) if (takes(one)) refs.push(symbols.parameter(one))
  let code = openBuffer(inner) + enterFrame(inner)
  const pending = new Set(names.map(one => symbols.require(one)))
  for (const [index, parameter] of names.entries()) {
    const ref = symbols.require(parameter)
    const value = index >= firstDefault ? node.defaults[index - firstDefault] : undefined
    const filled = value
      ? generateExpression({ ...inner, pending }, value)
      : `R.notProvided(E,${JSON.stringify(parameter)})`
    code += `if(${ref}===undefined)${ref}=${filled};`
    pending.delete(ref)
  }
  code += `${inner.statements(inner, body)}return ${closeBuffer(inner)}`
  const traced = name ?? 'caller'
  const text = fn.finish(refs, code, JSON.stringify(traced))
  const flags = [takes('kwargs'), takes('varargs'), special.has('caller'), fn.waits].map(Number).join(',')
  const description = frame.unit.constant(`R.describeMacro(${JSON.stringify(name)},${JSON.stringify(names)},${flags})`)
  return `R.macro(E,${description},${text})`
}
