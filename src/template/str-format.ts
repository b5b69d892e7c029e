/** `'{} {a.b[0]!r:>5}'.format(...)`: replacement fields of `str.format`. */
import { formatValue } from './format-spec.ts'
import { asciiRepr, repr, str } from './repr.ts'
import { lookupError, valueError } from './template-error.ts'
import type { Kwargs, Value } from './value.ts'

/** How fields reach into their values: with the sandbox's rules. */
export interface FieldAccess {
  attribute(object: Value, name: string): Value
  item(object: Value, key: Value): Value
  /** What marked text does to what is put into it. */
  escape?(text: string, value: Value): string
}

export interface FormatArguments {
  readonly args: readonly Value[]
  /** A keyword argument, or an entry of the mapping given to `format_map`. */
  readonly named: (name: string) => Value | undefined
}

export function namedFrom(kwargs: Kwargs): (name: string) => Value | undefined {
  return name => kwargs.get(name)
}

/** @throws `template/value` for a malformed text, `template/lookup` for an argument that is not there */
export function formatText(text: string, given: FormatArguments, access: FieldAccess): string {
  return new Formatter(given, access).format(text, 2)
}

class Formatter {
  private readonly given: FormatArguments
  private readonly access: FieldAccess
  private automatic = 0
  private numbering: 'automatic' | 'manual' | undefined

  constructor(given: FormatArguments, access: FieldAccess) {
    this.given = given
    this.access = access
  }

  format(text: string, depth: number): string {
    if (depth < 0) throw valueError('Max string recursion exceeded')
    let out = ''
    let at = 0
    while (at < text.length) {
      const character = text[at]!
      if (character !== '{' && character !== '}') {
        const next = text.slice(at).search(/[{}]/)
        const end = next === -1 ? text.length : at + next
        out += text.slice(at, end)
        at = end
      } else if (text[at + 1] === character) {
        out += character
        at += 2
      } else if (character === '}') throw valueError("Single '}' encountered in format string")
      else {
        const end = closing(text, at)
        out += this.field(text.slice(at + 1, end), depth)
        at = end + 1
      }
    }
    return out
  }

  private field(field: string, depth: number): string {
    const found = /^([^!:[]*(?:\[[^\]]*\][^!:[]*)*)(?:!(.?))?(?::([\s\S]*))?$/.exec(field)
    if (!found) throw valueError("expected ':' after conversion specifier")
    const [, name = '', conversion, spec = ''] = found
    const value = this.value(name)
    const wanted = spec.includes('{') ? this.format(spec, depth - 1) : spec
    const converted = convert(value, conversion)
    const text = formatValue(converted, wanted)
    return this.access.escape ? this.access.escape(text, converted) : text
  }

  private value(name: string): Value {
    const first = /^[^.[]*/.exec(name)?.[0] ?? ''
    let value = this.argument(first, name)
    let rest = name.slice(first.length)
    while (rest !== '') {
      const step = /^(?:\.([^.[]+)|\[([^\]]+)\])/.exec(rest)
      if (!step) throw valueError('Empty attribute in format string')
      const [whole, attribute, key = ''] = step
      if (attribute !== undefined) value = this.access.attribute(value, attribute)
      else value = this.access.item(value, /^\d+$/.test(key) ? Number(key) : key)
      rest = rest.slice(whole.length)
    }
    return value
  }

  /** Fields are numbered only where they consist of nothing else: `{.a}` looks for an argument without a name. */
  private argument(name: string, field: string): Value {
    if (!/^\d+$/.test(name) && field !== '') {
      const value = this.given.named(name)
      if (value === undefined) throw lookupError(`'${name}'`)
      return value
    }
    if (name === field) {
      const wanted = name === '' ? 'automatic' : 'manual'
      if (this.numbering !== undefined && this.numbering !== wanted) {
        throw valueError('cannot switch between manual field specification and automatic field numbering')
      }
      this.numbering = wanted
    }
    const index = name === '' ? this.automatic++ : Number(name)
    const value = this.given.args[index]
    if (value === undefined) {
      throw lookupError(`Replacement index ${index} out of range for positional args tuple`)
    }
    return value
  }
}

/** The brace that ends the field which begins at `start`. */
function closing(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    if (text[at] === '{') depth++
    else if (text[at] === '}' && --depth === 0) return at
  }
  throw valueError(
    start === text.length - 1 ? "Single '{' encountered in format string" : "expected '}' before end of string",
  )
}

function convert(value: Value, conversion: string | undefined): Value {
  switch (conversion) {
    case undefined:
      return value
    case 's':
      return str(value)
    case 'r':
      return repr(value)
    case 'a':
      return asciiRepr(value)
    default:
      throw valueError(`Unknown conversion specifier ${conversion}`)
  }
}
