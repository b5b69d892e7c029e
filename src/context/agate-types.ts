/** agate's column types, and how dbt finds them: by trying them in turn on the values of a column. */
import { repr, str } from '../template/repr.ts'
import { valueError } from '../template/template-error.ts'
import { PyFloat, PyObject, type Value } from '../template/value.ts'
import { microsPerDay } from './modules/calendar.ts'
import { PyDate, parseIsoDate } from './modules/python-date.ts'
import { PyDateTime } from './modules/python-datetime.ts'
import { PyDecimal } from './modules/python-decimal.ts'
import { parseIsoTime } from './modules/python-time.ts'
import { strptime } from './modules/strptime.ts'
import { contextFunction } from './python-object.ts'

export type AgateTypeName = 'Integer' | 'Number' | 'Date' | 'DateTime' | 'ISODateTime' | 'Boolean' | 'Text'

/** Texts that a column takes for null. */
const nullTexts: readonly string[] = ['null', '']

const modules: Readonly<Record<AgateTypeName, string>> = {
  Integer: 'dbt_common.clients.agate_helper',
  Number: 'dbt_common.clients.agate_helper',
  ISODateTime: 'dbt_common.clients.agate_helper',
  Date: 'agate.data_types.date',
  DateTime: 'agate.data_types.date_time',
  Boolean: 'agate.data_types.boolean',
  Text: 'agate.data_types.text',
}

/** A column's type as templates see it. */
export class AgateType extends PyObject {
  readonly typeName: AgateTypeName
  private readonly nullTexts: readonly string[]

  constructor(name: AgateTypeName, nulls: readonly string[] = nullTexts) {
    super()
    this.typeName = name
    this.nullTexts = nulls
  }
  override truthy(): boolean {
    return true
  }
  override repr(): string {
    return `<${modules[this.typeName]}.${this.typeName} object>`
  }
  override attr(name: string): Value | undefined {
    switch (name) {
      case 'null_values':
        return [...this.nullTexts]
      case 'date_format':
        return this.typeName === 'Date' ? '%Y-%m-%d' : undefined
      case 'datetime_format':
        return this.typeName === 'DateTime' ? '%Y-%m-%d %H:%M:%S' : undefined
      case 'cast':
        return contextFunction(name, ['d'], ([value = null]) => this.cast(value))
      case 'test':
        return contextFunction(name, ['d'], ([value = null]) => value === null || this.held(value) !== undefined)
      case 'csvify':
        return contextFunction(name, ['d'], ([value = null]) => this.csvify(value))
      case 'jsonify':
        return contextFunction(name, ['d'], ([value = null]) => this.jsonify(value))
      default:
        return undefined
    }
  }

  /** The value as it stands in a CSV file. */
  csvify(value: Value): string | null {
    if (value === null) return null
    if (value instanceof PyDateTime) return value.iso()
    return value instanceof PyDate ? value.iso : str(value)
  }

  /** The value as it stands in JSON. */
  private jsonify(value: Value): Value {
    switch (this.typeName) {
      case 'Integer':
      case 'Boolean':
        return value
      case 'Number':
        return value === null ? null : new PyFloat(Number(str(value)))
      default:
        return this.csvify(value)
    }
  }

  /** The value as the type holds it. @throws TemplateError if it is none of the type's */
  cast(value: Value): Value {
    const held = value === null ? null : this.held(value)
    if (held === undefined) throw valueError(this.refusal(value))
    return held
  }

  private held(value: Value): Value | undefined {
    const cast = casts.get(this.typeName)
    if (cast) return cast(value)
    return typeof value === 'string' && this.nullTexts.includes(value.trim().toLowerCase()) ? null : str(value)
  }

  private refusal(value: Value): string {
    const shown = str(value)
    switch (this.typeName) {
      case 'Integer':
        return `Can not parse value "${shown}" as Integer.`
      case 'Number':
        return typeof value === 'boolean'
          ? 'Do not cast True to 1 or False to 0.'
          : `Can not parse value "${shown}" as Decimal.`
      case 'Boolean':
        return `Can not convert value ${shown} to bool.`
      case 'Date':
      case 'DateTime':
        if (typeof value === 'string') return `Value "${shown}" does not match date format.`
        return `Can not parse value "${shown}" as ${this.typeName.toLowerCase()}.`
      default:
        return `Can not parse value "${shown}" as datetime.`
    }
  }
}

/** Gives the value as the type holds it; `undefined` if it is none of the type's. */
type Cast = (value: Value) => Value | undefined

