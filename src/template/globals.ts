/** The names that are there without a context: range, dict, namespace, cycler, joiner and lipsum. */
import { bindArguments, signature } from './arguments.ts'
import { intDivision } from './arithmetic.ts'
import { sliceItems } from './attribute.ts'
import { updateDict } from './dict-methods.ts'
import { toArray, truthy } from './iteration.ts'
import { intArgument } from './method.ts'
import { repr } from './repr.ts'
import { arithmeticError, runtimeError, typeError, valueError } from './template-error.ts'
import { fn, type HashKey, Markup, PyDict, PyFloat, PyFunction, PyObject, PyTuple, type Value } from './value.ts'

class PyRange extends PyObject {
  readonly typeName = 'range'
  readonly start: number
  readonly stop: number
  readonly step: number
  private readonly size: number

  constructor(start: number, stop: number, step: number) {
    super()
    if (step === 0) throw valueError('range() arg 3 must not be zero')
    this.start = start
    this.stop = stop
    this.step = step
    this.size = Math.max(0, Math.ceil((stop - start) / step))
  }
  private at(index: number): number {
    return this.start + index * this.step
  }
  override *iterate(): Iterator<Value> {
    for (let index = 0; index < this.size; index++) yield this.at(index)
  }
  override length(): number {
    return this.size
  }
  override item(key: Value): Value | undefined {
    if (typeof key !== 'number' && typeof key !== 'boolean') return undefined
    const index = Number(key) < 0 ? Number(key) + this.size : Number(key)
    return index >= 0 && index < this.size ? this.at(index) : undefined
  }
  override slice(from: number | null, to: number | null, step: number | null): Value {
    const indexes = sliceItems(
      Array.from({ length: this.size }, (_, index) => index),
      from,
      to,
      step,
    )
    const stride = this.step * (step ?? 1)
    const first = this.at(indexes[0] ?? 0)
    return new PyRange(first, first + indexes.length * stride, stride)
  }
  override contains(value: Value): boolean {
    const number = value instanceof PyFloat ? value.value : typeof value === 'boolean' ? Number(value) : value
    if (typeof number !== 'number' || !Number.isInteger(number)) return false
    const steps = (number - this.start) / this.step
    return Number.isInteger(steps) && steps >= 0 && steps < this.size
  }
  override equals(other: Value): boolean {
    if (!(other instanceof PyRange) || other.size !== this.size) return false
    return this.size === 0 || (other.start === this.start && (this.size === 1 || other.step === this.step))
  }
  override hashKey(): HashKey {
    return `\0r${this.size},${this.size > 0 ? this.start : ''},${this.size > 1 ? this.step : ''}`
  }
  override attr(name: string): Value | undefined {
    switch (name) {
      case 'start':
      case 'stop':
      case 'step':
        return this[name]
      case 'index':
        return fn('index', ([value = null]) => {
          if (!this.contains(value)) throw valueError(`${repr(value)} is not in range`)
          return intDivision(Number(value) - this.start, this.step).quotient
        })
      case 'count':
        return fn('count', ([value = null]) => Number(this.contains(value)))
      default:
        return undefined
    }
  }
  override get kind(): 'sequence' {
    return 'sequence'
  }
  override repr(): string {
    const step = this.step === 1 ? '' : `, ${this.step}`
    return `range(${this.start}, ${this.stop}${step})`
  }
}

/** The sandbox allows no range with more items than this. */
const maxRange = 100_000

function makeRange(args: readonly Value[], kwargs: ReadonlyMap<string, Value>): PyRange {
  if (kwargs.size > 0) throw typeError('range() takes no keyword arguments')
  if (args.length === 0) throw typeError('range expected at least 1 argument, got 0')
  if (args.length > 3) throw typeError(`range expected at most 3 arguments, got ${args.length}`)
  const [first, second, third = 1] = args.map(intArgument)
  const range = second === undefined ? new PyRange(0, first ?? 0, 1) : new PyRange(first ?? 0, second, third)
  if (range.length() > maxRange) {
    throw arithmeticError(`Range too big. The sandbox blocks ranges larger than MAX_RANGE (${maxRange}).`)
  }
  return range
}

function makeDict(args: readonly Value[], kwargs: ReadonlyMap<string, Value>): PyDict {
  if (args.length > 1) throw typeError(`dict expected at most 1 argument, got ${args.length}`)
  const dict = new PyDict()
  updateDict(dict, args, kwargs)
  return dict
}

/** The only object whose attributes a template can set. */
export class Namespace extends PyObject {
  readonly typeName = 'Namespace'
  readonly values: PyDict

