/** A column as templates hold it: dbt's DuckDBColumn, and `api.Column`, its class. */

import { repr, str } from '../template/repr.ts'
import { typeError } from '../template/template-error.ts'
import { type HashKey, type Kwargs, PyDict, PyObject, type Value } from '../template/value.ts'
import { type Attributes, attributeOf, contextError, contextFunction, method } from './python-object.ts'

const stringTypes = new Set(['text', 'character varying', 'character', 'varchar'])
const numericTypes = new Set(['numeric', 'decimal'])
const floatTypes = new Set(['real', 'float', 'float4', 'float8', 'double'])
const integerTypes = new Set(
  'tinyint smallint integer bigint hugeint utinyint usmallint uinteger ubigint int1 int2 int4 int8 short int signed long'.split(
    ' ',
  ),
)

export interface ColumnSizes {
  readonly charSize?: Value
  readonly numericPrecision?: Value
  readonly numericScale?: Value
}

export class Column extends PyObject {
  readonly typeName = 'DuckDBColumn'
  readonly name: string
  readonly dtype: string
  readonly charSize: Value
  readonly numericPrecision: Value
  readonly numericScale: Value
  /** The parts of a STRUCT. */
  readonly structFields: readonly Column[]

  constructor(name: string, dtype: string, sizes: ColumnSizes = {}) {
    super()
    this.name = name
    this.dtype = dtype
    this.charSize = sizes.charSize ?? null
    this.numericPrecision = sizes.numericPrecision ?? null
    this.numericScale = sizes.numericScale ?? null
    this.structFields = structFields(dtype)
  }

  get lowerType(): string {
    return this.dtype.toLowerCase()
  }
  get isString(): boolean {
    return stringTypes.has(this.lowerType)
  }
  get isNumeric(): boolean {
    return numericTypes.has(this.lowerType)
  }
  get isInteger(): boolean {
    return integerTypes.has(this.lowerType)
  }
  get isFloat(): boolean {
    return floatTypes.has(this.lowerType)
  }
  get isStruct(): boolean {
    return this.lowerType.startsWith('struct')
  }

  get dataType(): string {
    if (this.isString) return stringType(this.stringSize())
    if (this.isNumeric) return numericType(this.dtype, this.numericPrecision, this.numericScale)
    return this.dtype
  }

  stringSize(): Value {
    if (!this.isString) {
      throw contextError('context/argument', 'Called string_size() on non-string field!', { kind: 'Runtime' })
    }
    return this.dtype === 'text' || this.charSize === null ? 256 : this.charSize
  }

  canExpandTo(other: Column): boolean {
    return this.isString && other.isString && Number(other.stringSize()) > Number(this.stringSize())
  }

  /** The leaves of a STRUCT under dotted names; any other column alone. */
  flatten(): Column[] {
    if (!this.isStruct) return [this]
    return this.structFields.flatMap(field =>
      (field.isStruct ? field.flatten() : [field]).map(leaf => new Column(`${this.name}.${leaf.name}`, leaf.dtype)),
    )
  }

  override truthy(): boolean {
    return true
  }
  override attr(name: string): Value | undefined {
    const own = attributeOf(attributes, this, name)
    return own === undefined ? columnClassAttribute(name) : own
  }
  override repr(): string {
    const { name, dtype, charSize, numericPrecision, numericScale } = this
    const fields = `[${this.structFields.map(field => field.repr()).join(', ')}]`
    const sizes = `char_size=${repr(charSize)}, numeric_precision=${repr(numericPrecision)}, numeric_scale=${repr(numericScale)}`
    return `DuckDBColumn(column=${repr(name)}, dtype=${repr(dtype)}, ${sizes}, fields=${fields})`
  }
  override equals(other: Value): boolean {
    return other instanceof Column && other.repr() === this.repr()
  }
  override hashKey(): HashKey {
    throw typeError("unhashable type: 'DuckDBColumn'")
  }
}

/** The fields of `STRUCT(a INTEGER, b DECIMAL(10,2))`; parentheses protect commas. */
function structFields(dtype: string): Column[] {
  const content = /^STRUCT\((.*)\)/is.exec(dtype)?.[1]
  if (content === undefined) return []
  const pieces: string[] = []
  let depth = 0
  let piece = ''
  for (const character of content) {
    if (character === '(') depth++
    else if (character === ')') depth--
    if (character === ',' && depth === 0) {
      pieces.push(piece.trim())
      piece = ''
    } else piece += character
  }
  pieces.push(piece.trim())
  return pieces.map(text => {
    const blank = text.indexOf(' ')
    return blank === -1 ? new Column(text, '') : new Column(text.slice(0, blank), text.slice(blank + 1))
  })
}

