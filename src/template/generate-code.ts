/**
 * From a syntax tree to JavaScript text. The text depends on nothing but the tree, so it can be kept on disk under the
 * hash of the template and in the shipped bundle; `instantiate` makes a template of it.
 *
 * The code is a function body with `R` (the runtime) free, which returns `{ at, main }`: `main(E, T, X)` renders the
 * template in evaluation E, with T naming the file for errors and X collecting the macros that it defines.
 */
import { nearName } from '../base/near-name.ts'
import { lineColumn } from '../base/source-file.ts'
import type { Block, CallBlock, For, If, Macro, SetBlock, Signature, Statement, Target, Template, With } from './ast.ts'
import { type CodeMode, CodeUnit, FunctionCode } from './code-unit.ts'
import { filterNames, isFilter } from './filters.ts'
import { foldToText } from './fold.ts'
import { type Frame, generateCall, generateExpression, generateFilter } from './generate-expression.ts'
import { generateReturn } from './generate-return.ts'
import type { TemplateText } from './lexer.ts'
import { type Load, Symbols, undeclaredNames } from './symbols.ts'
import { runtimeError, syntaxError } from './template-error.ts'
import { isTest, testNames } from './tests.ts'
import { eachExpression, eachStatement, eachTargetName } from './walk.ts'

/** @throws `template/syntax` for what Jinja finds only when it compiles: unknown filters, blocks defined twice */
export function generateCode(template: Template, source: TemplateText, mode: CodeMode = 'text'): string {
  const unit = new CodeUnit(mode)
  const fn = new FunctionCode()
  const symbols = new Symbols()
  const usesSelf = undeclaredNames(template.body, ['self']).has('self')
  if (usesSelf) symbols.parameter('self')
  symbols.statements(template.body)
  const frame: Frame = {
    unit,
    fn,
    symbols,
    buffer: fn.local('o'),
    isRoot: true,
    topLevel: true,
    soft: false,
    inLoop: false,
    inMacro: false,
    lookup: name => `E.lookup(${JSON.stringify(name)})`,
    escape: undefined,
    pending: new Set(),
    fail: (message, at) => {
      const place = { file: source.file, start: source.base + at.start, end: source.base + at.end }
      return syntaxError(message, place)
    },
    isKnown: (kind, name) => (kind === 'filter' ? isFilter(name) : isTest(name)),
    nearest: (kind, name) => nearName(name, kind === 'filter' ? filterNames() : testNames()),
    lineOf: offset => lineColumn({ path: '', text: source.text }, offset).line,
  }
  const blocks = collectBlocks(template, frame)
  let body = mode === 'native' ? 'o=[];' : "o='';"
  body += enterFrame(frame)
  if (usesSelf || blocks.length > 0) {
    body += `${fn.local('B')}={};`
    if (usesSelf) body += `${fn.local(symbols.require('self'))}=R.selfReference(B);`
    for (const block of blocks) body += `B[${JSON.stringify(block.name)}]=${blockFunction(frame, block)};`
  }
  body += generateStatements(frame, template.body)
  const main = fn.finish(['E', 'T', 'X', 'M'], `${body}return ${closeRoot(frame)}`, 'null')
  return unit.finish(`waits:${fn.waits},main:${main}`)
}

function collectBlocks(template: Template, frame: Frame): Block[] {
  const blocks: Block[] = []
  eachStatement(template.body, {
    statement(node) {
      if (node.kind !== 'block') return
      if (blocks.some(block => block.name === node.name)) throw frame.fail(`block '${node.name}' defined twice`, node)
      blocks.push(node)
    },
  })
  return blocks
}

function generateStatements(frame: Frame, statements: readonly Statement[]): string {
  let code = ''
  for (const node of statements) code += generateStatement(frame, node)
  return code
}

