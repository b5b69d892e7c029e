/** Python's `re` over JavaScript's engine. Positions are counted in code points, as Python counts. */

import { repr, str } from '../../template/repr.ts'
import { lookupError, typeError, valueError } from '../../template/template-error.ts'
import { characters, hasSurrogates, pointIndex } from '../../template/text.ts'
import { PyDict, type PyFunction, PyIterator, PyObject, PyTuple, typeName, type Value } from '../../template/value.ts'
import { type Attributes, attributeOf, contextFunction, method, type ParameterPart } from '../python-object.ts'
import { intArgument, PythonClass } from './python-class.ts'
import { type JsPattern, regexFlags, translatePattern } from './regex-syntax.ts'

class PyPattern extends PyObject {
  readonly typeName = 'Pattern'
  readonly pattern: string
  readonly js: JsPattern
  private readonly compiled = new Map<string, RegExp>()

  constructor(pattern: string, flags: number) {
    super()
    this.pattern = pattern
    this.js = translatePattern(pattern, flags)
    this.expression('g')
  }
  get groupCount(): number {
    return this.js.groupNames.length
  }
  /** @param mode `g` finds from `lastIndex` on, `y` matches at it, `full` up to the end of the text too */
  expression(mode: 'g' | 'y' | 'full'): RegExp {
    let expression = this.compiled.get(mode)
    if (!expression) {
      const source = mode === 'full' ? `(?:${this.js.source})(?![\\s\\S])` : this.js.source
      try {
        expression = new RegExp(source, this.js.flags + (mode === 'g' ? 'g' : 'y'))
      } catch {
        throw valueError(`the regular expression '${this.pattern}' is not valid or not supported`)
      }
      this.compiled.set(mode, expression)
    }
    return expression
  }

  /** Every match in order, empty ones too. */
  *matches(text: string): Generator<PyMatch> {
    const expression = this.expression('g')
    // matchAll goes on from there.
    expression.lastIndex = 0
    for (const found of text.matchAll(expression)) yield new PyMatch(this, found, text)
  }
  first(mode: 'g' | 'y' | 'full', text: string, start = 0): PyMatch | null {
    const expression = this.expression(mode)
    expression.lastIndex = start
    const found = expression.exec(text)
    return found && new PyMatch(this, found, text)
  }

  override truthy(): boolean {
    return true
  }
  override attr(name: string): Value | undefined {
    return attributeOf(patternAttributes, this, name)
  }
  override repr(): string {
    return `re.compile(${repr(this.pattern)})`
  }
}

class PyMatch extends PyObject {
  readonly typeName = 'Match'
  readonly pattern: PyPattern
  readonly found: RegExpExecArray | RegExpMatchArray
  readonly text: string

  constructor(pattern: PyPattern, found: RegExpExecArray | RegExpMatchArray, text: string) {
    super()
    this.pattern = pattern
    this.found = found
    this.text = text
  }
  get start(): number {
    return this.found.index ?? 0
  }
  get end(): number {
    return this.start + this.found[0].length
  }
  group(key: Value): string | null {
    return this.found[this.number(key)] ?? null
  }
  groups(missing: Value): Value[] {
    return this.pattern.js.groupNames.map((_, index) => this.found[index + 1] ?? missing)
  }
  /** Where a group matched, in UTF-16 units; -1 twice if it did not. */
  span(key: Value): readonly [number, number] {
    const number = this.number(key)
    if (number === 0) return [this.start, this.end]
    if (this.found[number] === undefined) return [-1, -1]
    const expression = new RegExp(this.pattern.js.source, `${this.pattern.js.flags}dy`)
    expression.lastIndex = this.start
    return expression.exec(this.text)?.indices?.[number] ?? [-1, -1]
  }
  number(key: Value): number {
    const names = this.pattern.js.groupNames
    const number = typeof key === 'string' ? names.indexOf(key) + 1 || -1 : Number(key)
    if (!Number.isInteger(number) || number < 0 || number > names.length) throw lookupError('no such group')
    return number
  }
  point(unit: number): number {
    return unit < 0 ? unit : pointIndex(this.text, unit)
  }

  override truthy(): boolean {
    return true
  }
  override item(key: Value): Value | undefined {
    return this.group(key)
  }
  override attr(name: string): Value | undefined {
    return attributeOf(matchAttributes, this, name)
  }
  override repr(): string {
    const [start, end] = [this.point(this.start), this.point(this.end)]
    return `<re.Match object; span=(${start}, ${end}), match=${repr(this.found[0])}>`
  }
}

