/** `modules`: what dbt offers of Python's datetime, pytz, re and itertools. */
import type { Clock } from '../../base/clock.ts'
import { typeError } from '../../template/template-error.ts'
import { fn, PyDict, PyObject } from '../../template/value.ts'
import type { ContextEffects } from '../effects.ts'
import { contextFunction } from '../python-object.ts'
import { PythonClass } from './python-class.ts'
import { dateClass } from './python-date.ts'
import { dateTimeClass, machineToday } from './python-datetime.ts'
import { itertoolsModule } from './python-itertools.ts'
import { pytzModule } from './python-pytz.ts'
import { reModule } from './python-re.ts'
import { timeClass } from './python-time.ts'
import { timedeltaClass } from './python-timedelta.ts'

const made = new WeakMap<Clock, WeakMap<ContextEffects, PyDict>>()

/** `now()` and `today()` read the clock; calls of itertools, which dbt has given up, are noted. */
export function moduleDict(clock: Clock, effects: ContextEffects): PyDict {
  const ofClock = made.get(clock) ?? new WeakMap<ContextEffects, PyDict>()
  made.set(clock, ofClock)
  let modules = ofClock.get(effects)
  if (!modules) {
    modules = PyDict.of({
      pytz: pytzModule,
      datetime: dateTimeModule(clock),
      re: reModule,
      itertools: notingCalls(itertoolsModule, () => effects.deprecated('itertools')),
    })
    ofClock.set(effects, modules)
  }
  return modules
}

function notingCalls(functions: PyDict, note: () => void): PyDict {
  return PyDict.of(
    Array.from(functions, ([name, value]) => {
      if (!(value instanceof PyObject)) return [name, value] as const
      const noting = fn(String(name), (args, kwargs) => {
        note()
        return value.call?.(args, kwargs) ?? null
      })
      return [name, noting] as const
    }),
  )
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
