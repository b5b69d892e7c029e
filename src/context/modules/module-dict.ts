/** `modules`: what dbt offers of Python's datetime, pytz, re and itertools. */
import type { Clock } from '../../base/clock.ts'
import { typeError } from '../../template/template-error.ts'
import { PyDict } from '../../template/value.ts'
import { contextFunction } from '../python-object.ts'
import { PythonClass } from './python-class.ts'
import { dateClass } from './python-date.ts'
import { dateTimeClass, machineToday } from './python-datetime.ts'
import { itertoolsModule } from './python-itertools.ts'
import { pytzModule } from './python-pytz.ts'
import { reModule } from './python-re.ts'
import { timeClass } from './python-time.ts'
import { timedeltaClass } from './python-timedelta.ts'

const made = new WeakMap<Clock, PyDict>()

/** One dict a clock: `now()` and `today()` read it. */
export function moduleDict(clock: Clock): PyDict {
  let modules = made.get(clock)
  if (!modules) {
    modules = PyDict.of({ pytz: pytzModule, datetime: dateTimeModule(clock), re: reModule, itertools: itertoolsModule })
    made.set(clock, modules)
  }
  return modules
}

const tzinfoClass = new PythonClass(
  'datetime.tzinfo',
  contextFunction('tzinfo', [], () => {
    throw typeError('tzinfo cannot be made from a template')
  }),
)

function dateTimeModule(clock: Clock): PyDict {
  return PyDict.of({
    date: dateClass(() => machineToday(clock)),
    datetime: dateTimeClass(clock),
    time: timeClass,
    timedelta: timedeltaClass,
    tzinfo: tzinfoClass,
  })
}