const matchAttributes: Attributes<PyMatch> = {
  group: method('group', ['*groups'], (self, [groups]) => {
    const keys = (groups as PyTuple).items
    if (keys.length === 0) return self.group(0)
    return keys.length === 1 ? self.group(keys[0] ?? null) : new PyTuple(keys.map(key => self.group(key)))
  }),
  groups: method('groups', [['default', null]], (self, [missing = null]) => new PyTuple(self.groups(missing))),
  groupdict: method('groupdict', [['default', null]], (self, [missing = null]) => {
    const values = self.groups(missing)
    const pairs = self.pattern.js.groupNames.map((name, index) => [name ?? null, values[index] ?? null] as const)
    return PyDict.of(pairs.filter(([name]) => name !== null))
  }),
  start: method('start', [['group', 0]], (self, [group = 0]) => self.point(self.span(group)[0])),
  end: method('end', [['group', 0]], (self, [group = 0]) => self.point(self.span(group)[1])),
  span: method(
    'span',
    [['group', 0]],
    (self, [group = 0]) => new PyTuple(self.span(group).map(unit => self.point(unit))),
  ),
  expand: method('expand', ['template'], (self, [template]) => expanded(textArgument(template), self)),
  string: self => self.text,
  re: self => self.pattern,
  pos: () => 0,
  endpos: self => characters(self.text).length,
  lastindex: self => lastGroup(self),
  lastgroup: self => self.pattern.js.groupNames[(lastGroup(self) ?? 0) - 1] ?? null,
}

function lastGroup(match: PyMatch): number | null {
  const last = match.groups(null).findLastIndex(value => value !== null)
  return last === -1 ? null : last + 1
}

function textArgument(value: Value | undefined): string {
  if (typeof value === 'string') return value
  throw typeError(`expected string or bytes-like object, got '${typeName(value ?? null)}'`)
}

/** `\1`, `\g<1>`, `\g<name>` and the escapes of control characters. */
function expanded(template: string, match: PyMatch): string {
  return template.replace(
    /\\(?:g<([^>]*)>|(0[0-7]{0,2}|[1-9]\d?)|(.))/gs,
    (_, named?: string, number?: string, other?: string) => {
      if (named !== undefined) return match.group(/^\d+$/.test(named) ? Number(named) : named) ?? ''
      if (number?.startsWith('0')) return String.fromCharCode(Number.parseInt(number, 8))
      if (number !== undefined) return checkedGroup(match, number)
      return templateEscape(other ?? '')
    },
  )
}

function checkedGroup(match: PyMatch, number: string): string {
  if (Number(number) > match.pattern.groupCount) throw valueError(`invalid group reference ${number}`)
  return match.group(Number(number)) ?? ''
}

const templateEscapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
}

function templateEscape(character: string): string {
  const known = templateEscapes[character]
  if (known !== undefined) return known
  if (/[A-Za-z]/.test(character)) throw valueError(`bad escape \\${character}`)
  return `\\${character}`
}

function substitute(pattern: PyPattern, args: readonly Value[]): { readonly text: string; readonly count: number } {
  const [replacement = null, value, limit = 0] = args
  const text = textArgument(value)
  const most = intArgument(limit) || Number.POSITIVE_INFINITY
  let [out, last, count] = ['', 0, 0]
  for (const match of pattern.matches(text)) {
    if (count >= most) break
    out += text.slice(last, match.start) + replaced(replacement, match)
    last = match.end
    count++
  }
  return { text: out + text.slice(last), count }
}

function replaced(replacement: Value, match: PyMatch): string {
  if (typeof replacement === 'string') return expanded(replacement, match)
  if (!(replacement instanceof PyObject) || !replacement.call)
    throw typeError('the replacement must be text or a function')
  const result = replacement.call([match], new Map())
  if (result instanceof Promise) throw typeError('a replacement function cannot query the database')
  return str(result)
}

function split(pattern: PyPattern, [value, limit = 0]: readonly Value[]): Value[] {
  const text = textArgument(value)
  const most = intArgument(limit) || Number.POSITIVE_INFINITY
  const pieces: Value[] = []
  let last = 0
  let count = 0
  for (const match of pattern.matches(text)) {
    if (count++ >= most) break
    pieces.push(text.slice(last, match.start), ...match.groups(null))
    last = match.end
  }
  return [...pieces, text.slice(last)]
}

