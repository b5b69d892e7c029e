/** Loops as code. */
import type { For, Target } from './ast.ts'
import { closeBuffer, declare, enterFrame, type Frame, innerFrame, openBuffer, store, write } from './code-frame.ts'
import { FunctionCode } from './code-unit.ts'
import { generateExpression } from './generate-expression.ts'
import { undeclaredNames } from './symbols.ts'
import { eachExpression, eachStatement, eachTargetName } from './walk.ts'

function assignsLoop(node: For): boolean {
  let found = false
  const look = (target: Target): void => eachTargetName(target, (name, ns) => (found ||= !ns && name === 'loop'))
  look(node.target)
  eachStatement([...node.body, ...node.otherwise], { store: look })
  return found
}

export function generateFor(frame: Frame, node: For): string {
  const hasScopedBlock = (): boolean => {
    let found = false
    eachStatement(node.body, { statement: one => (found ||= one.kind === 'block' && one.scoped) })
    return found
  }
  const isExtended = node.recursive || undeclaredNames(node.body, ['loop']).has('loop') || hasScopedBlock()
  if (assignsLoop(node)) throw frame.fail("Can't assign to special loop variable in for-loop target", node)
  if (node.recursive) return generateRecursive(frame, node)
  const iterable = generateExpression(frame, node.iterable)
  return generateLoop(frame, node, iterable, isExtended ? { recurse: 'null', depth: '0' } : undefined)
}

function generateRecursive(frame: Frame, node: For): string {
  const fn = new FunctionCode()
  fn.waits = true
  const render = frame.fn.temporary('r')
  const inner: Frame = { ...frame, fn, buffer: fn.local('o'), isRoot: false, inMacro: false }
  const loop = generateLoop(inner, node, 'items', { recurse: render, depth: 'depth' })
  const body = `${openBuffer(inner)}${loop}return ${closeBuffer(inner)}`
  frame.fn.waits = true
  const call = `yield*${render}(${generateExpression(frame, node.iterable)},0)`
  return `${render}=${fn.finish(['items', 'depth'], body, 'null')};${write(frame, `(${call})`, node.start)}`
}

function generateLoop(
  frame: Frame,
  node: For,
  iterable: string,
  extended: { readonly recurse: string; readonly depth: string } | undefined,
): string {
  const { fn, unit } = frame
  const inner = innerFrame(frame, { inLoop: true })
  if (extended) inner.symbols.parameter('loop')
  inner.symbols.parameters(node.target)
  inner.symbols.statements(node.body)
  declare(inner, node.target)
  const empty = node.otherwise.length > 0 ? fn.temporary('e') : undefined
  const item = fn.temporary('i')
  fn.countsSteps = true
  const place = unit.at(node.iterable)
  let code = empty ? `${empty}=true;` : ''
  let source = iterable
  let test = ''
  if (node.test && extended) source = filtered(frame, node, iterable)
  else if (node.test) test = generateLoopTest(frame, node)
  if (extended) {
    const loop = fn.local(inner.symbols.require('loop'))
    const context = fn.temporary('c')
    const { recurse, depth } = extended
    code += `${loop}=undefined;${context}=R.loopContext(E,${source},${recurse},${depth},${place});`
    code += `while((${item}=${context}.advance())!==undefined){${loop}=${context};`
  } else code += `for(${item} of R.iterate(${source},${place})){`
  code += `if(++n>R.maxSteps)R.endless();${store(inner, node.target, item)}${test}${enterFrame(inner)}`
  code += inner.statements(inner, node.body)
  code += empty ? `${empty}=false}` : '}'
  if (empty) {
    const otherwise = innerFrame(frame, {})
    otherwise.symbols.statements(node.otherwise)
    code += `if(${empty}){${enterFrame(otherwise)}${otherwise.statements(otherwise, node.otherwise)}}`
  }
  return code
}

/** The test of a loop that does not know its length: skip the item. */
function generateLoopTest(frame: Frame, node: For): string {
  if (!node.test) return ''
  const inner = testFrame(frame, node)
  return `${enterFrame(inner)}if(!R.truthy(${generateExpression(inner, node.test)}))continue;`
}

function testFrame(frame: Frame, node: For): Frame {
  const inner = innerFrame(frame, {})
  inner.symbols.parameters(node.target)
  inner.symbols.expression(node.test)
  return inner
}

/**
 * The items that pass the test, where `loop` can look ahead. The test runs when the next item is asked for, as in
 * Jinja; only when it calls something of the context, which may have to be waited for, all items are tested up front.
 */
function filtered(frame: Frame, node: For, iterable: string): string {
  const fn = new FunctionCode()
  const inner: Frame = { ...testFrame(frame, node), fn }
  const test = node.test ? generateExpression(inner, node.test) : 'true'
  declare(inner, node.target)
  const body = `${store(inner, node.target, 'item')}${enterFrame(inner)}return R.truthy(${test})`
  const place = frame.unit.at(node.iterable)
  const code = fn.finish(['item'], body, 'null')
  if (!fn.waits || !callsContext(inner, node)) return `R.filterLazily(${iterable},${code},${fn.waits},${place})`
  frame.fn.waits = true
  return `(yield*R.filterEagerly(${iterable},${code},${place}))`
}

function callsContext(frame: Frame, node: For): boolean {
  let found = false
  if (!node.test) return found
  eachExpression(node.test, one => {
    if (one.kind !== 'call') return
    let root = one.callee
    while (root.kind === 'attribute' || root.kind === 'item') root = root.object
    if (root.kind !== 'name') return
    const load = frame.symbols.loadOf(frame.symbols.require(root.name))
    if (one.callee.kind === 'name' || load?.kind === 'context') found = true
  })
  return found
}