function generateStatement(frame: Frame, node: Statement): string {
  switch (node.kind) {
    case 'output':
      return generateOutput(frame, node)
    case 'set':
      return generateAssignment(frame, node.target, generateExpression(frame, node.value), node)
    case 'setBlock':
      return generateSetBlock(frame, node)
    case 'for':
      return generateFor(frame, node)
    case 'if':
      return generateIf({ ...frame, soft: true }, node)
    case 'with':
      return generateWith(frame, node)
    case 'macro':
      return generateMacro(frame, node)
    case 'callBlock':
      return generateCallBlock(frame, node)
    case 'filterBlock': {
      const inner = innerFrame(frame, { buffer: frame.fn.temporary('o'), isRoot: false })
      inner.symbols.statements(node.body)
      inner.symbols.expression(node.filter)
      const body = openBuffer(inner) + enterFrame(inner) + generateStatements(inner, node.body)
      return body + writeUnchecked(frame, generateFilter(inner, node.filter, closeBuffer(inner)), node.start)
    }
    case 'do': {
      const leaving = generateReturn(frame, node.value)
      return leaving ? `${leaving.before}${leaving.call};` : `${generateExpression(frame, node.value)};`
    }
    case 'break':
    case 'continue':
      if (!frame.inLoop) throw runtimeError(`'${node.kind}' outside loop`)
      return `${node.kind};`
    case 'autoescape': {
      const inner = innerFrame(frame, { escape: frame.fn.temporary('a') })
      inner.symbols.expression(node.value)
      inner.symbols.statements(node.body)
      const value = `${inner.escape}=R.truthy(${generateExpression(inner, node.value)});`
      return enterFrame(inner) + value + generateStatements(inner, node.body)
    }
    case 'block':
      return generateBlock(frame, node)
    case 'load':
      if (node.tag === 'extends' && !frame.topLevel) {
        throw frame.fail('cannot use extend from a non top-level scope', node)
      }
      return `R.noLoader(${generateExpression(frame, node.template)},${frame.unit.at(node)});`
  }
}

function innerFrame(frame: Frame, changes: Partial<Frame>): Frame {
  return { ...frame, symbols: new Symbols(frame.symbols), topLevel: false, soft: false, ...changes }
}

/** Gives the variables of a frame their first values. */
function enterFrame(frame: Frame): string {
  let code = ''
  for (const [ref, load] of frame.symbols.loads) {
    if (load.kind !== 'parameter') code += `${frame.fn.local(ref)}=${firstValue(frame, load)};`
  }
  return code
}

function firstValue(frame: Frame, load: Exclude<Load, { kind: 'parameter' }>): string {
  if (load.kind === 'alias') return load.of
  return load.kind === 'context' ? frame.lookup(load.name) : 'undefined'
}

function openBuffer(frame: Frame): string {
  if (frame.unit.mode === 'native') return `${frame.buffer}=[];`
  return `${frame.fn.local(`${frame.buffer}x`)}=undefined;${frame.buffer}='';`
}

function closeBuffer(frame: Frame): string {
  const { buffer, unit, fn } = frame
  if (unit.mode === 'native') return `R.joinNative(${buffer})`
  return fn.unchecked.has(buffer) ? `R.checked(${buffer},${buffer}x)` : buffer
}

function closeRoot(frame: Frame): string {
  return frame.unit.mode === 'native' ? frame.buffer : closeBuffer(frame)
}

function mark(frame: Frame, offset: number): string {
  return frame.unit.mode === 'mapped' && frame.isRoot ? `M.push(${frame.buffer}.length,${offset});` : ''
}

function write(frame: Frame, code: string, offset: number): string {
  const { buffer, unit } = frame
  if (unit.mode === 'native') return `${buffer}.push(${code});`
  const text = frame.escape ? `R.escaped(${frame.escape},${code})` : `R.str(${code})`
  return `${mark(frame, offset)}${buffer}+=${text};`
}