function stringType(size: Value): string {
  return `character varying(${str(size)})`
}

function numericType(dtype: string, precision: Value, scale: Value): string {
  return precision === null || scale === null ? dtype : `${dtype}(${str(precision)},${str(scale)})`
}

/** The only name that dbt translates: `string` is TEXT. */
export function translateType(dtype: string): string {
  return dtype.toUpperCase() === 'STRING' ? 'TEXT' : dtype
}

function fromDescription(name: string, description: string): Column {
  const match = /^([^(]+)(?:\(([^)]+)\))?/.exec(description)
  if (!match) {
    throw contextError('context/argument', `Could not interpret data type "${description}"`, { kind: 'Runtime' })
  }
  const [, dtype = '', size] = match
  if (size === undefined) return new Column(name, dtype)
  const sizes = size.split(',').map(text => wholeNumber(text, description))
  if (sizes.length === 1) return new Column(name, dtype, { charSize: sizes[0] ?? null })
  if (sizes.length === 2) {
    return new Column(name, dtype, { numericPrecision: sizes[0] ?? null, numericScale: sizes[1] ?? null })
  }
  return new Column(name, dtype)
}

function wholeNumber(text: string, description: string): number {
  if (/^\s*[+-]?\d+\s*$/.test(text)) return Number(text)
  const message = `Could not interpret data_type "${description}": could not convert "${text}" to an integer`
  throw contextError('context/argument', message, { kind: 'Runtime' })
}

const attributes: Attributes<Column> = {
  column: self => self.name,
  name: self => self.name,
  dtype: self => self.dtype,
  char_size: self => self.charSize,
  numeric_precision: self => self.numericPrecision,
  numeric_scale: self => self.numericScale,
  fields: self => [...self.structFields],
  quoted: self => `"${self.name}"`,
  data_type: self => self.dataType,
  expanded_data_type: self => self.dataType,
  is_string: method('is_string', [], self => self.isString),
  is_number: method('is_number', [], self => self.isInteger || self.isNumeric || self.isFloat),
  is_float: method('is_float', [], self => self.isFloat),
  is_integer: method('is_integer', [], self => self.isInteger),
  is_numeric: method('is_numeric', [], self => self.isNumeric),
  is_struct: method('is_struct', [], self => self.isStruct),
  string_size: method('string_size', [], self => self.stringSize()),
  can_expand_to: method('can_expand_to', ['other_column'], (self, [other]) => {
    if (!(other instanceof Column)) throw typeError('can_expand_to() needs a column')
    return self.canExpandTo(other)
  }),
  literal: method('literal', ['value'], (self, [value = null]) => `${str(value)}::${self.dataType}`),
  flatten: method('flatten', [], self => self.flatten()),
}

function columnClassAttribute(name: string): Value | undefined {
  return Object.hasOwn(classAttributes, name) ? classAttributes[name] : undefined
}

const classAttributes: Readonly<Record<string, Value>> = {
  TYPE_LABELS: PyDict.of({ STRING: 'TEXT' }),
  create: contextFunction('create', ['name', 'label_or_dtype'], ([name = null, type = null]) => {
    return new Column(str(name), translateType(str(type)))
  }),
  translate_type: contextFunction('translate_type', ['dtype'], ([type = null]) => translateType(str(type))),
  string_type: contextFunction('string_type', ['size'], ([size = null]) => stringType(size)),
  numeric_type: contextFunction(
    'numeric_type',
    ['dtype', 'precision', 'scale'],
    ([type = null, precision = null, scale = null]) => numericType(str(type), precision, scale),
  ),
  from_description: contextFunction('from_description', ['name', 'raw_data_type'], ([name = null, type = null]) => {
    return fromDescription(str(name), str(type))
  }),
}

const construct = contextFunction(
  'DuckDBColumn',
  ['column', 'dtype', ['char_size', null], ['numeric_precision', null], ['numeric_scale', null], ['fields', null]],
  ([name = null, dtype = null, charSize = null, numericPrecision = null, numericScale = null]) =>
    new Column(str(name), str(dtype), { charSize, numericPrecision, numericScale }),
)

class ColumnClass extends PyObject {
  readonly typeName = 'type'
  override truthy(): boolean {
    return true
  }
  override repr(): string {
    return "<class 'dbt.adapters.duckdb.column.DuckDBColumn'>"
  }
  override attr(name: string): Value | undefined {
    return columnClassAttribute(name)
  }
  override call(args: readonly Value[], kwargs: Kwargs): Value | Promise<Value> {
    return construct.call(args, kwargs)
  }
}

/** `api.Column` and `column`. */
export const columnClass: PyObject = new ColumnClass()
