/**
 * From a syntax tree to JavaScript text. The text depends on nothing but the tree, so it can be kept on disk under the
 * hash of the template and in the shipped bundle; `instantiate` makes a template of it.
 *
 * The code is a function body with `R` (the runtime) free, which returns `{ at, main }`: `main(E, T, X)` renders the
 * template in evaluation E, with T naming the file for errors and X collecting the macros that it defines.
 */
import { nearName } from '../base/near-name.ts'
import { lineColumn } from '../base/source-file.ts'
import type { Block, If, SetBlock, Statement, Target, Template, With } from './ast.ts'
import {
  closeBuffer,
  closeRoot,
  declare,
  enterFrame,
  type Frame,
  innerFrame,
  mark,
  openBuffer,
  store,
  write,
  writeUnchecked,
} from './code-frame.ts'
import { type CodeMode, CodeUnit, FunctionCode } from './code-unit.ts'
import { filterNames, isFilter } from './filters.ts'
import { foldToText } from './fold.ts'
import { generateExpression, generateFilter } from './generate-expression.ts'
import { generateFor } from './generate-loop.ts'
import { generateCallBlock, generateMacro } from './generate-macro.ts'
import { generateReturn } from './generate-return.ts'
import type { TemplateText } from './lexer.ts'
import { Symbols, undeclaredNames } from './symbols.ts'
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
    statements: generateStatements,
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