/** Call blocks and filter blocks write their value as it is: unless it is text, the buffer cannot be read later. */
function writeUnchecked(frame: Frame, code: string, offset: number): string {
  const { buffer, unit, fn } = frame
  if (unit.mode === 'native') return `${buffer}.push(${code});`
  const value = fn.temporary()
  fn.unchecked.add(buffer)
  const bad = fn.local(`${buffer}x`)
  return `${mark(frame, offset)}if(R.isText(${value}=${code}))${buffer}+=R.str(${value});else ${bad}=${value};`
}

function generateOutput(frame: Frame, node: Extract<Statement, { kind: 'output' }>): string {
  const { buffer, unit } = frame
  let code = ''
  let text = ''
  let textStart = 0
  const flush = (): void => {
    if (text === '') return
    code += mark(frame, textStart)
    const literal = JSON.stringify(text)
    code += unit.mode === 'native' ? `${buffer}.push(${literal});` : `${buffer}+=${literal};`
    text = ''
  }
  let open = false
  for (const item of node.items) {
    const constant = item.kind === 'data' ? item.text : frame.escape ? undefined : foldToText(item, unit.mode)
    if (constant === undefined && item.kind !== 'data') {
      if (open && text === '' && unit.mode === 'native') code += `${buffer}.push("");`
      flush()
      open = false
      const leaving = generateReturn(frame, item)
      code += leaving?.before ?? ''
      code += write(frame, leaving?.call ?? generateExpression(frame, item), item.start)
      continue
    }
    if (text === '') textStart = item.start
    text += constant ?? ''
    open = true
    if (unit.mode === 'mapped') flush()
  }
  if (open && text === '' && unit.mode === 'native') code += `${buffer}.push("");`
  flush()
  return code
}

function generateAssignment(frame: Frame, target: Target, value: string, node: { start: number; end: number }): string {
  const { unit } = frame
  let code = ''
  const checked = new Set<string>()
  eachTargetName(target, (name, isNamespace) => {
    if (!isNamespace || checked.has(name)) return
    checked.add(name)
    code += `R.checkNamespace(${frame.symbols.require(name)},${unit.at(node)});`
  })
  return code + store(frame, target, value)
}

function store(frame: Frame, target: Target, value: string): string {
  switch (target.kind) {
    case 'name':
      return `${frame.symbols.require(target.name)}=${value};`
    case 'namespace':
      return `R.setNamespace(${frame.symbols.require(target.name)},${JSON.stringify(target.attribute)},${value});`
    case 'targets': {
      const parts = frame.fn.temporary('u')
      const code = `${parts}=R.unpack(${value},${target.items.length},${frame.unit.at(target)});`
      return code + target.items.map((item, index) => store(frame, item, `${parts}[${index}]`)).join('')
    }
  }
}

function generateSetBlock(frame: Frame, node: SetBlock): string {
  const inner = innerFrame(frame, { buffer: frame.fn.temporary('o'), isRoot: false })
  inner.symbols.statements(node.body)
  if (node.filter) {
    eachExpression(node.filter, one => {
      if (one.kind === 'name') inner.symbols.load(one.name)
    })
  }
  const body = openBuffer(inner) + enterFrame(inner) + generateStatements(inner, node.body)
  const text = frame.escape ? `R.markup(${frame.escape},${closeBuffer(inner)})` : closeBuffer(inner)
  const value = node.filter ? generateFilter(inner, node.filter, text) : text
  return body + generateAssignment(frame, node.target, value, node)
}

function generateIf(frame: Frame, node: If): string {
  let code = ''
  for (const branch of node.branches) {
    const test = generateExpression(frame, branch.test)
    code += `if(R.truthy(${test})){${generateStatements(frame, branch.body)}}else `
  }
  return `${code}{${generateStatements(frame, node.otherwise)}}`
}

