/** What compiled code calls: `R` in its text. The names here are part of the code that is kept on disk. */

import { DiagnosticError, type Note } from '../base/diagnostic.ts'
import { nearName } from '../base/near-name.ts'
import { placeAt, type SourceFile } from '../base/source-file.ts'
import { attribute, item, slice } from './attribute.ts'
import { call, callAttribute, makeKwargs, spread } from './call.ts'
import * as comparison from './comparison.ts'
import { drive, type Running } from './drive.ts'
import type { Evaluation } from './evaluation.ts'
import { filterNamed, nativeFilterNamed } from './filters.ts'
import { Namespace } from './globals.ts'
import { endless, iterate, maxSteps, truthy, unpack } from './iteration.ts'
import { LoopContext } from './loop-context.ts'
import { describeMacro, type MacroDescription, MacroObject } from './macro.ts'
import { escapeValue } from './markup.ts'
import * as operators from './operators.ts'
import { str } from './repr.ts'
import { ReturnSignal, returnFunction } from './return-signal.ts'
import { enrichError, recursionError, runtimeError, typeError } from './template-error.ts'
import { testNamed } from './tests.ts'
import {
  fn,
  Markup,
  noKwargs,
  PyDict,
  PyFloat,
  PyIterator,
  PyObject,
  PyTuple,
  typeName,
  Undefined,
  type Value,
} from './value.ts'

/** Where the text of the running template stands. */
export interface CodeSource {
  readonly file: SourceFile
  readonly base: number
}

function dict(pairs: readonly Value[]): PyDict {
  const made = new PyDict()
  for (let index = 0; index < pairs.length; index += 2) made.set(pairs[index]!, pairs[index + 1]!)
  return made
}

function noElse(line: number): Undefined {
  const message = `the inline if-expression on line ${line} evaluated to false and no else section was defined.`
  return new Undefined({ message })
}

function notProvided(env: Evaluation, name: string): Undefined {
  return env.missing({ name, message: `parameter '${name}' was not provided` })
}

function checkNamespace(value: Value | undefined): void {
  if (!(value instanceof Namespace)) throw runtimeError('cannot assign attribute on non-namespace object')
}

function setNamespace(namespace: Value, name: string, value: Value): void {
  if (namespace instanceof Namespace) namespace.setItem(name, value)
}

function loopContext(
  env: Evaluation,
  items: Value,
  recurse: ((items: Value, depth: number) => Running<Value>) | null,
  depth: number,
): LoopContext {
  return new LoopContext(env, items, recurse, depth)
}

type LoopTest = (item: Value) => boolean | Running<boolean>

function filterLazily(items: Value, test: LoopTest, waits: boolean): PyIterator {
  return new PyIterator(passing(iterate(items), test, waits))
}

function* passing(items: Iterable<Value>, test: LoopTest, waits: boolean): Generator<Value> {
  for (const one of items) {
    const answer = waits ? drive(test(one) as Running<boolean>) : test(one)
    if (answer instanceof Promise) throw runtimeError('the test of this loop cannot wait for a query')
    if (answer) yield one
  }
}

function* filterEagerly(items: Value, test: (item: Value) => Running<boolean>): Running<PyIterator> {
  const passed: Value[] = []
  for (const one of iterate(items)) if (yield* test(one)) passed.push(one)
  return new PyIterator(passed[Symbol.iterator]())
}

function macro(env: Evaluation, description: MacroDescription, body: never): MacroObject {
  return new MacroObject(env, description, body)
}

/** In YAML values the text of a set block or macro must be text already. */
function joinNative(parts: readonly Value[]): string {
  return parts
    .map((part, index) => {
      const text = comparison.textOf(part)
      if (text === undefined) {
        throw typeError(`sequence item ${index}: expected str instance, ${typeName(part)} found`)
      }
      return text
    })
    .join('')
}

function isText(value: Value): boolean {
  return comparison.textOf(value) !== undefined
}

/** The text of a buffer, unless something else was written to it. */
function checked(text: string, other: Value | undefined): string {
  if (other === undefined) return text
  throw typeError(`sequence item: expected str instance, ${typeName(other)} found`)
}

function escaped(isOn: boolean, value: Value): string {
  return isOn ? escapeValue(value).text : str(value)
}

function joinEscaped(isOn: boolean, values: readonly Value[]): Value {
  if (!isOn || !values.some(value => value instanceof Markup)) return values.map(str).join('')
  return new Markup(values.map(value => escapeValue(value).text).join(''))
}

