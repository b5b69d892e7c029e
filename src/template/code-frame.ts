/** Where code is generated: the function, its variables and names, and the buffer that output goes to. */
import type { Statement, Target } from './ast.ts'
import type { CodeUnit, FunctionCode } from './code-unit.ts'
import { type Load, Symbols } from './symbols.ts'
import type { TemplateError } from './template-error.ts'
import { eachTargetName } from './walk.ts'

export interface Frame {
  readonly unit: CodeUnit
  readonly fn: FunctionCode
  readonly symbols: Symbols
  /** The variable that output is added to. */
  readonly buffer: string
  /** The buffer is that of the whole template. */
  readonly isRoot: boolean
  readonly topLevel: boolean
  /** Inside an `if` or a ternary: unknown filters and tests fail only when they are reached. */
  readonly soft: boolean
  readonly inLoop: boolean
  /** The function is that of a macro or a caller, which may end with what `return` was given. */
  readonly inMacro: boolean
  /** Code that looks a name up outside all frames. */
  readonly lookup: (name: string) => string
  /** Inside `autoescape`: code that says whether output is escaped. */
  readonly escape: string | undefined
  /** Parameters whose defaults have not been filled in yet. */
  readonly pending: ReadonlySet<string>
  /** Code for the statements of a body. */
  readonly statements: (frame: Frame, body: readonly Statement[]) => string
  readonly fail: (message: string, at: { start: number; end: number }) => TemplateError
  readonly isKnown: (kind: 'filter' | 'test', name: string) => boolean
  /** A known one with almost that name. */
  readonly nearest: (kind: 'filter' | 'test', name: string) => string | undefined
  readonly lineOf: (offset: number) => number
}

export function innerFrame(frame: Frame, changes: Partial<Frame>): Frame {
  return { ...frame, symbols: new Symbols(frame.symbols), topLevel: false, soft: false, ...changes }
}

/** Gives the variables of a frame their first values. */
export function enterFrame(frame: Frame): string {
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

export function openBuffer(frame: Frame): string {
  if (frame.unit.mode === 'native') return `${frame.buffer}=[];`
  return `${frame.fn.local(`${frame.buffer}x`)}=undefined;${frame.buffer}='';`
}

export function closeBuffer(frame: Frame): string {
  const { buffer, unit, fn } = frame
  if (unit.mode === 'native') return `R.joinNative(${buffer})`
  return fn.unchecked.has(buffer) ? `R.checked(${buffer},${buffer}x)` : buffer
}

export function closeRoot(frame: Frame): string {
  return frame.unit.mode === 'native' ? frame.buffer : closeBuffer(frame)
}

export function mark(frame: Frame, offset: number): string {
  return frame.unit.mode === 'mapped' && frame.isRoot ? `M.push(${frame.buffer}.length,${offset});` : ''
}

export function write(frame: Frame, code: string, offset: number): string {
  const { buffer, unit } = frame
  if (unit.mode === 'native') return `${buffer}.push(${code});`
  const text = frame.escape ? `R.escaped(${frame.escape},${code})` : `R.str(${code})`
  return `${mark(frame, offset)}${buffer}+=${text};`
}

/** Call blocks and filter blocks write their value as it is: unless it is text, the buffer cannot be read later. */
export function writeUnchecked(frame: Frame, code: string, offset: number): string {
  const { buffer, unit, fn } = frame
  if (unit.mode === 'native') return `${buffer}.push(${code});`
  const value = fn.temporary()
  fn.unchecked.add(buffer)
  const bad = fn.local(`${buffer}x`)
  return `${mark(frame, offset)}if(R.isText(${value}=${code}))${buffer}+=R.str(${value});else ${bad}=${value};`
}

export function store(frame: Frame, target: Target, value: string): string {
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

export function declare(frame: Frame, target: Target): void {
  eachTargetName(target, name => frame.fn.local(frame.symbols.require(name)))
}
