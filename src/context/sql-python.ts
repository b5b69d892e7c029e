/** From the database's values to Python's, as DuckDB's own Python client makes them. */
import type { SqlInterval, SqlTimestamp, SqlValue } from '../base/sql-value.ts'
import { unreachable } from '../base/unreachable.ts'
import { PyBytes, PyDict, PyFloat, type Value } from '../template/value.ts'
import { microsPerDay } from './modules/calendar.ts'
import { PyDate } from './modules/python-date.ts'
import { dateTimeIn, firstDateTime, lastDateTime, PyDateTime, utcDateTime } from './modules/python-datetime.ts'
import { PyDecimal } from './modules/python-decimal.ts'
import { PyTime } from './modules/python-time.ts'
import { PyTimeDelta } from './modules/python-timedelta.ts'
import { fixedTimeZone, type TimeZone } from './modules/python-tzinfo.ts'

/** @param zone the session's time zone, in which instants are shown; UTC if it is not given */
export function sqlToPython(value: SqlValue, zone?: TimeZone): Value {
  if (value === null || typeof value !== 'object') return value
  switch (value.kind) {
    case 'float':
      return new PyFloat(value.value)
    case 'decimal':
      return PyDecimal.parse(value.text)
    case 'date':
      return dateValue(value.days)
    case 'time':
      return new PyTime(
        value.micros,
        value.offsetSeconds === undefined ? null : fixedTimeZone(BigInt(value.offsetSeconds) * 1_000_000n),
      )
    case 'timestamp':
      return timestampValue(value, zone)
    case 'interval':
      return intervalValue(value)
    case 'blob':
      return new PyBytes(value.bytes)
    case 'uuid':
      return value.text
    case 'list':
      return value.items.map(item => sqlToPython(item, zone))
    case 'struct':
      return PyDict.of(value.fields.map(([name, item]) => [name, sqlToPython(item, zone)] as const))
    case 'map':
      return PyDict.of(value.entries.map(([key, item]) => [sqlToPython(key, zone), sqlToPython(item, zone)] as const))
    default:
      return unreachable(value)
  }
}

/** Days that Python's calendar does not reach end at its own ends, as infinity does. */
function dateValue(days: number): Value {
  const [first, last] = [firstDateTime.days, lastDateTime.days]
  return new PyDate(Math.min(Math.max(days, first), last))
}

function timestampValue({ micros, utc, infinite }: SqlTimestamp, zone: TimeZone | undefined): Value {
  if (infinite === 1 || micros > lastDateTime.local) return lastDateTime
  if (infinite === -1 || micros < firstDateTime.local) return firstDateTime
  if (!utc) return new PyDateTime(micros)
  return zone ? dateTimeIn(zone, micros) : utcDateTime(micros)
}

/** A month counts thirty days. */
function intervalValue({ months, days, micros }: SqlInterval): Value {
  return new PyTimeDelta(BigInt(months * 30 + days) * microsPerDay + micros)
}