const order: readonly (readonly [AgateTypeName, Cast])[] = [
  ['Integer', value => (isInt(value) ? value : undefined)],
  ['Number', castNumber],
  ['Date', castDate],
  ['DateTime', castDateTime],
  ['ISODateTime', castIsoDateTime],
  ['Boolean', castBoolean],
]
const casts = new Map(order)

/**
 * The first type that takes every value of the column, and the values as it holds them.
 * @param nullTexts texts that count as null in a column of text
 */
export function typedColumn(
  values: readonly Value[],
  options: { readonly text?: boolean; readonly nullTexts?: readonly string[] } = {},
): { readonly type: AgateType; readonly values: Value[] } {
  for (const [name, cast] of options.text ? [] : order) {
    const converted = castAll(values, cast)
    if (converted) return { type: new AgateType(name), values: converted }
  }
  const type = new AgateType('Text', options.nullTexts ?? [])
  return { type, values: values.map(value => type.cast(value)) }
}

function castAll(values: readonly Value[], cast: Cast): Value[] | undefined {
  const converted: Value[] = []
  for (const value of values) {
    const result = value === null ? null : cast(value)
    if (result === undefined) return undefined
    converted.push(result)
  }
  return converted
}

function isInt(value: Value): boolean {
  return typeof value === 'number' || typeof value === 'bigint'
}

function isNullText(text: string): boolean {
  return nullTexts.includes(text.toLowerCase())
}

const currencies = /^[؋$ƒ៛¥₡₱£€¢﷼₪₩₭₮₦฿₤₫]+|[؋$ƒ៛¥₡₱£€¢﷼₪₩₭₮₦฿₤₫]+$/g

function castNumber(value: Value): Value | undefined {
  if (value instanceof PyDecimal) return value
  if (typeof value === 'number' || typeof value === 'bigint') return PyDecimal.ofInt(value)
  if (value instanceof PyFloat) return PyDecimal.parse(repr(value))
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  if (isNullText(text)) return null
  const unsigned = text.replace(/^%+|%+$/g, '')
  const negative = unsigned.startsWith('-')
  const digits = (negative ? unsigned.slice(1) : unsigned).replace(currencies, '').replaceAll(',', '')
  try {
    const number = PyDecimal.parse(digits)
    return negative ? number.unary('-') : number
  } catch {
    return undefined
  }
}

function castDate(value: Value): Value | undefined {
  if (value instanceof PyDate) return value
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  if (isNullText(text)) return null
  return parsed(() => {
    const { year, month, day } = strptime(text, '%Y-%m-%d')
    return new PyDate(parseIsoDate(isoDay(year, month, day)) ?? 0)
  })
}

function castDateTime(value: Value): Value | undefined {
  if (value instanceof PyDateTime) return value
  if (value instanceof PyDate) return new PyDateTime(BigInt(value.days) * microsPerDay)
  if (typeof value !== 'string') return undefined
  const text = value.trim()
  if (isNullText(text)) return null
  return parsed(() => {
    const { year, month, day, hour, minute, second } = strptime(text, '%Y-%m-%d %H:%M:%S')
    const days = parseIsoDate(isoDay(year, month, day)) ?? 0
    return new PyDateTime(BigInt(days) * microsPerDay + BigInt((hour * 60 + minute) * 60 + second) * 1_000_000n)
  })
}

/** ISO 8601 with a `T`: a date and a time are both needed. */
function castIsoDateTime(value: Value): Value | undefined {
  const known = typeof value === 'string' ? undefined : castDateTime(value)
  if (known !== undefined || typeof value !== 'string') return known
  const text = value.trim()
  if (isNullText(text)) return null
  const [date = '', time, more] = text.split('T')
  if (time === undefined || more !== undefined) return undefined
  return parsed(() => {
    const days = parseIsoDate(date)
    const clock = parseIsoTime(time)
    if (days === undefined || !clock) return undefined
    return new PyDateTime(BigInt(days) * microsPerDay + BigInt(clock.micros), clock.zone)
  })
}

function castBoolean(value: Value): Value | undefined {
  if (typeof value === 'boolean') return value
  if (value === 0 || value === 1) return value === 1
  if (typeof value !== 'string') return undefined
  const text = value.replaceAll(',', '').trim().toLowerCase()
  if (isNullText(text)) return null
  return text === 'true' ? true : text === 'false' ? false : undefined
}

function parsed(work: () => Value | undefined): Value | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}

function isoDay(year: number, month: number, day: number): string {
  return [String(year).padStart(4, '0'), String(month).padStart(2, '0'), String(day).padStart(2, '0')].join('-')
}