function findAll(pattern: PyPattern, text: string): Value[] {
  return Array.from(pattern.matches(text), match => {
    if (pattern.groupCount === 0) return match.found[0]
    const groups = match.groups('')
    return groups.length === 1 ? (groups[0] ?? '') : new PyTuple(groups)
  })
}

/** Where a search begins: a position in code points. */
function startUnit(text: string, position: Value): number {
  const point = Math.max(0, intArgument(position))
  return hasSurrogates(text) ? characters(text).slice(0, point).join('').length : point
}

interface Operation {
  readonly parameters: readonly ParameterPart[]
  run(pattern: PyPattern, args: readonly Value[]): Value
}

const searching = (mode: 'g' | 'y' | 'full'): Operation => ({
  parameters: ['string', ['pos', 0]],
  run(pattern, [value, position = 0]) {
    const text = textArgument(value)
    return pattern.first(mode, text, startUnit(text, position))
  },
})

/** What patterns and the module have in common; the module's functions take the pattern first and flags last. */
const operations: Readonly<Record<string, Operation>> = {
  search: searching('g'),
  match: searching('y'),
  fullmatch: searching('full'),
  split: { parameters: ['string', ['maxsplit', 0]], run: split },
  findall: { parameters: ['string'], run: (pattern, [text]) => findAll(pattern, textArgument(text)) },
  finditer: {
    parameters: ['string'],
    run: (pattern, [text]) => new PyIterator(pattern.matches(textArgument(text)), 'callable_iterator'),
  },
  sub: { parameters: ['repl', 'string', ['count', 0]], run: (pattern, args) => substitute(pattern, args).text },
  subn: {
    parameters: ['repl', 'string', ['count', 0]],
    run(pattern, args) {
      const { text, count } = substitute(pattern, args)
      return new PyTuple([text, count])
    },
  },
}

const patternAttributes: Attributes<PyPattern> = {
  pattern: self => self.pattern,
  flags: self => self.js.pythonFlags,
  groups: self => self.groupCount,
  groupindex: self => {
    const pairs = self.js.groupNames.map((name, index) => [name ?? null, index + 1] as const)
    return PyDict.of(pairs.filter(([name]) => name !== null))
  },
  ...Object.fromEntries(
    Object.entries(operations).map(([name, { parameters, run }]) => [name, method<PyPattern>(name, parameters, run)]),
  ),
}

const cache = new Map<string, PyPattern>()

function compile(pattern: Value, flags: number): PyPattern {
  if (pattern instanceof PyPattern) {
    if (flags !== 0) throw valueError('cannot process flags argument with a compiled pattern')
    return pattern
  }
  if (typeof pattern !== 'string') throw typeError('first argument must be string or compiled pattern')
  const key = `${flags} ${pattern}`
  let compiled = cache.get(key)
  if (!compiled) {
    compiled = new PyPattern(pattern, flags)
    if (cache.size > 500) cache.clear()
    cache.set(key, compiled)
  }
  return compiled
}

function moduleFunction(name: string, { parameters, run }: Operation): PyFunction {
  const own = parameters.filter(part => !(Array.isArray(part) && part[0] === 'pos'))
  return contextFunction(name, ['pattern', ...own, ['flags', 0]], ([pattern = null, ...rest]) => {
    const flags = rest.pop() ?? 0
    return run(compile(pattern, intArgument(flags)), rest)
  })
}

const errorClass = new PythonClass(
  're.error',
  contextFunction('error', ['msg'], ([message]) => {
    throw valueError(String(message))
  }),
)

export const reModule: PyDict = PyDict.of({
  ...Object.fromEntries(Object.entries(operations).map(([name, one]) => [name, moduleFunction(name, one)])),
  compile: contextFunction('compile', ['pattern', ['flags', 0]], ([pattern = null, flags = 0]) =>
    compile(pattern, intArgument(flags)),
  ),
  escape: contextFunction('escape', ['pattern'], ([text]) =>
    textArgument(text).replace(/[\t\n\r\v\f #$&()*+\-.?[\\\]^{|}~]/g, '\\$&'),
  ),
  purge: contextFunction('purge', [], () => null),
  error: errorClass,
  ...regexFlags,
  A: 256,
  I: 2,
  L: 4,
  M: 8,
  S: 16,
  U: 32,
  X: 64,
  NOFLAG: 0,
})
