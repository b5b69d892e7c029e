/** The value of a YAML text: what a template's pieces are together, with their type when there is only one. */
import { literalEval } from './literal-eval.ts'
import { NativeMarker } from './native-marker.ts'
import { str } from './repr.ts'
import { TemplateError } from './template-error.ts'
import { PyFloat, type Value } from './value.ts'

/**
 * 1. No pieces give empty text, several pieces text.
 * 2. One piece keeps its type; what a filter marked is read as a Python literal.
 * @throws `template/conversion` when `as_bool` or `as_number` meets something else
 */
export function joinPieces(pieces: readonly Value[]): Value {
  const [piece = ''] = pieces
  if (pieces.length > 1) return pieces.map(str).join('')
  if (!(piece instanceof NativeMarker)) return piece
  const { text, kind } = piece
  if (kind === 'text') return text
  const value = literalEval(text)
  const result = value === undefined ? text : value
  if (kind === 'bool' && typeof result !== 'boolean') throw notConvertible(text, 'bool')
  if (kind === 'number' && !isNumber(result)) throw notConvertible(text, 'number')
  return result
}

function isNumber(value: Value): boolean {
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof PyFloat
}

function notConvertible(text: string, type: string): TemplateError {
  return new TemplateError('template/conversion', `Could not convert value '${text}' into type '${type}'`)
}