  constructor(values: PyDict) {
    super()
    this.values = values
  }
  override attr(name: string): Value | undefined {
    return this.values.get(name)
  }
  override setItem(key: Value, value: Value): void {
    this.values.set(key, value)
  }
  override repr(): string {
    return `<Namespace ${repr(this.values)}>`
  }
}

class Cycler extends PyObject {
  readonly typeName = 'Cycler'
  private readonly items: readonly Value[]
  private position = 0

  constructor(items: readonly Value[]) {
    super()
    if (items.length === 0) throw runtimeError('at least one item has to be provided')
    this.items = items
  }
  override attr(name: string): Value | undefined {
    switch (name) {
      case 'current':
        return this.items[this.position]
      case 'items':
        return new PyTuple(this.items)
      case 'pos':
        return this.position
      case 'next':
        return fn('next', () => this.next())
      case 'reset':
        return fn('reset', () => {
          this.position = 0
          return null
        })
      default:
        return undefined
    }
  }
  private next(): Value {
    const value = this.items[this.position]!
    this.position = (this.position + 1) % this.items.length
    return value
  }
}

class Joiner extends PyObject {
  readonly typeName = 'Joiner'
  private readonly separator: Value
  private used = false

  constructor(separator: Value) {
    super()
    this.separator = separator
  }
  override attr(name: string): Value | undefined {
    if (name === 'sep') return this.separator
    return name === 'used' ? this.used : undefined
  }
  override call(args: readonly Value[]): Value {
    if (args.length > 0) throw typeError('a joiner takes no arguments')
    if (this.used) return this.separator
    this.used = true
    return ''
  }
}

const joinerSignature = signature('Joiner', ['sep', ', '])
const lipsumSignature = signature('lipsum', ['n', 5], ['html', true], ['min', 20], ['max', 100])
const words =
  'a ac accumsan ad adipiscing aenean aliquam amet ante arcu at auctor commodo condimentum congue cras cum curae diam dictum dignissim dolor donec dui egestas eget elit enim erat eros est et etiam eu facilisi fames felis fusce gravida habitant hac iaculis id in integer ipsum justo lacus lectus leo libero ligula lorem magna massa mauris metus mi mollis morbi nam nec neque nibh nisi non nulla nunc odio orci ornare pede platea porta primis purus quam quis risus rutrum sed sem sit sociis sodales tellus tempor tincidunt tortor tristique turpis ultrices urna ut varius vel velit vitae vivamus'.split(
    ' ',
  )

/** Paragraphs of words drawn by the given source of chance. */
function lipsum(random: () => number, args: readonly Value[], kwargs: ReadonlyMap<string, Value>): Value {
  const [count, html, min, max] = bindArguments(lipsumSignature, args, kwargs)
  const low = intArgument(min ?? 20)
  const high = intArgument(max ?? 100)
  if (high <= low) throw valueError('empty range for lipsum')
  const paragraphs = Array.from({ length: Math.max(0, intArgument(count ?? 5)) }, () => {
    const length = low + Math.floor(random() * (high - low))
    const chosen = Array.from({ length }, () => words[Math.floor(random() * words.length)] ?? 'lorem')
    const text = chosen.join(' ')
    return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
  })
  if (!truthy(html ?? true)) return paragraphs.join('\n\n')
  return new Markup(paragraphs.map(text => `<p>${text}</p>`).join('\n'))
}

/** `random` is what `lipsum` draws from. */
export function makeGlobals(random: () => number): ReadonlyMap<string, Value> {
  return new Map<string, Value>([
    ['range', fn('safe_range', makeRange)],
    ['dict', new TypeFunction('dict', makeDict)],
    ['lipsum', fn('generate_lorem_ipsum', (args, kwargs) => lipsum(random, args, kwargs))],
    ['cycler', new TypeFunction('Cycler', args => new Cycler(args))],
    [
      'joiner',
      new TypeFunction('Joiner', (args, kwargs) => new Joiner(bindArguments(joinerSignature, args, kwargs)[0] ?? ', ')),
    ],
    ['namespace', new TypeFunction('Namespace', (args, kwargs) => new Namespace(makeDict(args, kwargs)))],
  ])
}

/** A class: called, it makes an object. */
class TypeFunction extends PyFunction {
  override readonly typeName = 'type'
  override repr(): string {
    return `<class '${this.name}'>`
  }
  override attr(name: string): Value | undefined {
    if (this.name !== 'dict' || name !== 'fromkeys') return undefined
    return fn('fromkeys', ([keys = null, value = null]) => PyDict.of(toArray(keys).map(key => [key, value] as const)))
  }
}
