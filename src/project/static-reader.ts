/**
 * Reads what a template calls off its syntax tree when parse mode can only have one outcome: calls with literal
 * arguments that run exactly once, macros that capture nothing, branches that parse mode never enters (`is_incremental()`,
 * `execute`), loops and branches with nothing to capture in them. Whatever is not certain has to be rendered.
 */
import type { Expression, Statement, Template } from '../template/ast.ts'
import { eachStatement } from '../template/walk.ts'
import { CapturedCalls } from './captured-calls.ts'
import { readConfig, readRef, readSource } from './static-calls.ts'

type Call = Extract<Expression, { kind: 'call' }>

/** What the reader has to know of the project. */
export interface StaticNames {
  /** The macro that a call means, when rendering it in parse mode captures nothing: its unique id. */
  quietMacro(packageName: string | null, name: string): string | undefined
  /** Unique id of the macro that a plain name means. */
  macro(name: string): string | undefined
  /** A variable whose value is no template. */
  isPlainVar(name: string): boolean
}

/** Functions that neither capture nor fail nor tell anybody. */
const safeFunctions = new Set(['range', 'dict', 'namespace', 'tojson', 'zip'])
/** Objects of the context whose methods capture nothing. */
const safeObjects = new Set(['loop', 'target', 'this'])
const safeConfigMethods = new Set(['get', 'require', 'meta_get', 'meta_require'])
const knownFilters = new Set(
  'abs batch capitalize count d default dictsort first float format indent int items join last length list lower map max min reject rejectattr replace reverse round select selectattr sort string sum title tojson trim truncate unique upper'.split(
    ' ',
  ),
)

/** Adds the calls of a template. @returns false, and adds nothing, when the template has to be rendered */
export function readStatically(template: Template, names: StaticNames, into: CapturedCalls): boolean {
  const reader = new StaticReader(names)
  if (!reader.statements(template.body)) return false
  const { calls } = reader
  if (calls.config.size > 0) into.addConfig(calls.config)
  into.refs.push(...calls.refs)
  into.sources.push(...(reader.isPlain ? distinct(calls.sources) : calls.sources))
  for (const macro of calls.macros) into.macros.add(macro)
  return true
}

/** dbt's own static parser, which knows nothing but these calls, gives each source once. */
function distinct(sources: CapturedCalls['sources']): CapturedCalls['sources'] {
  const known = new Map(sources.map(one => [`${one.source}\0${one.table}`, one] as const))
  return [...known.values()]
}

class StaticReader {
  readonly calls = new CapturedCalls()
  /** Nothing but prints of `ref`, `source` and `config` so far. */
  isPlain = true
  private readonly names: StaticNames
  private readonly locals = new Set<string>()

  constructor(names: StaticNames) {
    this.names = names
  }

  statements(nodes: readonly Statement[]): boolean {
    return nodes.every(node => this.statement(node))
  }

  private statement(node: Statement): boolean {
    if (node.kind === 'output') return node.items.every(item => item.kind === 'data' || this.expression(item))
    this.isPlain = false
    switch (node.kind) {
      case 'do':
        return this.expression(node.value)
      case 'set':
        if (node.target.kind !== 'name' || !this.expression(node.value)) return false
        this.locals.add(node.target.name)
        return true
      case 'for':
        if (!this.expression(node.iterable) || node.test || node.target.kind === 'namespace') return false
        for (const name of node.target.kind === 'name' ? [node.target] : node.target.items) {
          if (name.kind === 'name') this.locals.add(name.name)
        }
        return this.isInert(node.body) && this.isInert(node.otherwise)
      case 'if':
        return this.branch(node)
      default:
        return false
    }
  }

  private branch(node: Extract<Statement, { kind: 'if' }>): boolean {
    const [first, ...more] = node.branches
    if (!first) return false
    if (more.length === 0 && this.isNeverEntered(first.test)) return this.statements(node.otherwise)
    const bodies = [first.body, ...more.map(one => one.body), node.otherwise]
    return (
      this.expression(first.test) &&
      more.every(one => this.isInertExpression(one.test)) &&
      bodies.every(body => this.isInert(body))
    )
  }

  /** `execute` and `is_incremental()` are false while parsing. */
  private isNeverEntered(test: Expression): boolean {
    if (test.kind === 'name') return test.name === 'execute' && !this.locals.has('execute')
    if (test.kind !== 'call' || test.callee.kind !== 'name' || test.callee.name !== 'is_incremental') return false
    if (test.args.length > 0 || this.names.macro('is_incremental') !== 'macro.dbt.is_incremental') return false
    this.calls.macros.add('macro.dbt.is_incremental')
    return true
  }

