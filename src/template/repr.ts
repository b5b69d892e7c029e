/** `str()` and `repr()` of every value: what `{{ }}` prints, and how values look inside containers. */
import { bigintText, floatText } from './float-text.ts'
import {
  Markup,
  PyBytes,
  PyDict,
  PyFloat,
  PyObject,
  PySet,
  PyTuple,
  StrSubclass,
  Undefined,
  type Value,
} from './value.ts'

export function str(value: Value): string {
  switch (typeof value) {
    case 'string':
      return value
    case 'number':
      return String(value)
    case 'boolean':
      return value ? 'True' : 'False'
    case 'bigint':
      return bigintText(value)
    default:
  }
  if (value === null) return 'None'
  if (value instanceof StrSubclass) return value.text
  if (value instanceof PyObject) return value.str()
  if (value instanceof Undefined) return ''
  return repr(value)
}

export function repr(value: Value): string {
  return write(value, [])
}

/** `open` holds the containers around, so that one inside itself prints as `[...]`. */
function write(value: Value, open: object[]): string {
  if (typeof value === 'string') return reprText(value)
  if (value === null || typeof value !== 'object') return str(value)
  if (value instanceof PyFloat) return floatText(value.value)
  if (value instanceof Undefined) return 'Undefined'
  if (value instanceof Markup) return `Markup(${reprText(value.text)})`
  if (value instanceof StrSubclass) return reprText(value.text)
  if (value instanceof PyBytes) return reprBytes(value.data)
  if (value instanceof PyObject) return value.repr()
  const [before, after] = brackets(value)
  if (open.includes(value)) return `${before}...${after}`
  open.push(value)
  const text = writeContainer(value, open, before, after)
  open.pop()
  return text
}

function brackets(value: Value[] | PyTuple | PyDict | PySet): [string, string] {
  if (Array.isArray(value)) return ['[', ']']
  if (value instanceof PyTuple) return ['(', ')']
  if (value instanceof PySet && value.frozen) return ['frozenset({', '})']
  return ['{', '}']
}

function writeContainer(
  value: Value[] | PyTuple | PyDict | PySet,
  open: object[],
  before: string,
  after: string,
): string {
  if (value instanceof PyDict) {
    const parts = Array.from(value.entries(), ([key, item]) => `${write(key, open)}: ${write(item, open)}`)
    return `{${parts.join(', ')}}`
  }
  if (value instanceof PySet && value.size === 0) return value.frozen ? 'frozenset()' : 'set()'
  const items = Array.isArray(value) ? value : value instanceof PyTuple ? value.items : Array.from(value)
  const inside = items.map(item => write(item, open)).join(', ')
  return `${before}${inside}${value instanceof PyTuple && items.length === 1 ? ',' : ''}${after}`
}

const unprintable = /[^\x20-\x7e]|[\\']/u
const special: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }
/** What Python does not print as it is: other, separators except the blank, unassigned. */
const hidden = /[\p{C}\p{Zl}\p{Zp}\p{Zs}]/u

function reprText(text: string): string {
  if (!unprintable.test(text)) return `'${text}'`
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'"
  let out = ''
  for (const character of text) {
    if (character === quote) out += `\\${quote}`
    else out += special[character] ?? (isHidden(character) ? escapeCharacter(character) : character)
  }
  return quote + out + quote
}

function isHidden(character: string): boolean {
  return character !== ' ' && hidden.test(character)
}

function escapeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, '0')}`
  return `\\U${code.toString(16).padStart(8, '0')}`
}

/** `ascii()`: like repr, with everything outside ASCII escaped. */
export function asciiRepr(value: Value): string {
  return repr(value).replace(/\P{ASCII}/gu, escapeCharacter)
}

function reprBytes(data: Uint8Array): string {
  const hasSingle = data.includes(39)
  const quote = hasSingle && !data.includes(34) ? '"' : "'"
  let out = ''
  for (const byte of data) {
    const character = String.fromCharCode(byte)
    if (character === quote) out += `\\${quote}`
    else if (special[character] !== undefined) out += special[character]
    else if (byte < 32 || byte > 126) out += `\\x${byte.toString(16).padStart(2, '0')}`
    else out += character
  }
  return `b${quote}${out}${quote}`
}