function noLoader(): never {
  throw typeError('no loader for this environment specified')
}

function requiredBlock(name: string): never {
  throw runtimeError(`Required block '${name}' not found`)
}

class SelfReference extends PyObject {
  readonly typeName = 'TemplateReference'
  override repr(): string {
    return '<TemplateReference None>'
  }
  private readonly blocks: Readonly<Record<string, () => Running<Value>>>

  constructor(blocks: Readonly<Record<string, () => Running<Value>>>) {
    super()
    this.blocks = blocks
  }
  override attr(name: string): Value | undefined {
    const block = Object.hasOwn(this.blocks, name) ? this.blocks[name] : undefined
    return block && fn(name, () => drive(block()))
  }
  override item(key: Value): Value | undefined {
    return typeof key === 'string' ? this.attr(key) : undefined
  }
}

/**
 * The error to throw on: with the place where this function was when it failed, or, when the error comes from a macro
 * that it called, with one more line of the call stack.
 */
function failed(
  error: unknown,
  source: CodeSource,
  places: readonly number[],
  place: number,
  macroName: string | null,
): unknown {
  const known =
    error instanceof RangeError && /call stack/i.test(error.message)
      ? recursionError('maximum recursion depth exceeded')
      : error
  if (!(known instanceof DiagnosticError)) return known
  const start = places[place * 2]
  const end = places[place * 2 + 1]
  if (start === undefined || end === undefined) return known
  const at = placeAt(source.file, source.base + start, source.base + end)
  const shown = macroName?.replace(/^dbt_macro__/, '')
  const { notes, code, message } = known.diagnostic
  if (known.diagnostic.at === undefined) {
    const hint = code === 'template/undefined' ? assignedName(message, source.file.text) : undefined
    const added = { at, ...(hint !== undefined && { hint }) }
    if (shown === undefined) enrichError(known, added)
    else enrichError(known, { ...added, note: { message: `in macro '${shown}'`, at } })
  } else if (notes.length < 20) {
    const note = { message: shown === undefined ? 'called here' : `called by macro '${shown}'`, at }
    if (!repeats(notes.at(-1), note)) enrichError(known, { note })
  }
  return known
}

/** Endless recursion goes through one place thousands of times: it is told once. */
function repeats(last: Note | undefined, next: Required<Note>): boolean {
  return last?.message === next.message && last.at?.start === next.at.start && last.at.file.path === next.at.file.path
}

/** A slip in the name of a variable that the template itself sets. */
function assignedName(message: string, text: string): string | undefined {
  const name = /^'(\w+)' is undefined$/.exec(message)?.[1]
  if (name === undefined) return undefined
  const assigned = Array.from(text.matchAll(/\{%[-+]?\s*(?:set|for)\s+(\w+)/g), found => found[1] ?? '')
  const near = nearName(name, assigned)
  return near === undefined || near === name ? undefined : `Did you mean '${near}'?`
}

export const runtime = {
  ...operators,
  isEqual: comparison.isEqual,
  isNotEqual: comparison.isNotEqual,
  isLess: comparison.isLess,
  isLessOrEqual: comparison.isLessOrEqual,
  isGreater: comparison.isGreater,
  isGreaterOrEqual: comparison.isGreaterOrEqual,
  isIn: comparison.isIn,
  isNotIn: comparison.isNotIn,
  float: (value: number) => new PyFloat(value),
  tuple: (items: readonly Value[]) => new PyTuple(items),
  dict,
  truthy,
  str,
  attribute,
  item,
  slice,
  call,
  callAttribute,
  spread,
  kwargs: makeKwargs,
  noKwargs,
  filterNamed,
  nativeFilterNamed,
  testNamed,
  noElse,
  notProvided,
  checkNamespace,
  setNamespace,
  unpack,
  iterate,
  maxSteps,
  endless,
  loopContext,
  filterLazily,
  filterEagerly,
  macro,
  describeMacro,
  joinNative,
  isText,
  checked,
  escaped,
  joinEscaped,
  markup: (isOn: boolean, text: string): Value => (isOn ? new Markup(text) : text),
  returnFunction,
  ReturnSignal,
  noLoader,
  requiredBlock,
  selfReference: (blocks: Readonly<Record<string, () => Running<Value>>>) => new SelfReference(blocks),
  failed,
}