  private expression(node: Expression): boolean {
    switch (node.kind) {
      case 'constant':
        return true
      case 'name':
        this.isPlain = false
        return true
      case 'call':
        return this.call(node)
      case 'list':
      case 'tuple':
      case 'concat':
        this.isPlain = false
        return node.items.every(item => this.expression(item))
      case 'dict':
        this.isPlain = false
        return node.pairs.flat().every(item => this.expression(item))
      case 'attribute':
        this.isPlain = false
        return this.expression(node.object)
      case 'not':
        return this.expression(node.operand)
      case 'and':
      case 'or':
        return this.expression(node.left) && this.isInertExpression(node.right)
      case 'compare':
        if (node.rest.some(one => one.operator !== '==' && one.operator !== '!=')) return false
        return this.expression(node.first) && node.rest.every(one => this.expression(one.operand))
      case 'filter':
        this.isPlain = false
        return (
          node.input !== undefined &&
          knownFilters.has(node.name) &&
          this.expression(node.input) &&
          node.args.every(one => this.expression(one)) &&
          node.kwargs.every(one => this.expression(one.value))
        )
      default:
        return false
    }
  }

  private call(node: Call): boolean {
    if (node.rest || node.restNamed) return false
    const { callee } = node
    if (callee.kind === 'attribute') return this.methodCall(node, callee)
    if (callee.kind !== 'name' || this.locals.has(callee.name)) return false
    switch (callee.name) {
      case 'ref': {
        const ref = readRef(node)
        if (ref) this.calls.refs.push(ref)
        return ref !== undefined
      }
      case 'source': {
        const source = readSource(node)
        if (source) this.calls.sources.push(source)
        return source !== undefined
      }
      case 'config':
        return readConfig(node, this.calls)
      default:
        this.isPlain = false
        return this.functionCall(node, callee.name)
    }
  }

  private functionCall(node: Call, name: string): boolean {
    if (name === 'var') {
      const [variable] = node.args
      const known = variable?.kind === 'constant' && typeof variable.value === 'string'
      return known && this.names.isPlainVar(String(variable.value)) && this.arguments(node)
    }
    const macro = this.names.quietMacro(null, name)
    if (macro === undefined) return safeFunctions.has(name) && this.arguments(node)
    return this.macroCall(node, macro)
  }

  private methodCall(node: Call, callee: Extract<Expression, { kind: 'attribute' }>): boolean {
    this.isPlain = false
    const { object, name } = callee
    if (refusesArguments(object)) return false
    if (object.kind !== 'name') return this.expression(object) && this.arguments(node)
    if (this.locals.has(object.name) || safeObjects.has(object.name)) return this.arguments(node)
    if (object.name === 'config') return safeConfigMethods.has(name) && this.arguments(node)
    const macro = this.names.quietMacro(object.name, name)
    return macro !== undefined && this.macroCall(node, macro)
  }

  /** Arguments are computed before the macro runs. */
  private macroCall(node: Call, macro: string): boolean {
    if (!this.arguments(node)) return false
    this.calls.macros.add(macro)
    return true
  }

  private arguments(node: Call): boolean {
    return node.args.every(one => this.expression(one)) && node.kwargs.every(one => this.expression(one.value))
  }

  /** Nothing in there could capture anything, however often it runs. */
  private isInert(nodes: readonly Statement[]): boolean {
    let inert = true
    eachStatement(nodes, {
      load: node => {
        if (inert && !this.isInertNode(node)) inert = false
      },
      store: target => {
        if (target.kind === 'name') this.locals.add(target.name)
      },
      statement: node => {
        if (['macro', 'callBlock', 'load', 'filterBlock'].includes(node.kind)) inert = false
      },
    })
    return inert
  }

  private isInertExpression(node: Expression): boolean {
    return this.isInert([{ kind: 'do', value: node, start: node.start, end: node.end }])
  }

  private isInertNode(node: Expression): boolean {
    if (node.kind === 'filter') return knownFilters.has(node.name)
    if (node.kind !== 'call') return true
    const { callee } = node
    if (callee.kind === 'name') return safeFunctions.has(callee.name) && !this.names.quietMacro(null, callee.name)
    if (callee.kind !== 'attribute') return false
    const { object } = callee
    if (refusesArguments(object)) return false
    return object.kind !== 'name' || this.locals.has(object.name) || safeObjects.has(object.name)
  }
}

/** `api.Relation`, `modules.datetime.date`: their methods fail with arguments that do not fit, such as what is undefined. */
function refusesArguments(object: Expression): boolean {
  let root = object
  while (root.kind === 'attribute') root = root.object
  return root.kind === 'name' && root !== object && (root.name === 'api' || root.name === 'modules')
}