function generateWith(frame: Frame, node: With): string {
  const inner = innerFrame(frame, {})
  for (const target of node.targets) inner.symbols.parameters(target)
  inner.symbols.statements(node.body)
  let code = enterFrame(inner)
  for (const [index, target] of node.targets.entries()) {
    const value = node.values[index]
    declare(inner, target)
    if (value) code += store(inner, target, generateExpression(frame, value))
  }
  return code + generateStatements(inner, node.body)
}

function declare(frame: Frame, target: Target): void {
  eachTargetName(target, name => frame.fn.local(frame.symbols.require(name)))
}

function assignsLoop(node: For): boolean {
  let found = false
  const look = (target: Target): void => eachTargetName(target, (name, ns) => (found ||= !ns && name === 'loop'))
  look(node.target)
  eachStatement([...node.body, ...node.otherwise], { store: look })
  return found
}

function generateFor(frame: Frame, node: For): string {
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
  code += generateStatements(inner, node.body)
  code += empty ? `${empty}=false}` : '}'
  if (empty) {
    const otherwise = innerFrame(frame, {})
    otherwise.symbols.statements(node.otherwise)
    code += `if(${empty}){${enterFrame(otherwise)}${generateStatements(otherwise, node.otherwise)}}`
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

function generateBlock(frame: Frame, node: Block): string {
  if (node.required) return `R.requiredBlock(${JSON.stringify(node.name)},${frame.unit.at(node)});`
  frame.fn.waits = true
  const block = node.scoped ? `(${blockFunction(frame, node)})` : `B[${JSON.stringify(node.name)}]`
  if (frame.unit.mode === 'native') return `${frame.buffer}.push(...(yield*${block}()));`
  return write(frame, `(yield*${block}())`, node.start)
}

/** A block sees the context and the names that the template sets at its top level; a scoped one all names around it. */
function blockFunction(frame: Frame, node: Block): string {
  const fn = new FunctionCode()
  fn.waits = true
  const symbols = new Symbols(undefined, `b${node.start}_0_`)
  const special = undeclaredNames(node.body, ['self', 'super'])
  for (const name of special) symbols.parameter(name)
  symbols.statements(node.body)
  const lookup = (name: string): string => {
    const outer = node.scoped || frame.symbols.stores.has(name) ? frame.symbols.find(name) : undefined
    return outer === undefined ? frame.lookup(name) : `${outer}!==undefined?${outer}:${frame.lookup(name)}`
  }
  const changes = {
    fn,
    symbols,
    lookup,
    buffer: fn.local('o'),
    isRoot: false,
    topLevel: false,
    inLoop: false,
    inMacro: false,
  }
  const inner: Frame = { ...frame, ...changes }
  let code = openBuffer(inner)
  if (special.has('self')) code += `${fn.local(symbols.require('self'))}=R.selfReference(B);`
  if (special.has('super'))
    code += `${fn.local(symbols.require('super'))}=E.missing({message:"there is no parent block"});`
  code += enterFrame(inner)
  return fn.finish([], `${code}${generateStatements(inner, node.body)}return ${closeRoot(inner)}`, 'null')
}

function generateMacro(frame: Frame, node: Macro): string {
  const macro = macroObject(frame, node, node.body, node.name)
  const exported = frame.topLevel ? `X.set(${JSON.stringify(node.name)},` : '('
  return `${exported}${frame.symbols.require(node.name)}=${macro});`
}

function generateCallBlock(frame: Frame, node: CallBlock): string {
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
  code += `${generateStatements(inner, body)}return ${closeBuffer(inner)}`
  const traced = name ?? 'caller'
  const text = fn.finish(refs, code, JSON.stringify(traced))
  const flags = [takes('kwargs'), takes('varargs'), special.has('caller'), fn.waits].map(Number).join(',')
  const description = frame.unit.constant(`R.describeMacro(${JSON.stringify(name)},${JSON.stringify(names)},${flags})`)
  return `R.macro(E,${description},${text})`
}
